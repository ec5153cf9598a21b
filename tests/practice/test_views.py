"""The pages at /practice: the mediator's own log, and the office's list."""

from datetime import date

import pytest
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice.models import PracticeEntry
from tests import factories
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
    page = manager.post("/practice", data={"entry": entry_ids, "step": "save"}, follow_redirects=True)
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
    manager.post("/practice", data={"entry": [entry.id], "step": "save"})
    page = manager.post(f"/practice/{entry.id}/turn-down", data={"reason": "Wrong person"}, follow_redirects=True)
    assert "Struck out" in page.text
    assert states() == ["struck_out"]


def test_a_manager_who_mediates_cannot_confirm_their_own(sign_in, ada):
    entry = factories.practice_entry(ada.id)
    page = sign_in(MANAGER, person=ada).post("/practice", data={"entry": [entry.id], "step": "save"}).text
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
    assert elsewhere.post("/practice", data={"entry": [entry.id], "step": "save"}).status_code == 404
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
