"""What somebody has that ends with their leaving, and the leavings that were recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from accreditation.accounts.models import Account
from accreditation.accounts.queries.accounts import GrantLine, grants_by_person
from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.outbox import WAITING, Letter
from accreditation.desk.leaving.models import Departure
from accreditation.helpline.queries.follow_ups import owed_by
from accreditation.helpline.queries.rota import shifts_from
from accreditation.people.models import GrantRow, Person
from accreditation.people.queries import counted, of_one_person, records_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.practice.models import ArrangedSupervision, LeaveRequest
from accreditation.practice.queries.arranged import sessions_from
from accreditation.practice.queries.leave import requests_that_end, requests_that_end_later
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules import CANCELLABLE
from accreditation.standing.queries.evidence import evidence_from
from accreditation.web.paging import By, Page, page_of
from vetting.models import Clearance
from vetting.queries.leaving import clearances_to_lapse, open_applications

SOURCE = "departure"
"""The source type under which the end of a membership and the new one stand in the ledger."""

STATES = (("ahead", "Last day ahead"), ("left", "Left"), ("back", "Back"), ("cancelled", "Taken back"))


@dataclass(frozen=True)
class Ending:
    """What ends with somebody's leaving: seats, shifts, sessions, clearances, roles, accounts, letters that wait."""

    bookings: Sequence[Booking]
    clearances: Sequence[Clearance]
    applications: Sequence[str]
    roles: Sequence[GrantLine]
    accounts: int
    letters: int
    shifts: int = 0
    """Shifts on the rota of the helpline that end after the last day."""
    sessions: Sequence[ArrangedSupervision] = ()
    """Supervision that is arranged for a day after the last one."""
    leave: Sequence[LeaveRequest] = ()
    """Leave asked for that nobody has answered, and that ends at once."""
    leave_later: Sequence[LeaveRequest] = ()
    """The same, ending with the last day unless it is answered by then."""
    follow_ups: int = 0
    """Follow-ups that they owe as an adviser of the helpline: another adviser takes them over."""


def what_ends(person_id: int, *, left_on: date, on: date) -> Ending:
    """As it is now, if `left_on` is the first day out of the service and today is `on`."""
    records = [person.id for person in records_of(person_id)]
    grants = grants_by_person(records, on)
    waiting = select(func.count()).where(Letter.person_id.in_(records), Letter.state.in_(WAITING))
    return Ending(
        bookings=bookings_from(person_id, max(left_on, on)),
        clearances=clearances_to_lapse(person_id, left_on),
        applications=[row.level for row in open_applications(person_id)],
        roles=[line for record in records for line in grants.get(record, [])],
        accounts=len(open_accounts(records)),
        letters=db.session.scalar(waiting) or 0 if left_on <= on else 0,
        shifts=len(shifts_from(person_id, max(left_on, on))),
        sessions=sessions_from(person_id, left_on),
        leave=requests_that_end(person_id, left_on=left_on, on=on),
        leave_later=requests_that_end_later(person_id, left_on=left_on, on=on),
        follow_ups=owed_by(records),
    )


def bookings_from(person_id: int, on: date) -> Sequence[Booking]:
    """Seats and places in a line, of days on that day or later."""
    query = (
        select(Booking)
        .join(RefresherDay, RefresherDay.id == Booking.day_id)
        .where(of_one_person(Booking.person_id, person_id), Booking.state.in_(CANCELLABLE))
        .where(RefresherDay.held_on >= on, RefresherDay.state == "planned")
        .options(joinedload(Booking.day))
        .order_by(RefresherDay.held_on, Booking.id)
    )
    return db.session.scalars(query).all()


def open_accounts(person_ids: Sequence[int]) -> list[int]:
    """The accounts of these records with which somebody can sign in, or could once they accept the invitation."""
    query = select(Account.id).where(Account.person_id.in_(person_ids), Account.disabled_at.is_(None))
    return list(db.session.scalars(query.order_by(Account.id)))


def grants_after(person_ids: list[int], day: date) -> Sequence[GrantRow]:
    """The roles of these records that reach to that day or beyond it."""
    reaches = GrantRow.ends_on.is_(None) | (GrantRow.ends_on > day)
    return db.session.scalars(
        select(GrantRow).where(GrantRow.person_id.in_(person_ids), reaches).order_by(GrantRow.id).with_for_update()
    ).all()


def evidence_of_clearances(ids: Sequence[int]) -> frozenset[int]:
    """The facts that stand of these clearances."""
    return frozenset(fact.id for clearance_id in ids for fact in evidence_from(("clearance", clearance_id)))


def find_departure(person_id: int) -> Departure | None:
    """The leaving that is in force, or recorded for a day to come."""
    return db.session.scalar(
        select(Departure).where(
            of_one_person(Departure.person_id, person_id),
            Departure.returned_at.is_(None),
            Departure.cancelled_at.is_(None),
        )
    )


def get_departure(departure_id: int, viewer: Viewer) -> Departure:
    """Raises NotFound, in the same words whether there is none or not for this viewer to know of."""
    found = db.session.scalar(
        select(Departure)
        .join(Person, Person.id == Departure.person_id)
        .where(Departure.id == departure_id, visible_to(viewer))
    )
    if found is None:
        raise NotFound("There is no such leaving.")
    return found


def departures_page(
    viewer: Viewer, state: str | None, on: date, *, place: str | None, address: Callable[[str | None], str]
) -> Page[Departure]:
    """Those who leave, the latest last day first."""
    query = (
        select(Departure)
        .join(Person, Person.id == Departure.person_id)
        .where(visible_to(viewer))
        .options(joinedload(Departure.person))
    )
    here, back, cancelled = Departure.left_on > on, Departure.returned_at.is_not(None), Departure.cancelled_at
    match state:
        case "ahead":
            query = query.where(here, ~back, cancelled.is_(None))
        case "left":
            query = query.where(~here, ~back, cancelled.is_(None))
        case "back":
            query = query.where(back)
        case "cancelled":
            query = query.where(cancelled.is_not(None))
    page = page_of(
        query,
        [By(Departure.left_on, date, descending=True), By(Departure.id, int, descending=True)],
        place=place,
        key=lambda row: (row[0].left_on, row[0].id),
        address=address,
    )
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, page.address)


def state_of(departure: Departure, on: date) -> tuple[str, str]:
    """In words, and the tone of the tag."""
    if departure.cancelled_at:
        return "Taken back", "neutral"
    if departure.returned_at:
        return "Back", "good"
    return ("Left", "neutral") if departure.left_on <= on else ("Leaves", "soon")


def seats_of(departure: Departure) -> Sequence[RefresherDay]:
    """The days on which they had a seat that ended with the leaving."""
    ids = departure.done.get("bookings", [])
    query = select(RefresherDay).join(Booking, Booking.day_id == RefresherDay.id).where(Booking.id.in_(ids))
    return db.session.scalars(query.order_by(RefresherDay.held_on, RefresherDay.id)).all()


def sessions_of(departure: Departure) -> Sequence[ArrangedSupervision]:
    """The supervision that was called off with the leaving."""
    ids = departure.done.get("sessions", [])
    query = select(ArrangedSupervision).where(ArrangedSupervision.id.in_(ids))
    return db.session.scalars(query.order_by(ArrangedSupervision.held_on, ArrangedSupervision.id)).all()


def leave_of(departure: Departure) -> Sequence[LeaveRequest]:
    """The leave asked for that ended with the leaving, as it stands now."""
    ids = departure.done.get("leave", [])
    query = select(LeaveRequest).where(LeaveRequest.id.in_(ids))
    return db.session.scalars(query.order_by(LeaveRequest.starts_on, LeaveRequest.id)).all()


def departures_with_leave_waiting(on: date) -> list[int]:
    """The leavings in force whose last day is over while leave that was asked for still waits for an answer."""
    query = (
        select(Departure.id, Departure.person_id)
        .where(Departure.returned_at.is_(None), Departure.cancelled_at.is_(None), Departure.left_on <= on)
        .where(
            exists()
            .where(LeaveRequest.state == "asked", LeaveRequest.person_id == Person.id)
            .where(counted(Person) == Departure.person_id)
        )
    )
    return list(db.session.scalars(query.order_by(Departure.id)))


def clearances_of(departure: Departure) -> Sequence[Clearance]:
    """What lapsed with the leaving, as it stands now."""
    ids = departure.done.get("clearances", [])
    return db.session.scalars(select(Clearance).where(Clearance.id.in_(ids)).order_by(Clearance.id)).all()


def name_of(person_id: int | None) -> str:
    person = db.session.get(Person, person_id) if person_id else None
    return person.name if person else "the service itself"


def through(clearance: Clearance) -> date | None:
    return last_good_day(clearance.ends_on) if clearance.ends_on else None
