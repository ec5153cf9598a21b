"""Leave: the mediator asks, a manager answers, standing records it. Callers hold the transaction."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.people.models import Person
from accreditation.people.services import lock_records
from accreditation.practice.models import LeaveRequest
from accreditation.practice.queries.leave import requests_that_end
from accreditation.practice.rules.leave import Asked, reasons_not_to_ask
from accreditation.standing.services.overlays import reasons_against, record_overlay, refuse_own
from accreditation.web.words import day

ALREADY = {
    "approved": "This leave was agreed already, on {}.",
    "declined": "This request was declined already, on {}.",
    "withdrawn": "The mediator withdrew this request on {}.",
    "ended": "This request ended on {}, because the mediator leaves the service.",
}


def ask_for_leave(person_id: int, asked: Asked, *, form_key: str, on: date, at: datetime) -> LeaveRequest:
    """A request for a manager to answer. The same form sent twice is one request.

    Raises DomainError with every reason, among them leave or a request on these days already, or their leaving.
    """
    counted_id = lock_records(person_id)[-1]
    if made := db.session.scalar(select(LeaveRequest).where(LeaveRequest.form_key == form_key)):
        if made.person_id != person_id:
            raise Conflict("This form was used already. Open it again.")
        return made
    reasons = reasons_not_to_ask(asked, on, db.session.get_one(Person, counted_id).left_on) or reasons_against(
        person_id, asked.laid()
    )
    reasons += _asked_before(person_id, asked)
    if reasons:
        raise DomainError(*reasons)
    request = LeaveRequest(
        person_id=person_id,
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        leave_type=asked.leave_type,
        reason=asked.reason.strip(),
        asked_at=at,
        form_key=form_key,
        state="asked",
    )
    db.session.add(request)
    db.session.flush()
    return request


def withdraw_request(request_id: int, *, person_id: int, at: datetime) -> LeaveRequest:
    """The mediator takes the request back, while nobody has answered. Pressing twice does it once."""
    request = _locked(request_id)
    if request.person_id != person_id:
        raise DomainError("This is not your request.")
    if request.state == "withdrawn":
        return request
    _refuse_answered(request)
    request.state, request.answered_at, request.answered_by = "withdrawn", at, person_id
    db.session.flush()
    return request


def approve_leave(
    request_id: int, *, authority: str, answer: str | None, on: date, at: datetime, decided_by: int
) -> LeaveRequest:
    """Agree to it: standing records the leave, and the mediator is owed the letter with the plan for the return.

    Raises Conflict once it was answered or withdrawn, NotAllowed for one's own, DomainError where standing refuses it.
    """
    request = _locked(request_id)
    refuse_own(request.person_id, decided_by)
    _refuse_answered(request)
    asked = Asked(request.starts_on, request.ends_on, request.leave_type, request.reason)
    overlay = record_overlay(
        request.person_id,
        asked.laid(authority),
        form_key=f"leave-request-{request.id:08}",
        on=on,
        at=at,
        recorded_by=decided_by,
    )
    request.state, request.answered_at, request.answered_by = "approved", at, decided_by
    request.answer, request.overlay_id = (answer or "").strip() or None, overlay.id
    db.session.flush()
    _tell(request, "leave_agreed")
    return request


def decline_leave(request_id: int, *, answer: str, at: datetime, decided_by: int) -> LeaveRequest:
    """Say no, with the reason that the mediator reads. Raises Conflict once it was answered or withdrawn."""
    request = _locked(request_id)
    refuse_own(request.person_id, decided_by)
    _refuse_answered(request)
    if not answer.strip():
        raise DomainError("Enter the reason, as the mediator will read it.")
    request.state, request.answered_at, request.answered_by = "declined", at, decided_by
    request.answer = answer.strip()
    db.session.flush()
    _tell(request, "leave_answered")
    return request


def end_requests_of_leaver(person_id: int, *, left_on: date, on: date, at: datetime, by: int | None) -> list[int]:
    """Nobody answers somebody who is gone: the ids of the requests that end, `left_on` being the first day out.

    What begins before it waits on until that day has come. The caller has locked the records of the person, so that
    nothing is asked for or answered meanwhile. No letter.
    """
    ended = []
    for found in requests_that_end(person_id, left_on=left_on, on=on):
        request = db.session.get_one(LeaveRequest, found.id, with_for_update=True, populate_existing=True)
        if request.state == "asked":
            request.state, request.answered_at, request.answered_by = "ended", at, by
            ended.append(request.id)
    db.session.flush()
    return ended


def ask_again(request_ids: Iterable[int]) -> None:
    """They never left: these requests, ended because of it, wait for an answer as they did."""
    for request_id in sorted(request_ids):
        request = db.session.get_one(LeaveRequest, request_id, with_for_update=True, populate_existing=True)
        if request.state == "ended":
            request.state, request.answered_at, request.answered_by = "asked", None, None
    db.session.flush()


def _tell(request: LeaveRequest, letter: str) -> None:
    outbox.queue(request.person_id, f"email/practice/{letter}.txt", about_id=request.id, key=f"{letter}:{request.id}")


def _asked_before(person_id: int, asked: Asked) -> list[str]:
    other = db.session.scalar(
        select(LeaveRequest).where(
            LeaveRequest.person_id == person_id,
            LeaveRequest.state == "asked",
            LeaveRequest.starts_on < asked.ends_on,
            LeaveRequest.ends_on > asked.starts_on,
        )
    )
    if other is None:
        return []
    return [f"You have asked for leave from {day(other.starts_on)} already. Withdraw that request first."]


def _refuse_answered(request: LeaveRequest) -> None:
    if request.state != "asked":
        raise Conflict(ALREADY[request.state].format(day(request.answered_at)))


def _locked(request_id: int) -> LeaveRequest:
    lock_records(db.session.get_one(LeaveRequest, request_id).person_id)
    return db.session.get_one(LeaveRequest, request_id, with_for_update=True, populate_existing=True)
