"""The register: who is shown to whom, filtered to the day, in order, page by page, and exported as it stands."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.desk.queries.register import register_page, register_rows, verdict_counts
from accreditation.desk.rules.asking import Asked
from accreditation.people.rules import Grant, Viewer
from accreditation.people.services import add_person
from accreditation.standing.rules.verdict import Verdict
from accreditation.standing.services import declare
from tests import factories

SCHEME = "INHOUSE-WPM"
TODAY = factories.TODAY
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
EVERYONE = Viewer(0, frozenset({MANAGER}))


def references(viewer=EVERYONE, **asked):
    return [row.reference for row in register_rows(viewer, Asked(SCHEME, TODAY, **asked))]


def working_mediator(**details):
    """May work today, until 31 August 2027."""
    return factories.accredited_mediator(**{"trained_on": date(2026, 9, 1), **details})


def cleared_until(end, **details):
    """May work today; what ends first is the clearance, on `end` (exclusive)."""
    return factories.accredited_mediator(trained_on=date(2026, 9, 1), cleared_until=end, **details)


def add_mediators(number):
    with transaction():
        for serial in range(number):
            who = add_person(given_name="Person", family_name=f"No{serial:03}")
            details = {"starts_on": date(2026, 2, 2), "source": ("test", 1), "recorded_by": None}
            declare(who.id, kind="training", code=SCHEME, **details)


@pytest.mark.parametrize(("days", "found"), [(29, True), (30, True), (31, False)])
def test_ends_within_thirty_days_is_exact_to_the_day(app, today, days, found):
    who = cleared_until(TODAY + timedelta(days))
    assert (who.reference in references(ends_within=30)) is found


def test_who_lapses_today_no_longer_ends_soon(app, today):
    """The day of the end itself is the first that is no longer good."""
    who = cleared_until(TODAY)
    assert references(ends_within=30) == []
    assert references(verdict="lapsed") == [who.reference]


def test_ends_by_a_requirement_leaves_the_others_out(app, today):
    by_clearance = cleared_until(date(2027, 2, 20))
    factories.accredited_mediator(trained_on=date(2026, 2, 20))  # its refresher runs out on the same day
    assert references(ends_within=30, limiting="ctc") == [by_clearance.reference]
    assert len(references(ends_within=30)) == 2


@pytest.mark.parametrize("words", ["zoe", "Żak", "zak zoe", "zoë żak", "Zak, Zoe", "P778", "p778", "ZAK", " zo  za "])
def test_a_search_forgives_accents_capitals_and_the_order_of_names(app, today, words):
    who = working_mediator(name="Zoë Żak", pay_number="P778")
    working_mediator(name="Ada Okafor")
    assert references(words=words) == [who.reference]


@pytest.mark.parametrize("words", ["%", "_", "\\", "o%r", "o_a", "100%", "'; drop table person; --"])
def test_no_sign_stands_for_any_letter(app, today, words):
    working_mediator(name="Ada Okafor")
    assert references(words=words) == []


def test_a_search_finds_a_reference_and_a_hyphenated_name(app, today):
    who = working_mediator(name="Ada O’Brien-Smith")
    assert references(words=who.reference) == [who.reference]
    assert references(words="o'brien") == [who.reference]


def test_units_and_verdicts_narrow_the_list(app, today):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    ada = working_mediator(unit_id=croydon.id)
    ben = factories.lapsed_mediator(unit_id=croydon.id)
    factories.lapsed_mediator(unit_id=lambeth.id)
    assert references(unit_id=croydon.id) == [ada.reference, ben.reference]
    assert references(unit_id=croydon.id, verdict="lapsed") == [ben.reference]
    assert references(may_work=True) == [ada.reference]


def test_the_last_good_day_sorts_those_without_one_last(app, today):
    late = cleared_until(date(2027, 6, 1), name="Ada A")
    early = cleared_until(date(2027, 3, 1), name="Zoë Z")
    never = factories.lapsed_mediator(name="Ben B")
    assert references(sort="ends") == [early.reference, late.reference, never.reference]
    assert references(sort="ends", descending=True) == [late.reference, early.reference, never.reference]


def test_units_sort_by_name_with_those_without_one_last(app, today):
    zebra, alpha = factories.unit("Zebra"), factories.unit("Alpha")
    in_zebra = working_mediator(name="Ada A", unit_id=zebra.id)
    in_alpha = working_mediator(name="Zoë Z", unit_id=alpha.id)
    nowhere = working_mediator(name="Aaron A")
    assert references(sort="unit") == [in_alpha.reference, in_zebra.reference, nowhere.reference]


@pytest.mark.parametrize("sort", ["name", "ends", "unit"])
def test_pages_of_people_with_one_name_lose_nobody(app, today, monkeypatch, sort):
    monkeypatch.setattr("accreditation.web.paging.PAGE", 2)
    units = [factories.unit("Croydon").id, factories.unit("Lambeth").id, None]
    made = {working_mediator(name="Ada Okafor", unit_id=units[number % 3]).reference for number in range(7)}
    seen, place = [], None
    while True:
        page = register_page(EVERYONE, Asked(SCHEME, TODAY, sort=sort), place=place)
        seen += [row.reference for row in page.rows]
        if not (place := page.next_token):
            break
    assert set(seen) == made
    assert len(seen) == 7


def test_pages_hold_fifty(app, today):
    add_mediators(51)
    first = register_page(EVERYONE, Asked(SCHEME, TODAY))
    assert len(first.rows) == 50
    assert len(register_page(EVERYONE, Asked(SCHEME, TODAY), place=first.next_token).rows) == 1


def test_the_counts_are_those_of_the_list(app, today):
    working_mediator()
    working_mediator()
    factories.lapsed_mediator()
    asked = Asked(SCHEME, TODAY)
    assert verdict_counts(EVERYONE, asked) == {Verdict.DEPLOYABLE: 2, Verdict.LAPSED: 1}
    factories.lapsed_mediator()
    assert verdict_counts(EVERYONE, asked)[Verdict.LAPSED] == 2, "a change is counted at once"
    assert verdict_counts(EVERYONE, Asked(SCHEME, TODAY, verdict="lapsed")) == {Verdict.LAPSED: 2}


def test_a_manager_of_a_unit_sees_that_unit(app, today):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    ada = working_mediator(unit_id=croydon.id)
    working_mediator(unit_id=lambeth.id)
    viewer = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, croydon.id)}))
    assert references(viewer) == [ada.reference]
    assert sum(verdict_counts(viewer, Asked(SCHEME, TODAY)).values()) == 1


def test_a_filter_that_tells_reaches_only_whom_it_may_tell_of(app, today):
    """Line manager of one unit, practice manager of another: "lapsed" must say nothing of the first."""
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    factories.lapsed_mediator(unit_id=croydon.id)
    ben = factories.lapsed_mediator(unit_id=lambeth.id)
    grants = {Grant(Role.LINE_MANAGER, Scope.UNIT, croydon.id), Grant(Role.PRACTICE_MANAGER, Scope.UNIT, lambeth.id)}
    viewer = Viewer(0, frozenset(grants))
    assert len(references(viewer)) == 2
    assert references(viewer, verdict="lapsed") == [ben.reference]
    assert references(viewer, sort="ends") == [ben.reference]


def test_a_page_takes_the_same_statements_however_long_it_is(app, today, sign_in):
    working_mediator()
    manager = sign_in(MANAGER)
    few = statements(manager, "/mediators")
    add_mediators(49)
    assert statements(manager, "/mediators") == few


def statements(client, path):
    """How many statements a page takes, after one visit to warm what is kept."""
    client.get(path)
    seen = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert client.get(path).status_code == 200
    return len(seen)


def test_the_page_says_verdict_end_and_last_good_day(today, sign_in):
    factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 9, 1), cleared_until=date(2027, 3, 15))
    page = sign_in(MANAGER).get("/mediators").text
    assert "Okafor, Ada" in page
    assert "May work" in page
    assert "14 Mar 2027" in page
    assert "CTC clearance in force" in page
    assert "1 person: 1 may work." in page


def test_a_line_manager_sees_whether_and_nothing_of_why(today, sign_in):
    croydon = factories.unit("Croydon")
    working_mediator(unit_id=croydon.id, cleared_until=date(2027, 1, 1))
    client = sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, croydon.id))
    for path in ("/mediators", "/mediators?verdict=lapsed&ends=30&by=ctc&sort=-ends"):
        page = client.get(path).text
        assert "May not work" in page
        for word in ("CTC", "lapsed", "Last good day", "Ends within"):
            assert word not in page, word


def test_filters_are_chips_that_can_be_taken_away(today, sign_in):
    unit = factories.unit("Croydon")
    working_mediator(unit_id=unit.id)
    page = sign_in(MANAGER).get(f"/mediators?unit={unit.id}&verdict=lapsed&sort=-name").text
    assert "Unit: Croydon" in page
    assert "Nobody fits these filters" in page
    assert "/mediators?sort=-name&amp;unit=" in page


def test_sorting_is_said_and_linked(today, sign_in):
    working_mediator()
    page = sign_in(MANAGER).get("/mediators?sort=ends").text
    assert 'aria-sort="ascending"' in page
    assert "/mediators?sort=-ends" in page


def test_a_damaged_link_to_a_page_is_explained(today, sign_in):
    answer = sign_in(MANAGER).get("/mediators?after=nonsense")
    assert answer.status_code == 400
    assert "Start again from the first page" in answer.text


def test_an_empty_register_says_what_belongs_here(today, sign_in):
    assert "Import a register" in sign_in(MANAGER).get("/mediators").text


def test_the_export_is_what_the_filters_show_in_the_same_order(today, sign_in):
    for name, end in (("Ada A", date(2027, 3, 1)), ("Ben B", date(2027, 2, 20)), ("Cat C", date(2029, 1, 1))):
        cleared_until(end, name=name)
    answer = sign_in(MANAGER).get("/mediators/export.xlsx?ends=30&sort=ends")
    sheet = load_workbook(BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert any("OFFICIAL" in str(cell) for cell in rows[0])
    names = [row[1] for row in rows if row[0] and str(row[0]).startswith("M0")]
    assert names == ["B, Ben", "A, Ada"]
    assert any("Ends within 30 days" in str(cell) for row in rows for cell in row)


def test_an_export_is_noted_before_it_is_handed_out(today, sign_in):
    client = sign_in(MANAGER)
    client.get("/mediators/export.xlsx")
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "exported the register"))
    assert entry.actor_id == client.person_id


def test_who_may_not_export_does_not(today, sign_in):
    assert (
        sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, factories.unit().id)).get("/mediators/export.xlsx").status_code
        == 403
    )


def test_strangers_are_turned_away(client, today, sign_in):
    assert client.get("/mediators").status_code == 302
    assert sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, 1)).get("/mediators").status_code == 403
