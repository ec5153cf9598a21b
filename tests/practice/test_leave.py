"""Asking for leave, answering, withdrawing, and what two managers at once make of it. On both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from accreditation.core.calendar import days_after
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.practice.models import LeaveRequest
from accreditation.practice.queries.leave import count_requests, plan_for_return
from accreditation.practice.rules.leave import Asked, reasons_not_to_ask
from accreditation.practice.services import leave
from accreditation.standing.models import Evidence, Overlay
from accreditation.standing.queries import standing_on
from accreditation.standing.rules.verdict import Verdict
from accreditation.standing.services.overlays import cancel_overlay
from tests import factories
from tests.racing import race, slow_down

FIRST, BACK = date(2027, 3, 1), date(2027, 9, 1)
AT = datetime(2027, 2, 2, 10, tzinfo=UTC)
HEAD = "Head of Service"


def agree(request_id: int, by: int | None, **changes):
    usual = {"authority": HEAD, "answer": None, "on": factories.TODAY, "at": AT}
    with transaction():
        return leave.approve_leave(request_id, **{**usual, **changes}, decided_by=by)


def decline(request_id: int, by: int, answer: str = "We are too few in March"):
    with transaction():
        return leave.decline_leave(request_id, answer=answer, at=AT, decided_by=by)


@pytest.fixture
def manager(app):
    return factories.person(name="Grace Hall")


@pytest.fixture
def ada(app):
    return factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 6, 1))


def test_what_is_agreed_is_standings_own_record(ada, manager):
    request = factories.leave_request(ada.id, FIRST, BACK)
    assert standing_on(ada.id, "INHOUSE-WPM", FIRST).verdict is Verdict.DEPLOYABLE  # asking changes nothing
    agreed = agree(request.id, manager.id)
    overlay = db.session.get_one(Overlay, agreed.overlay_id)
    assert (overlay.kind, overlay.starts_on, overlay.ends_on, overlay.authority) == ("leave", FIRST, BACK, HEAD)
    assert standing_on(ada.id, "INHOUSE-WPM", FIRST).verdict is Verdict.ON_LEAVE
    facts = db.session.scalars(select(Evidence).where(Evidence.kind == "leave")).all()
    assert [fact.source_type for fact in facts] == ["overlay"]  # never evidence of its own
    assert "The private reason" not in str([fact.reason for fact in facts])


def test_the_letter_says_when_and_never_why(app, ada, manager):
    agreed = agree(factories.leave_request(ada.id, FIRST, BACK).id, manager.id, answer="Come back well")
    (letter,) = db.session.scalars(select(Letter).where(Letter.template.like("email/practice/%")))
    facts = FACTS[letter.template](letter.about_id)
    assert (facts["starts_on"], facts["through"], facts["back_on"]) == (FIRST, days_after(BACK, -1), BACK)
    assert str(facts["link"]).endswith(f"/leave/mine/{agreed.id}")
    assert "private" not in str(facts)
    with transaction():
        cancel_overlay(agreed.overlay_id, reason="A mistake", at=AT, cancelled_by=manager.id)
    with pytest.raises(NoLongerTrue):
        FACTS[letter.template](letter.about_id)


def test_declined_with_a_reason(ada, manager):
    request = factories.leave_request(ada.id, FIRST, BACK)
    with pytest.raises(DomainError, match="reason"):
        decline(request.id, manager.id, " ")
    assert decline(request.id, manager.id).state == "declined"
    with pytest.raises(Conflict, match="declined already, on 2 February 2027"):
        agree(request.id, manager.id)
    assert db.session.scalar(select(func.count()).select_from(Overlay)) == 0


def test_nobody_answers_their_own(ada):
    request = factories.leave_request(ada.id, FIRST, BACK)
    for answer in (agree, decline):
        with pytest.raises(NotAllowed):
            answer(request.id, ada.id)


def test_withdrawn_while_nobody_has_answered(ada, manager):
    request, other = factories.leave_request(ada.id, FIRST, BACK), factories.accredited_mediator()
    with pytest.raises(DomainError, match="not your request"), transaction():
        leave.withdraw_request(request.id, person_id=other.id, at=AT)
    with transaction():
        leave.withdraw_request(request.id, person_id=ada.id, at=AT)
    with transaction():
        assert leave.withdraw_request(request.id, person_id=ada.id, at=AT).state == "withdrawn"  # pressing twice
    with pytest.raises(Conflict, match="withdrew"):
        agree(request.id, manager.id)
    agreed = factories.leave_request(ada.id, FIRST, BACK)
    agree(agreed.id, manager.id)
    with pytest.raises(Conflict, match="agreed already"), transaction():
        leave.withdraw_request(agreed.id, person_id=ada.id, at=AT)


def test_asked_twice_for_the_same_days(ada, manager):
    factories.leave_request(ada.id, FIRST, BACK)
    with pytest.raises(DomainError, match="asked for leave from 1 March 2027 already"):
        factories.leave_request(ada.id, days_after(BACK, -1), days_after(BACK, 9))
    factories.leave_request(ada.id, BACK, days_after(BACK, 9))  # the day after is free


def test_leave_that_is_recorded_already_is_not_asked_for(ada):
    factories.overlay(ada.id, "leave", FIRST, BACK)
    with pytest.raises(DomainError, match="There is leave on these days already"):
        factories.leave_request(ada.id, FIRST, BACK)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(FIRST, FIRST, "other", "x"), "last day must not lie before"),
        (Asked(FIRST, BACK, "holiday on Mars", "x"), "kind of leave"),
        (Asked(FIRST, BACK, "other", " "), "Enter the reason"),
        (Asked(FIRST, date(2033, 1, 1), "other", "x"), "within 5 years"),
        (Asked(date(2027, 1, 1), factories.TODAY, "other", "x"), "lies in the past"),
    ],
)
def test_what_cannot_be_asked(asked, said):
    assert said in " ".join(reasons_not_to_ask(asked, factories.TODAY))


def test_leave_that_ends_today_may_still_be_asked_for():
    asked = Asked(date(2027, 1, 1), days_after(factories.TODAY, 1), "other", "x")
    assert reasons_not_to_ask(asked, factories.TODAY) == []


def test_the_plan_names_what_has_to_be_renewed_by_the_first_day_back(ada, manager):
    agreed = agree(factories.leave_request(ada.id, FIRST, BACK).id, manager.id)
    own = Viewer(ada.id, frozenset({Grant(Role.MEDIATOR, Scope.PERSON, ada.id)}))
    (effect,) = plan_for_return(agreed, own, factories.TODAY)
    assert effect.days[0].on == BACK
    moved = {one.label: one.difference for one in effect.requirements if one.changes}
    assert moved["Refresher day in the last twelve months"] == "met again"
    assert not any("CTC" in label for label in moved)  # leave never moves a clearance


def test_each_manager_counts_what_they_may_answer(ada, manager):
    factories.leave_request(ada.id, FIRST, BACK)
    service = Viewer(manager.id, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
    elsewhere = Viewer(manager.id, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, 999)}))
    herself = Viewer(ada.id, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
    assert [count_requests(viewer) for viewer in (service, elsewhere, herself)] == [1, 0, 0]


def approve_in_its_own_process(request_id: int, by: int) -> str:
    slow_down(leave, "_refuse_answered")
    leave.approve_leave(request_id, authority=HEAD, answer=None, on=factories.TODAY, at=AT, decided_by=by)
    return "agreed"


def decline_in_its_own_process(request_id: int, by: int) -> str:
    slow_down(leave, "_refuse_answered")
    leave.decline_leave(request_id, answer="No", at=AT, decided_by=by)
    return "declined"


def answer_in_its_own_process(request_id: int, by: int, agrees: bool) -> str:
    return (approve_in_its_own_process if agrees else decline_in_its_own_process)(request_id, by)


def test_two_managers_at_once_give_one_answer(app, ada, manager):
    other, request = factories.person(), factories.leave_request(ada.id, FIRST, BACK)
    answers = race(
        app.config["SETTINGS"], answer_in_its_own_process, (request.id, manager.id, True), (request.id, other.id, False)
    )
    assert answers in (["agreed", "refused"], ["declined", "refused"])
    db.session.rollback()
    found = db.session.get_one(LeaveRequest, request.id)
    overlays = db.session.scalar(select(func.count()).select_from(Overlay))
    letters = db.session.scalar(select(func.count()).where(Letter.template.like("email/practice/%")))
    assert (found.state == "approved", letters) == (overlays == 1, 1)


def test_without_the_guards_both_answers_are_given(app, ada, manager):
    """The negative control: if this fails, the test above proves nothing."""
    other, request = factories.person(), factories.leave_request(ada.id, FIRST, BACK)
    answers = race(
        app.config["SETTINGS"],
        answer_in_its_own_process,
        (request.id, manager.id, True),
        (request.id, other.id, False),
        guarded=False,
    )
    assert answers not in (["agreed", "refused"], ["declined", "refused"])
