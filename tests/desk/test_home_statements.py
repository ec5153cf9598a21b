"""A first page asks the database the same number of questions of twenty people and of two hundred."""

import pytest

from accreditation.core import clock
from accreditation.core.permissions import Role
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.people.models import Person
from tests import factories
from tests.desk.test_numbers_agree import WHERE
from tests.security.doors import broadest
from tests.statements import statements_counted


def statements(app, browser) -> int:
    """Of a page whose counts have to be worked out anew."""
    browser.get("/", follow_redirects=True)
    app.extensions.pop("desk_counts", None)
    with statements_counted() as sent:
        assert browser.get("/", follow_redirects=True).status_code == 200
    return len(sent)


@pytest.mark.usefixtures("today")
def test_no_first_page_asks_more_of_more_people(app, sign_in):
    add_in_bulk(seed=1, mediators=20, on=factories.TODAY, now=clock.now())
    provider, unit = factories.provider(), factories.unit("Croydon")
    browsers = {}
    for role in (*WHERE, Role.LINE_MANAGER):
        who: Person = factories.person(name=f"{role.label} Somebody")
        browsers[role] = sign_in(broadest(role, who.id, provider.id, unit.id), person=who)
    few = {role: statements(app, browser) for role, browser in browsers.items()}
    add_in_bulk(seed=2, mediators=180, on=factories.TODAY, now=clock.now())
    for _ in range(60):
        factories.contact(who.id)
    many = {role: statements(app, browser) for role, browser in browsers.items()}
    assert many == few
    assert max(many.values()) < 60, many
