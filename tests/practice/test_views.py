"""The pages at /practice: the mediator's own log, and the office's list."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from accreditation.core.audit import AuditDetail, AuditEntry
from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice.models import MediationCase, PracticeEntry
from tests import factories
from tests.practice.seen import seen
from tests.statements import statements_counted

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
CASE = {"code": "lead", "done_on": "12 January 2027", "case_reference": "C-17"}


def states() -> list[str]:
    return list(db.session.scalars(select(PracticeEntry.state).order_by(PracticeEntry.id)))


@pytest.fixture
def ada(app):
    return factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 6, 1))


def as_mediator(sign_in, who):
    return sign_in(Grant(Role.MEDIATOR, Scope.PERSON, who.id), person=who)


def test_a_mediator_logs_and_the_manager_confirms(sign_in, ada):
    mediator, manager = as_mediator(sign_in, ada), sign_in(MANAGER)
    page = mediator.post("/practice/mine/case", data=CASE, follow_redirects=True)
    assert "It counts once the practice manager has confirmed it" in page.text
    assert (
        "2 of 2 cases co-mediated or led in 12 months" in page.text
    )  # the two co-mediations; the new case does not count yet
    page = mediator.post(
        "/practice/mine/cpd", data={"code": "course", "done_on": "1/2/2027", "hours": "3.5"}, follow_redirects=True
    )
    assert "3.5 hours" in page.text
    assert "0 of 6 hours in 12 months" in page.text
    entry_ids = list(db.session.scalars(select(PracticeEntry.id)))
    assert "2 entries wait to be confirmed" in manager.get("/practice").text
    page = manager.post(
        "/practice", data={"entry": entry_ids, "step": "save", **seen(*entry_ids)}, follow_redirects=True
    )
    assert "2 entries confirmed" in page.text
    assert "3.5 of 6 hours in 12 months" in mediator.get("/practice/mine").text


def test_the_office_records_for_somebody(sign_in, ada):
    manager = sign_in(MANAGER)
    page = manager.post("/practice/new", data={"reference": ada.reference.lower(), "kind": "supervision"})
    assert page.headers["Location"] == f"/practice/new/{ada.reference}/supervision"
    form = {"code": "one_to_one", "done_on": "1/2/2027", "hours": "2"}
    page = manager.post(page.headers["Location"], data=form, follow_redirects=True)
    assert "Recorded and confirmed" in page.text
    assert states() == ["confirmed"]


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("case", {"code": ""}, "Choose one"),
        ("case", {"done_on": "3 February 2027"}, "2 February 2027 or earlier"),
        ("cpd", {"code": "course", "hours": "0"}, "Enter hours from 0.25"),
        ("cpd", {"code": "course", "hours": ""}, "Enter the hours"),
    ],
)
def test_a_refusal_is_shown_and_nothing_logged(sign_in, ada, kind, changes, said):
    page = as_mediator(sign_in, ada).post(f"/practice/mine/{kind}", data={**CASE, **changes}).text
    assert said in page
    assert "<title>Error:" in page
    assert states() == []


def test_turned_down_with_a_reason_the_mediator_reads(sign_in, ada):
    entry = factories.practice_entry(ada.id)
    manager = sign_in(MANAGER)
    assert "Enter a reason" in manager.post(f"/practice/{entry.id}/turn-down", data={"reason": ""}).text
    manager.post(f"/practice/{entry.id}/turn-down", data={"what": "turn_down", "reason": "Which case was it?"})
    assert "Which case was it?" in as_mediator(sign_in, ada).get("/practice/mine").text
    assert states() == ["turned_down"]


def test_a_confirmed_entry_can_be_struck_out(sign_in, ada):
    entry = factories.practice_entry(ada.id)
    manager = sign_in(MANAGER)
    manager.post("/practice", data={"entry": [entry.id], "step": "save", **seen(entry.id)})
    page = manager.post(f"/practice/{entry.id}/turn-down", data={"reason": "Wrong person"}, follow_redirects=True)
    assert "Struck out" in page.text
    assert states() == ["struck_out"]


def test_a_manager_who_mediates_cannot_confirm_their_own(sign_in, ada):
    entry = factories.practice_entry(ada.id)
    page = (
        sign_in(MANAGER, person=ada)
        .post("/practice", data={"entry": [entry.id], "step": "save", **seen(entry.id)})
        .text
    )
    assert "cannot confirm an entry of your own" in page
    assert states() == ["logged"]


def test_taking_back_what_one_logged(sign_in, ada):
    entry = factories.practice_entry(ada.id)
    page = as_mediator(sign_in, ada).post(f"/practice/mine/{entry.id}/take-back", follow_redirects=True)
    assert "The entry is taken back" in page.text
    assert states() == []


def test_strangers_are_turned_away_and_change_nothing(sign_in, ada):
    bea = factories.accredited_mediator()
    entry = factories.practice_entry(bea.id)
    mediator = as_mediator(sign_in, ada)
    assert mediator.post(f"/practice/mine/{entry.id}/take-back").status_code == 404
    for path in (
        "/practice",
        "/practice/new",
        f"/practice/{entry.id}/turn-down",
        f"/practice/new/{bea.reference}/case",
    ):
        assert mediator.post(path, data={**CASE, "entry": [entry.id], "reason": "x"}).status_code == 403, path
    manager = sign_in(MANAGER)
    assert manager.get("/practice/mine").status_code == 403
    assert manager.get(f"/practice/new/{bea.reference}/holiday").status_code == 404
    assert mediator.get("/practice/mine/holiday").status_code == 404
    elsewhere = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, 999))
    assert elsewhere.post("/practice", data={"entry": [entry.id], "step": "save", **seen(entry.id)}).status_code == 404
    assert elsewhere.post(f"/practice/{entry.id}/turn-down", data={"reason": "x"}).status_code == 404
    assert bea.name not in elsewhere.get("/practice?state=all").text
    for role in (Role.HELPLINE_ADVISER, Role.VETTING_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR):
        assert sign_in(Grant(role, Scope.SERVICE)).get("/practice").status_code == 403, role
    assert states() == ["logged"]


@pytest.mark.parametrize("path", ["/practice", "/practice?state=all"])
def test_the_number_of_statements_does_not_grow(sign_in, path):
    manager = sign_in(MANAGER)

    def count() -> int:
        with statements_counted() as sent:
            assert manager.get(path).status_code == 200
        return len(sent)

    factories.practice_entry(factories.mediator(unit="Croydon").id)
    few = count()
    for number in range(5):
        factories.practice_entry(factories.mediator(unit=f"Unit {number}").id)
    assert count() == few


def test_confirming_is_looked_at_first_and_says_what_was_logged_before(sign_in, ada):
    first = factories.practice_entry(ada.id, case_reference="MC-27-001")
    again = factories.practice_entry(ada.id, case_reference="mc 27/001", done_on=date(2027, 1, 20))
    manager = sign_in(MANAGER)
    assert "Looks as if logged before" in manager.get("/practice").text
    page = manager.post("/practice", data={"entry": [first.id, again.id], "step": "show"}).text
    assert "Nothing has been confirmed yet" in page
    assert "2 entries look as if logged before" in page
    assert states() == ["logged", "logged"]


def test_a_name_is_warned_of_once_and_the_mediator_decides(sign_in, ada):
    mediator = as_mediator(sign_in, ada)
    named = {**CASE, "case_reference": "MC-27-001", "note": "Spoke to Karen Jones"}
    page = mediator.post("/practice/mine/case", data=named).text
    assert "Karen Jones looks like the name of somebody" in page
    assert states() == []
    page = mediator.post("/practice/mine/case", data={**named, "note": "Spoke to Bob", "looked_at": "Karen Jones"}).text
    assert "Bob looks like the name of somebody" in page  # other words are another warning
    mediator.post("/practice/mine/case", data={**named, "looked_at": "Karen Jones"})
    assert states() == ["logged"]
    page = mediator.post("/practice/mine/case", data={**CASE, "case_reference": "MC 27 001"}).text
    assert "This may be logged already" in page
    assert states() == ["logged"]


def test_returned_changed_and_confirmed(sign_in, ada):
    entry = factories.practice_entry(ada.id, kind="cpd", code="course", quantity=2)
    mediator, manager = as_mediator(sign_in, ada), sign_in(MANAGER)
    manager.post(f"/practice/{entry.id}/turn-down", data={"what": "return", "reason": "Only the morning?"})
    assert "Only the morning?" in mediator.get("/practice/mine").text
    changed = {"code": "course", "done_on": "12/1/2027", "hours": "1.5"}
    page = mediator.post(f"/practice/mine/{entry.id}/change", data=changed, follow_redirects=True)
    assert "It waits to be confirmed" in page.text
    manager.post("/practice", data={"entry": [entry.id], "step": "save", **seen(entry.id)})
    assert "1.5 of 6 hours in 12 months" in mediator.get("/practice/mine").text
    page = mediator.get(f"/practice/mine/{entry.id}/change", follow_redirects=True).text
    assert "Ask the practice manager to correct it" in page


def test_a_confirmed_entry_is_corrected(sign_in, ada):
    entry = factories.confirmed_entry(ada.id, kind="cpd", code="course", quantity=2)
    manager = sign_in(MANAGER)
    right = {"code": "course", "done_on": "12/1/2027", "hours": "3"}
    assert "Enter what was wrong" in manager.post(f"/practice/{entry.id}/correct", data=right).text
    page = manager.post(f"/practice/{entry.id}/correct", data={**right, "reason": "3 hours"}, follow_redirects=True)
    assert "The wrong entry stays in the log, struck out" in page.text
    assert states() == ["struck_out", "confirmed"]
    assert "3 of 6 hours in 12 months" in as_mediator(sign_in, ada).get("/practice/mine").text


def test_a_declaration_has_its_days(sign_in, ada):
    mediator = as_mediator(sign_in, ada)
    insured = {"code": "insurance", "done_on": "1/1/2027"}
    assert "Enter the last day of the insurance" in mediator.post("/practice/mine/declaration", data=insured).text
    mediator.post("/practice/mine/declaration", data={**insured, "through": "31/12/2027"})
    assert "through 31 Dec 2027" in mediator.get("/practice/mine").text


def test_the_log_is_exported_as_it_is_filtered_and_that_is_noted(sign_in, ada):
    factories.confirmed_entry(ada.id, case_reference="MC-27-001", outcome="resolved", hours=Decimal("3.5"))
    factories.practice_entry(factories.mediator().id)
    book = load_workbook(BytesIO(sign_in(MANAGER).get("/practice/export.xlsx?state=confirmed").data))
    texts = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert texts[0][0] == "OFFICIAL"
    assert "1 row about 1 person" in texts[1][0]
    assert next(row for row in texts if "MC-27-001" in row)[:3] == [ada.reference, "Ada Okafor", "Case"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "exported the practice log")).one()
    details = db.session.scalars(select(AuditDetail).where(AuditDetail.seq == entry.seq)).one().text
    assert ('"rows": 1' in details, '"people": 1' in details) == (True, True)
    mine = load_workbook(BytesIO(as_mediator(sign_in, ada).get("/practice/mine.xlsx").data))
    assert any("MC-27-001" in str(cell.value) for row in mine.active.iter_rows() for cell in row)


def test_cases_figures_and_their_lists(sign_in, ada):
    manager = sign_in(MANAGER)
    page = manager.post("/practice/cases/new", data={"reference": "Smith 27", "referred_on": "1/12/2026"}).text
    assert "“Smith” looks like a name" in page
    manager.post("/practice/cases/new", data={"reference": "MC-27-001", "referred_on": "1/12/2026", "unit_id": ""})
    for number in (2, 3, 4):
        factories.mediation_case(f"MC-27-00{number}")
    factories.confirmed_entry(ada.id, case_reference="MC-27-001", outcome="resolved")
    page = manager.get("/practice/figures").text
    assert "Cases referred from 1 February 2026 to 31 January 2027, both days included." in page
    assert "1 concluded of 4 referred" in page
    assert "1 resolved of 1 concluded" in page
    assert "25%" in page
    assert "4 cases" in manager.get("/practice/cases?first=2026-02-01&last=2027-01-31").text
    found = db.session.scalars(select(MediationCase).where(MediationCase.key == "MC27002")).one()
    said = {"outcome": "withdrawn", "ended_on": "5/1/2027"}
    assert "Recorded" in manager.post(f"/practice/cases/{found.id}", data=said, follow_redirects=True).text
    changed = {"reference": "other", "referred_on": "1/1/2026", "unit_id": ""}
    manager.post(f"/practice/cases/{found.id}/change", data=changed)
    assert "1 concluded of 3 referred" in manager.get("/practice/figures").text
    assert (
        "the last day must not lie before the first"
        in manager.get("/practice/figures?first=2027-01-02&last=2027-01-01").text.lower()
    )
    book = load_workbook(BytesIO(manager.get("/practice/figures.xlsx").data))
    assert any("33% (1 of 3)" in str(cell.value) for row in book.active.iter_rows() for cell in row)
    book = load_workbook(BytesIO(manager.get("/practice/cases/export.xlsx?outcome=withdrawn").data))
    assert "Filters: Withdrawn" in [cell.value for row in book.active.iter_rows() for cell in row]
    assert "no rate of nothing" in manager.get("/practice/figures?first=2020-01-01&last=2020-12-31").text


def test_only_the_nearest_place_is_marked_as_the_one_one_is_at(sign_in, today):
    browser = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    for path in ("/practice", "/practice/cases", "/practice/figures"):
        page = browser.get(path).text
        assert re.findall(r'href="(/practice[^"]*)" aria-current="page"', page) == [path]
