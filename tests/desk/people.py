"""Whom the tests of the desk keep needing."""

from datetime import date

from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
AUDITOR = Grant(Role.AUDITOR, Scope.SERVICE)


def working_mediator(**details):
    """May work on the day of the tests, until 31 August 2027, when the refresher runs out."""
    return factories.accredited_mediator(**{"trained_on": date(2026, 9, 1), **details})


def own(person):
    return Grant(Role.MEDIATOR, Scope.PERSON, person.id)
