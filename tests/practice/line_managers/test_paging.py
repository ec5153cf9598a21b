"""Entries to confirm, and whose line managers are asked, page by page: nothing twice, nothing left out."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice import services
from accreditation.practice.models import PracticeEntry
from accreditation.practice.queries import line_managers as queries
from accreditation.practice.rules.entries import Details
from tests import factories
from tests.practice.line_managers.helpers import CPD, MANAGER, ask, evidence, log, name, part, token
from tests.statements import statements_counted

PAGE = "/practice/confirming"


@pytest.fixture
def few(monkeypatch) -> int:
    """Two on a page."""
    monkeypatch.setattr(queries, "ON_A_PAGE", 2)
    monkeypatch.setattr("accreditation.web.paging.PAGE", 2)
    return 2


@pytest.fixture
def boss(sign_in, ada, named, today):
    named("line manager")
    who = factories.person(name="Robin Bell")
    return sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, ada.unit_id), person=who)


def asked_on(page: str) -> list[int]:
    """The entries that a page asks about, in its order."""
    return [int(found) for found in re.findall(r'id="entry(\d+)"', page)]


def link(page: str, words: str) -> str | None:
    found = re.search(rf'<a[^>]*href="([^"]+)"[^>]*>{words}</a>', page)
    return found[1].replace("&amp;", "&") if found else None


def days(person_id: int, number: int) -> list[PracticeEntry]:
    return [
        log(person_id, Details("cpd", CPD.done_on + timedelta(each), Decimal(2), "course")) for each in range(number)
    ]


def test_every_entry_stands_on_one_page_by_name_and_day(boss, ada, few):
    bea = factories.accredited_mediator(name="Bea Lund", unit="Croydon")
    hers, adas = days(bea.id, 2), days(ada.id, 3)
    expected = [entry.id for entry in (*hers, *adas)]  # Lund before Okafor
    found, path = [], PAGE
    while path:
        page = boss.get(path).text
        assert "5 entries wait for you, of 2 mediators" in page
        assert 1 <= len(asked_on(page)) <= few
        found += asked_on(page)
        path = link(page, "Next page")
    assert found == expected
    assert asked_on(boss.get(link(page, "Previous page")).text) == expected[2:4]


def test_everything_behind_a_link_is_confirmed_page_by_page(client, ada, bell, few, today):
    entries = days(ada.id, 5)
    ask(ada.id)
    path = f"/practice/confirm/{token(ada.id)}"
    page, found = client.get(path).text, []
    assert "5 entries wait for you" in page
    for left in (3, 1, 0):
        found += asked_on(page)
        said = {key: value for one in asked_on(page) for key, value in part(entry_of(one), "confirm").items()}
        page = client.post(path, data=said).text
        if left:
            assert f"{left} {'entry still waits' if left == 1 else 'entries still wait'} for you" in page
            path = link(page, "Go on to what still waits")
            page = client.get(path).text
    assert found == [entry.id for entry in entries]
    assert evidence(ada.id) == 5
    assert "The link has stopped working" in page
    assert client.get(path).status_code == 404


def test_what_was_left_on_an_earlier_page_keeps_the_link(client, ada, bell, few, today):
    entries = days(ada.id, 3)
    ask(ada.id)
    first = f"/practice/confirm/{token(ada.id)}"
    second = link(client.get(first).text, "Next page")
    page = client.post(second, data=part(entries[2], "confirm")).text
    assert "2 entries still wait" in page
    page = client.get(link(page, "Go on to what still waits")).text
    assert asked_on(page) == [entries[0].id, entries[1].id]
    assert asked_on(client.get(second, follow_redirects=True).text) == [entries[0].id, entries[1].id]
    sent = part(entries[0], "confirm") | part(entries[1], "")  # the second one is left for another letter
    assert "The link has stopped working" in client.post(first, data=sent).text
    assert client.get(first).status_code == 404
    assert evidence(ada.id) == 2


def entry_of(entry_id: int) -> PracticeEntry:
    return db.session.get_one(PracticeEntry, entry_id)


def test_a_later_page_is_answered_and_stays_where_it_was(boss, ada, few):
    entries = days(ada.id, 5)
    second = link(boss.get(PAGE).text, "Next page")
    page = boss.post(second, data=part(entries[2], "confirm") | part(entries[3], ""), follow_redirects=True)
    assert "1 entry confirmed" in page.text
    assert asked_on(page.text) == [entries[3].id, entries[4].id]
    assert evidence(ada.id) == 1
    said = part(entries[3], "confirm") | part(entries[4], "query", "Not hers")
    page = boss.post(second, data=said, follow_redirects=True)  # nothing is left there: the first page again
    assert "1 entry confirmed" in page.text
    assert "1 entry queried" in page.text
    assert asked_on(page.text) == [entries[0].id, entries[1].id]
    assert page.request.path == PAGE


def test_what_came_meanwhile_takes_no_answer_away(boss, ada, few):
    """An entry of an earlier day has moved the second one on to the next page: its answer is still an answer."""
    entries = days(ada.id, 2)
    earlier = log(ada.id, Details("cpd", date(2027, 1, 2), Decimal(2), "course"))
    page = boss.post(PAGE, data=part(entries[0], "confirm") | part(entries[1], "confirm"), follow_redirects=True)
    assert "2 entries confirmed" in page.text
    assert asked_on(page.text) == [earlier.id]


def test_a_mistake_shows_the_page_that_was_sent(boss, ada, few):
    entries = days(ada.id, 3)
    page = boss.post(PAGE, data=part(entries[0], "query") | part(entries[1], "confirm")).text
    assert "Say what is not right" in page
    assert asked_on(page) == [entries[0].id, entries[1].id]
    assert evidence(ada.id) == 0


def test_what_was_decided_meanwhile_is_said(boss, ada, few):
    entries = days(ada.id, 2)
    with transaction():
        services.take_back_entry(entries[0].id, person_id=ada.id)
    page = boss.post(PAGE, data=part(entries[0], "confirm") | part(entries[1], "confirm")).text
    assert "does not wait for you any more" in page
    assert asked_on(page) == [entries[1].id]
    assert evidence(ada.id) == 0


def test_no_entry_but_theirs_is_answered_however_it_is_sent(boss, ada, few):
    other = factories.accredited_mediator(unit="Bromley")
    theirs, case = log(other.id), log(ada.id, Details("case", CPD.done_on, Decimal(1), "lead"))
    for entry in (theirs, case):
        assert "does not wait for you any more" in boss.post(PAGE, data=part(entry, "confirm")).text
    assert set(db.session.scalars(select(PracticeEntry.state))) == {"logged"}
    sent = {f"entry{'9' * 12}-seen": "x", "entry-seen": "x", "entry1-seen": "x"}
    assert boss.post(PAGE, data=sent).status_code == 200
    assert boss.get(f"{PAGE}?place=damaged").status_code == 400


def test_the_office_sees_whose_line_managers_page_by_page(sign_in, ada, office, bell, few, today):
    for number in range(4):
        log(factories.accredited_mediator(name=f"Bea Lund{number}").id)
    log(ada.id)
    log(ada.id)
    manager, found, path = sign_in(MANAGER), [], "/practice/line-managers"
    while path:
        page = manager.get(path).text
        assert "Entries of 5 mediators wait" in page
        assert "For 4 mediators nobody has been named" in page
        found += re.findall(r"Bea Lund\d|Ada Okafor", page)
        path = link(page, "Next page")
    assert found == ["Bea Lund0", "Bea Lund1", "Bea Lund2", "Bea Lund3", "Ada Okafor"]
    assert re.search(r'data-label="Entries".*?\b2\b', page, re.DOTALL)
    assert "Robin Bell" in page


def test_two_records_of_one_person_stand_as_one(sign_in, ada, office, named, today):
    named("line manager")
    twin = factories.mediator(name="Ada Okafor")
    log(ada.id)
    log(twin.id)
    name(twin.id, office.id)
    factories.merged(ada.id, twin.id)
    page = sign_in(MANAGER).get("/practice/line-managers").text
    assert "Entries of 1 mediator wait" in page
    assert "nobody has been named" not in page
    assert "Robin Bell" in page


def test_the_number_of_statements_does_not_grow(boss, sign_in, ada, today):
    manager = sign_in(MANAGER)

    def count() -> list[int]:
        numbers = []
        for client, path in ((boss, PAGE), (manager, "/practice/line-managers")):
            with statements_counted() as sent:
                assert client.get(path).status_code == 200
            numbers.append(len(sent))
        return numbers

    log(ada.id)
    few = count()
    for number in range(5):
        log(factories.accredited_mediator(name=f"Bea Lund{number}", unit="Croydon").id)
    assert count() == few
