"""The search asks the database the same number of questions, however many people, applications, cohorts and days."""

from datetime import timedelta
from itertools import count

import pytest

from accreditation.core import clock
from accreditation.core.permissions import Role, Scope
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.people.rules import Grant
from tests import factories
from tests.statements import statements_counted

NUMBERS = count()
TYPED = {
    "both names": "maeve o’brien",
    "run together": "obrien",
    "a letter": "o",
    "nobody": "zzyzx",
    "a reference": None,
}


def more(unit_id: int, provider_id: int, number: int) -> None:
    """So many of everything that is found by “o”, “maeve” and “obrien”, within reach of one unit and one provider."""
    for _ in range(number):
        factories.ready_mediator(name="Maeve O’Brien", unit_id=unit_id)
        factories.application("Maeve O'Brien", unit_id=unit_id)
        factories.cohort(title=f"Maeve O’Brien’s {next(NUMBERS)}", provider_id=provider_id, candidates=1)
        factories.refresher_day(title="Maeve O’Brien’s day", held_on=factories.TODAY + timedelta(40))


@pytest.fixture
def browsers(sign_in):
    unit, provider = factories.unit("Croydon"), factories.provider()
    more(unit.id, provider.id, 1)
    roles = {
        "practice manager": Grant(Role.PRACTICE_MANAGER, Scope.SERVICE),
        "line manager": Grant(Role.LINE_MANAGER, Scope.UNIT, unit.id),
        "provider": Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider.id),
    }
    return unit.id, provider.id, {role: sign_in(grant) for role, grant in roles.items()}


def counted(browsers, reference: str) -> dict[tuple[str, str], int]:
    found = {}
    for role, browser in browsers.items():
        for said, typed in TYPED.items():
            browser.get("/search", query_string={"q": typed or reference})  # what is known once signed in is known
            with statements_counted() as sent:
                assert browser.get("/search", query_string={"q": typed or reference}).status_code in (200, 302)
            found[role, said] = len(sent)
    return found


def test_no_search_asks_more_of_more(app, today, browsers):
    unit_id, provider_id, signed_in = browsers
    somebody = factories.ready_mediator(name="Olu Adeyemi", unit_id=unit_id).reference
    few = counted(signed_in, somebody)
    add_in_bulk(seed=1, mediators=150, on=factories.TODAY, now=clock.now())
    more(unit_id, provider_id, 12)
    many = counted(signed_in, somebody)
    assert many == few
    assert max(many.values()) <= 9, many
    assert many["practice manager", "both names"] > many["line manager", "both names"]  # they may look in more
