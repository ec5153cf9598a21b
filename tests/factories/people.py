"""People, as the office would name them."""

from itertools import count

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people import services
from accreditation.people.models import Person, Provider, Unit
from tests.factories.days import TODAY

_serial = count(1)


def person(
    *, name: str | None = None, unit: str | None = None, unit_id: int | None = None, email: str | None = None, **details
) -> Person:
    """Somebody the register knows, without any evidence."""
    given, _, family = (name or f"Person No{next(_serial):04}").partition(" ")
    with transaction():
        if unit:
            unit_id = services.find_or_add_unit(unit).id
        return services.add_person(given_name=given, family_name=family, unit_id=unit_id, email=email, **details)


mediator = person


def db_person(person_id: int) -> Person:
    """The person as the register has them now."""
    return db.session.get_one(Person, person_id)


def unit(name: str = "Croydon") -> Unit:
    with transaction():
        return services.find_or_add_unit(name)


def provider(name: str = "CMP") -> Provider:
    with transaction():
        return services.add_provider(name)


def grant(person_id: int, role: Role, scope: Scope = Scope.SERVICE, scope_id: int | None = None) -> None:
    with transaction():
        services.grant_role(person_id, role, scope, scope_id, on=TODAY, granted_by=None)
