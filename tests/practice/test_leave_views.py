"""The pages at /leave: the mediator asks with the effect in view, a manager answers, the reason stays between them."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from time_machine import travel

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice.models import LeaveRequest
from accreditation.standing.services.overlays import cancel_overlay, end_overlay
from tests import factories

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
FORM_KEY = "a-form-that-was-opened-once"
LEAVE = {
    "starts_on": "1/3/2027",
    "through": "31/8/2027",
    "leave_type": "adoption",
    "reason": "Two children, in the spring",
    "form_key": FORM_KEY,
}


@pytest.fixture
def ada(app):
    return factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 6, 1), unit="Croydon")


def as_mediator(sign_in, who):
    return sign_in(Grant(Role.MEDIATOR, Scope.PERSON, who.id), person=who)


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(LeaveRequest.state).order_by(LeaveRequest.id)))


def ask(mediator) -> int:
    mediator.post("/leave/mine/new", data={**LEAVE, "step": "save"})
    return db.session.scalars(select(LeaveRequest.id)).one()


def test_asked_with_the_effect_in_view_agreed_and_planned(sign_in, ada):
    mediator, manager = as_mediator(sign_in, ada), sign_in(MANAGER)
    page = mediator.post("/leave/mine/new", data={**LEAVE, "step": "show"}).text
    assert "You have not asked for anything yet" in page
    assert "does not move" in page  # the clearance
    assert "184 days later" in page  # the refresher day, among others
    assert states() == []
    request_id = ask(mediator)
    mediator.post("/leave/mine/new", data={**LEAVE, "step": "save"})  # pressed twice
    assert states() == ["asked"]
    assert "request for leave to answer" in manager.get("/").text
    page = manager.get(f"/leave/{request_id}").text
    assert "Two children, in the spring" in page
    page = manager.post(f"/leave/{request_id}/approve", data={"authority": "Head of Service"}, follow_redirects=True)
    assert "The leave of Ada Okafor is agreed and recorded" in page.text
    page = mediator.get(f"/leave/mine/{request_id}").text
    assert "You are due back on 1 September 2027" in page
    assert "What has to be renewed by then" in page
    assert "On leave until" in mediator.get("/me").text or "Your leave runs" not in mediator.get("/me").text


def test_a_refusal_is_shown_and_nothing_asked(sign_in, ada):
    mediator = as_mediator(sign_in, ada)
    for changes, said in (
        ({"through": "1/2/2027"}, "The last day must not lie before the first"),
        ({"reason": " "}, "Enter the reason"),
        ({"starts_on": "1/1/2027", "through": "1/2/2027"}, "lies in the past"),
    ):
        page = mediator.post("/leave/mine/new", data={**LEAVE, **changes, "step": "save"}).text
        assert said in page
        assert "<title>Error:" in page
    assert states() == []


def test_declined_and_withdrawn(sign_in, ada):
    mediator, manager = as_mediator(sign_in, ada), sign_in(MANAGER)
    request_id = ask(mediator)
    assert "Enter the reason" in manager.post(f"/leave/{request_id}/decline", data={"answer": ""}).text
    assert "Enter who decided" in manager.post(f"/leave/{request_id}/approve", data={"authority": ""}).text
    assert states() == ["asked"]
    manager.post(f"/leave/{request_id}/decline", data={"answer": "Too few in March"})
    assert "Too few in March" in mediator.get("/leave/mine").text
    page = manager.post(f"/leave/{request_id}/approve", data={"authority": "Head of Service"})
    assert "declined already" in page.text
    again = mediator.post("/leave/mine/new", data={**LEAVE, "form_key": f"{FORM_KEY}-again", "step": "save"})
    assert again.status_code == 302
    newest = db.session.scalar(select(func.max(LeaveRequest.id)))
    assert "The request is withdrawn" in mediator.post(f"/leave/mine/{newest}/withdraw", follow_redirects=True).text
    assert states() == ["declined", "withdrawn"]


def test_the_reason_is_for_nobody_else(sign_in, ada):
    request_id = ask(as_mediator(sign_in, ada))
    bea = factories.accredited_mediator()
    assert as_mediator(sign_in, bea).get(f"/leave/mine/{request_id}").status_code == 404
    assert as_mediator(sign_in, bea).post(f"/leave/mine/{request_id}/withdraw").status_code == 404
    assert sign_in(MANAGER, person=ada).get(f"/leave/{request_id}").status_code == 404  # nobody answers their own
    elsewhere = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, 999))
    assert elsewhere.get(f"/leave/{request_id}").status_code == 404
    assert elsewhere.post(f"/leave/{request_id}/approve", data={"authority": "x"}).status_code == 404
    assert "Ada Okafor" not in elsewhere.get("/leave").text
    for role, scope, scope_id in (
        (Role.LINE_MANAGER, Scope.UNIT, ada.unit_id),
        (Role.HELPLINE_ADVISER, Scope.SERVICE, None),
        (Role.AUDITOR, Scope.SERVICE, None),
        (Role.ADMINISTRATOR, Scope.SERVICE, None),
    ):
        assert sign_in(Grant(role, scope, scope_id)).get(f"/leave/{request_id}").status_code == 403
    assert "Two children" not in sign_in(Grant(Role.AUDITOR, Scope.SERVICE)).get("/audit").text
    assert states() == ["asked"]


def test_pages_say_what_became_of_leave_that_was_agreed(sign_in, ada, today):
    mediator, manager = as_mediator(sign_in, ada), sign_in(MANAGER)
    request_id = ask(mediator)
    assert "withdraw this request and" in mediator.get(f"/leave/mine/{request_id}").text
    manager.post(f"/leave/{request_id}/approve", data={"authority": "Head of Service"})
    overlay_id = db.session.get_one(LeaveRequest, request_id).overlay_id
    with travel(datetime(2027, 4, 1, 9, tzinfo=UTC), tick=False):
        with transaction():
            end_overlay(
                overlay_id,
                ended_on=date(2027, 4, 1),
                reason="Back",
                authority="Head",
                at=datetime(2027, 4, 1, 8, tzinfo=UTC),
                ended_by=None,
            )
        later, their_manager = as_mediator(sign_in, ada), sign_in(MANAGER)
        page = later.get(f"/leave/mine/{request_id}").text
        assert ("Agreed, and ended early" in page, "Your leave ended on 31 March 2027" in page) == (True, True)
        assert "due back on 1 September" not in page
        for browser, path in ((later, "/leave/mine"), (their_manager, "/leave?state=all")):
            page = browser.get(path).text
            assert ("31 Mar 2027" in page, "31 Aug 2027" in page) == (True, False)
    with transaction():
        cancel_overlay(overlay_id, reason="A mistake", at=datetime(2027, 4, 2, 8, tzinfo=UTC), cancelled_by=None)
    page = mediator.get(f"/leave/mine/{request_id}").text
    assert "Agreed, then cancelled by the service" in page
    assert "due back" not in page
    assert "Agreed, then cancelled by the service" in manager.get(f"/leave/{request_id}").text
