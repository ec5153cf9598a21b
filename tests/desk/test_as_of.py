"""The register and a record on another day than today: unmistakable, and kept wherever one goes from there."""

import re
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.desk.queries.register import register_rows, verdict_counts
from accreditation.desk.rules.asking import Asked
from accreditation.desk.rules.asof import read_as_of
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.rules.tense import Tense
from accreditation.standing.rules.verdict import Verdict
from tests import factories
from tests.desk.people import MANAGER, own, working_mediator

TODAY = factories.TODAY
NOW = datetime(2027, 2, 2, 10, tzinfo=UTC)
SCHEME = "INHOUSE-WPM"


def read(**arguments):
    return read_as_of(arguments, today=TODAY, now=NOW)


# --- what an address asks for ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["2026-03-03", "3 March 2026", "3/3/2026", " 3 mar 2026 "])
def test_a_day_is_read_however_it_is_written(written):
    as_of = read(on=written)
    assert (as_of.on, as_of.tense, as_of.travels) == (date(2026, 3, 3), Tense.PAST, True)
    assert as_of.arguments == {"on": "2026-03-03"}


@pytest.mark.parametrize("arguments", [{}, {"on": ""}, {"on": "2027-02-02"}, {"known": "2 February 2027"}])
def test_today_needs_no_band(arguments):
    as_of = read(**arguments)
    assert (as_of.on, as_of.known, as_of.travels) == (TODAY, None, False)
    assert (as_of.arguments, as_of.suffix) == ({}, "")


@pytest.mark.parametrize(
    ("on", "tense", "ahead"),
    [("2027-02-01", Tense.PAST, False), ("2027-02-02", Tense.NOW, False), ("2027-02-03", Tense.AHEAD, True)],
)
def test_a_day_to_come_says_if_nothing_is_done(on, tense, ahead):
    as_of = read(on=on)
    assert (as_of.tense, bool(as_of.if_nothing_is_done)) == (tense, ahead)


@pytest.mark.parametrize(
    ("known", "moment", "words"),
    [
        ("2027-01-31", datetime(2027, 1, 31, 23, 59, 59, 999999, tzinfo=UTC), "31 January 2027"),
        ("2026-07-01", datetime(2026, 7, 1, 22, 59, 59, 999999, tzinfo=UTC), "1 July 2026"),
        ("2027-02-02T09:30:00+00:00", datetime(2027, 2, 2, 9, 30, tzinfo=UTC), "2 February 2027 at 9:30am"),
        ("1 July 2026 at 9:30am", datetime(2026, 7, 1, 8, 30, 59, 999999, tzinfo=UTC), "1 July 2026 at 9:30am"),
        ("1/7/2026 14:05", datetime(2026, 7, 1, 13, 5, 59, 999999, tzinfo=UTC), "1 July 2026 at 2:05pm"),
    ],
)
def test_a_moment_is_a_day_s_end_or_a_time_in_london(known, moment, words):
    as_of = read(known=known)
    assert (as_of.known, as_of.known_words, as_of.travels) == (moment, words, True)
    assert read(**as_of.arguments).known == moment


@pytest.mark.parametrize(
    ("arguments", "field", "said"),
    [
        ({"on": "31/6/2027"}, "on", "June has 30 days"),
        ({"on": "soon"}, "on", "Write it as day, month and year"),
        ({"on": "3/3/27"}, "on", "two digits"),
        ({"on": "1/1/3000"}, "on", "Check the year"),
        ({"known": "3 February 2027"}, "known", "lies in the future"),
        ({"known": "2 February 2027 at 10:01am"}, "known", "lies in the future"),
        ({"known": "1 February 2027 at 25:00"}, "known", "no such time of day"),
        ({"known": "0001-01-01T00:00:00+14:00"}, "known", "Check the year"),
        ({"known": "yesterday: noon"}, "known", "not a moment"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(arguments, field, said):
    as_of = read(**arguments)
    assert [(name, said in reason) for name, reason in as_of.problems] == [(field, True)]
    assert (as_of.on, as_of.travels, as_of.shown_back(field)) == (TODAY, False, arguments[field])


# --- the register ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "verdict"),
    [
        (date(2026, 8, 31), Verdict.NOT_ACCREDITED),
        (date(2026, 9, 1), Verdict.DEPLOYABLE),
        (date(2027, 8, 31), Verdict.DEPLOYABLE),
        (date(2027, 9, 1), Verdict.LAPSED),
    ],
)
def test_the_register_of_a_day_is_exact_to_the_day(app, today, on, verdict):
    ada = working_mediator()
    factories.evidence(ada.id, "cpd", date(2026, 1, 1), quantity=1)
    viewer = Viewer(0, frozenset({MANAGER}))
    asked = Asked(SCHEME, on, tense=Tense.PAST if on < TODAY else Tense.AHEAD)
    assert verdict_counts(viewer, asked) == {verdict: 1}
    assert [row.reference for row in register_rows(viewer, asked)] == [ada.reference]


def test_a_past_register_says_so_in_band_title_heading_and_every_word(today, sign_in):
    ada = working_mediator(name="Ada Okafor")
    factories.lapsed_mediator(name="Ben Baker")
    page = sign_in(MANAGER).get("/mediators?on=2026-12-01").text
    assert "<title>Mediators, on 1 December 2026 – " in page
    assert "<h1>Mediators, on 1 December 2026</h1>" in page
    assert "Not today. This is 1 December 2026, by everything that is known now." in page
    assert "2 people on 1 December 2026: 1 could work, 1 lapsed." in page
    assert "Could work" in page
    for word in ("May work", "if nothing is done", "May work today"):
        assert word not in page, word
    assert f'href="/mediators/{ada.reference}?on=2026-12-01"' in page
    assert '<a class="no-print" href="/mediators">Back to today</a>' in page


def test_a_register_to_come_says_if_nothing_is_done(today, sign_in):
    working_mediator()
    page = sign_in(MANAGER).get("/mediators?on=2027-09-01").text
    assert "<title>Mediators, on 1 September 2027, if nothing is done – " in page
    assert "1 person on 1 September 2027, if nothing is done: 1 lapsed." in page
    assert "This is 1 September 2027, if nothing is done until then." in page


def test_today_in_the_address_is_today_s_register(today, sign_in):
    working_mediator()
    client = sign_in(MANAGER)
    asked, plain = client.get("/mediators?on=2%20February%202027").text, client.get("/mediators").text
    for page in (asked, plain):
        assert "band-time" not in page
        assert "<title>Mediators – " in page
        assert "1 person: 1 may work." in page


def test_filters_sorting_paging_chips_and_export_keep_the_day(today, sign_in, monkeypatch):
    monkeypatch.setattr("accreditation.web.paging.PAGE", 2)
    unit = factories.unit("Croydon")
    for _ in range(5):
        working_mediator(unit_id=unit.id)
    page = sign_in(MANAGER).get(f"/mediators?on=1/12/2026&unit={unit.id}&verdict=deployable&sort=-name").text
    assert '<input type="hidden" name="on" value="2026-12-01">' in page
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/mediators(?:\?|/export)[^"]*)"', page)]
    assert any("after=" in link for link in links)
    assert any("export.xlsx" in link for link in links)
    without = [link for link in links if "on=2026-12-01" not in link]
    assert len(links) >= 7
    assert without == [f"/mediators?sort=-name&unit={unit.id}&verdict=deployable"] * 2, "only the ways back to today"


def test_the_export_of_a_day_carries_it_in_name_sheet_and_head(today, sign_in):
    working_mediator()
    client = sign_in(MANAGER)
    answer = client.get("/mediators/export.xlsx?on=2027-09-01")
    assert 'filename="mediators-as-of-2027-09-01.xlsx"' in answer.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(answer.data)).active
    above = [str(row[0].value) for row in sheet.iter_rows(max_row=4)]
    assert sheet.title == "Mediators on 1 Sep 2027"
    assert "standing on 1 September 2027, if nothing is done" in above[2]
    assert "Not today. This is 1 September 2027" in above[3]
    standing = [row[4].value for row in sheet.iter_rows() if str(row[0].value).startswith("M0")]
    assert standing == ["Lapsed"]
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "exported the register"))
    assert entry.actor_id == client.person_id
    assert 'filename="mediators-2027-02-02.xlsx"' in client.get("/mediators/export.xlsx").headers["Content-Disposition"]


def test_a_bad_date_is_told_at_its_field_and_exports_nothing(today, sign_in):
    working_mediator()
    client = sign_in(MANAGER)
    page = client.get("/mediators?on=31/6/2027").text
    assert "<title>Error: Mediators – " in page
    assert page.count("31/6/2027 is not a date. June has 30 days.") == 2
    assert 'aria-invalid="true"' in page
    assert 'value="31/6/2027"' in page
    refused = client.get("/mediators/export.xlsx?on=31/6/2027")
    assert (refused.status_code, "June has 30 days" in refused.text) == (422, True)


def test_a_day_before_all_evidence_says_where_people_are(today, sign_in):
    working_mediator()
    page = sign_in(MANAGER).get("/mediators?on=2001-01-01").text
    assert "Nobody in the register on 1 January 2001" in page


@pytest.mark.parametrize("role", [Role.LINE_MANAGER, Role.HELPLINE_ADVISER, Role.VETTING_OFFICER, Role.AUDITOR])
def test_who_may_know_of_today_alone_asks_of_no_other_day(today, sign_in, role):
    """Day by day, a plain yes or no would tell when something ends."""
    unit = factories.unit()
    working_mediator(unit_id=unit.id)
    scope = (Scope.UNIT, unit.id) if role is Role.LINE_MANAGER else (Scope.SERVICE, None)
    client = sign_in(Grant(role, *scope))
    assert "See another day" not in client.get("/mediators").text
    assert client.get("/mediators?on=2027-02-02").status_code == 200
    for on in ("2027-02-03", "2026-01-01", "nonsense"):
        refused = client.get(f"/mediators?on={on}")
        assert (refused.status_code, "of no other day" in refused.text) == (403, True)


def test_another_day_reaches_only_those_whose_dates_may_be_read(today, sign_in):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    working_mediator(name="Ada Okafor", unit_id=croydon.id)
    working_mediator(name="Ben Baker", unit_id=lambeth.id)
    grants = [Grant(Role.LINE_MANAGER, Scope.UNIT, croydon.id), Grant(Role.PRACTICE_MANAGER, Scope.UNIT, lambeth.id)]
    client = sign_in(*grants)
    assert "2 people" in client.get("/mediators").text
    page = client.get("/mediators?on=2026-12-01").text
    assert "1 person on 1 December 2026" in page
    assert "Okafor" not in page


def test_the_home_page_stays_with_today(today, sign_in):
    working_mediator()
    assert sign_in(MANAGER).get("/?on=2027-09-01").text.count("on=2027") == 0
    ada = working_mediator()
    assert "band-time" not in sign_in(own(ada), person=ada).get("/me?on=2027-09-01").text
