"""Requests for leave: of the mediator, and for who answers them. The reason is nobody else's."""

from collections.abc import Callable, Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from accreditation.core.calendar import Span
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Permission
from accreditation.people.models import Person
from accreditation.people.queries import of_one_person, subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.practice.models import LeaveRequest
from accreditation.practice.rules.leave import Became, became, ends_with_leaving
from accreditation.standing.models import Overlay
from accreditation.standing.queries.effects import Effect, effects_of, facts_now, facts_without
from accreditation.standing.queries.evidence import evidence_from
from accreditation.standing.queries.overlays import SOURCE
from accreditation.standing.rules.evidence import Fact
from accreditation.web.paging import By, Page, page_of


def own_person(viewer: Viewer) -> Person:
    """The record of whoever asks. Raises NotFound for an account whose person is not a mediator they may see."""
    person = db.session.scalar(select(Person).where(Person.id == viewer.person_id, visible_to(viewer)))
    if person is None:
        raise NotFound("There is no record of a mediator for your account.")
    return person


def own_requests(person_id: int) -> list[LeaveRequest]:
    """Everything this mediator has asked for, the latest first."""
    rows = select(LeaveRequest).where(of_one_person(LeaveRequest.person_id, person_id))
    return list(db.session.scalars(rows.order_by(LeaveRequest.id.desc())))


def get_own_request(request_id: int, viewer: Viewer) -> LeaveRequest:
    """One of the viewer's own. Raises NotFound, in the same words whether there is none or it is somebody else's."""
    request = db.session.scalar(
        select(LeaveRequest)
        .join(LeaveRequest.person)
        .where(
            LeaveRequest.id == request_id,
            of_one_person(LeaveRequest.person_id, viewer.person_id),
            visible_to(viewer),
        )
    )
    if request is None:
        raise NotFound("There is no such request.")
    return request


def requests_that_end(person_id: int, *, left_on: date, on: date) -> list[LeaveRequest]:
    """What waits of this mediator and ends with their leaving as it is on the day `on`, what begins first on top.

    `left_on` is the first day out of the service.
    """
    return [one for one in _waiting(person_id) if ends_with_leaving(one.starts_on, left_on, on)]


def requests_that_end_later(person_id: int, *, left_on: date, on: date) -> list[LeaveRequest]:
    """What waits and ends once their last day is over, unless it is answered by then."""
    return [one for one in _waiting(person_id) if not ends_with_leaving(one.starts_on, left_on, on)]


def _waiting(person_id: int) -> list[LeaveRequest]:
    rows = select(LeaveRequest).where(of_one_person(LeaveRequest.person_id, person_id), LeaveRequest.state == "asked")
    return list(db.session.scalars(rows.order_by(LeaveRequest.starts_on, LeaveRequest.id)))


def requests_page(
    viewer: Viewer, *, state: str | None, place: str | None, address: Callable[[str | None], str]
) -> Page[LeaveRequest]:
    """Requests of the people whose leave this viewer decides on, what begins first coming first."""
    rows = select(LeaveRequest).join(LeaveRequest.person).options(contains_eager(LeaveRequest.person))
    rows = rows.where(visible_to(viewer), ~of_one_person(LeaveRequest.person_id, viewer.person_id))
    if state is not None:
        rows = rows.where(LeaveRequest.state == state)
    waiting = state == "asked"
    order = [By(LeaveRequest.starts_on, date, descending=not waiting), By(LeaveRequest.id, int, descending=not waiting)]
    page = page_of(rows, order, place=place, key=lambda row: (row[0].starts_on, row[0].id), address=address)
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, page.address)


def count_requests(viewer: Viewer, state: str = "asked") -> int:
    """How many `requests_page` lists of that state."""
    rows = select(func.count(LeaveRequest.id)).join(Person, Person.id == LeaveRequest.person_id)
    rows = rows.where(
        LeaveRequest.state == state, visible_to(viewer), ~of_one_person(LeaveRequest.person_id, viewer.person_id)
    )
    return db.session.scalar(rows) or 0


def get_request(request_id: int, viewer: Viewer) -> LeaveRequest:
    """One that this viewer may answer. Raises NotFound for any other, one's own among them."""
    request = db.session.scalar(
        select(LeaveRequest).join(LeaveRequest.person).where(LeaveRequest.id == request_id, visible_to(viewer))
    )
    if (
        request is None
        or request.person.counted.id == viewer.person_id
        or not viewer.may(Permission.MANAGE_OVERLAYS, subject_of(request.person))
    ):
        raise NotFound("There is no such request.")
    return request


def became_of(requests: Iterable[LeaveRequest]) -> dict[int, Became]:
    """What became of each, by its id: agreed leave may have ended early or been cancelled since. One statement."""
    asked = list(requests)
    ids = [request.overlay_id for request in asked if request.overlay_id]
    overlays = {one.id: one for one in db.session.scalars(select(Overlay).where(Overlay.id.in_(ids)))} if ids else {}
    found = {}
    for request in asked:
        overlay = overlays.get(request.overlay_id or 0)
        found[request.id] = became(
            request.state,
            Span(request.starts_on, request.ends_on),
            ended_on=overlay.ended_on if overlay else None,
            cancelled=overlay is not None and overlay.cancelled_at is not None,
        )
    return found


def effect_of_leave(person: Person, viewer: Viewer, fact: Fact, on: date) -> list[Effect]:
    """What leave on these days would do: today, on its first day, and on the first day back."""
    facts = facts_now(person.id)
    days = [on, *(each for each in (fact.starts_on, fact.ends_on) if each is not None and each > on)]
    return effects_of(person, viewer, facts, [*facts, fact], days)


def plan_for_return(request: LeaveRequest, viewer: Viewer, on: date) -> list[Effect]:
    """For leave that was agreed: what it moved, and what has to be renewed by the first day back."""
    assert request.overlay_id is not None
    facts = facts_now(request.person_id)
    declared = evidence_from((SOURCE, request.overlay_id))
    without = facts_without(facts, {fact.id for fact in declared})
    back = max((fact.ends_on for fact in declared if fact.ends_on), default=request.ends_on)
    return effects_of(request.person.counted, viewer, without, facts, [max(on, back)])
