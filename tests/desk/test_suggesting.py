"""What the helpline is asked about most stands beside the topics of a new refresher day, without small numbers."""

from datetime import UTC, datetime

import pytest

from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)


@pytest.mark.parametrize(("number", "told"), [(4, False), (5, True)])
def test_a_theme_is_suggested_from_five_contacts_on(app, sign_in, today, number, told):
    who = factories.mediator(name="Ada Okafor")
    for minute in range(number):
        factories.contact(
            who.id, category="conflict_of_interest", contacted_at=datetime(2027, 1, 5, 9, minute, tzinfo=UTC)
        )
    page = sign_in(MANAGER).get("/refreshers/new").text
    assert ("Conflict of interest" in page) == told
    assert ("5 contacts with the helpline in the last twelve months" in page) == told
    assert "Ada Okafor" not in page


def test_contacts_of_this_month_and_of_long_ago_do_not_count(app, sign_in, today):
    who = factories.mediator()
    for minute in range(6):
        for at in (datetime(2027, 2, 1, 9, minute, tzinfo=UTC), datetime(2026, 1, 31, 9, minute, tzinfo=UTC)):
            factories.contact(who.id, category="impasse_party_behaviour", contacted_at=at)
    assert "Suggested topics" not in sign_in(MANAGER).get("/refreshers/new").text


def test_at_most_three_and_none_of_those_told_together(app, sign_in, today):
    who = factories.mediator()
    themes = {"process": 9, "other": 8, "agreement_drafting": 7, "information_security": 6, "conflict_of_interest": 2}
    for category, number in themes.items():
        for minute in range(number):
            factories.contact(who.id, category=category, contacted_at=datetime(2027, 1, 5, 9, minute, tzinfo=UTC))
    page = sign_in(MANAGER).get("/refreshers/new").text
    note = page.partition("Suggested topics")[2].partition("</ul>")[0]
    assert note.count("<li>") == 3
    assert "Information security" not in note
    assert "onflict" not in note
