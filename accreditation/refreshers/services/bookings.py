"""Taking a seat, giving it back, and who gets it then. The day's row is locked first: it is what both would share."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.models import Person
from accreditation.people.queries import lock_person
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.bookings import find_live_booking, other_days_at_the_time
from accreditation.refreshers.queries.days import lock_day, seats_taken
from accreditation.refreshers.queries.due import in_order_of_lapse
from accreditation.refreshers.queries.offers import would_be_late
from accreditation.refreshers.rules import CANCELLABLE, ENDED, NOT_THERE, london_moment
from accreditation.refreshers.services.calendar_files import seat_key, told_of_seat
from accreditation.refreshers.services.deadlines import keep_deadlines
from accreditation.refreshers.services.offers import fill_freed_seats
from accreditation.standing.queries import main_scheme, standings_on
from accreditation.standing.rules.verdict import Verdict

BOOKED = "email/refreshers/booked.txt"


class NoSeatLeft(DomainError):
    """The day is full. Whoever still wants to come can ask for the waiting list."""


def book_seat(
    person_id: int,
    day_id: int,
    *,
    on: date,
    booked_by: int | None,
    or_wait: bool = False,
    afterwards: bool = False,
    letter: str = BOOKED,
) -> Booking:
    """A seat on the day, or with `or_wait` a place on the waiting list when there is none left.

    Somebody who has a booking gets that one back: pressing twice books once. `afterwards` lets the office add somebody
    who came unbooked to a day that is over; `letter` is the template that tells of the seat. Eligibility is judged at
    the date of the day. Raises NoSeatLeft, or DomainError with the reasons.
    """
    day = lock_day(day_id)
    person = lock_person(person_id)
    if there := find_live_booking(person_id, day_id):
        return there
    reasons = _reasons_to_refuse(day, on=on, afterwards=afterwards)
    reasons += reasons_of_the_day(person, day) if not afterwards else []
    reasons += [
        f"That is at the same time as “{other}”, which is booked already."
        for other in other_days_at_the_time(person_id, day)
    ]
    if reasons:
        raise DomainError(*reasons)
    full = day.capacity is None or seats_taken(day_id) >= day.capacity
    if full and not or_wait:
        raise NoSeatLeft("The last seat has been taken. You can ask for the waiting list instead.")
    booking = Booking(
        person_id=person_id, day_id=day_id, state="waitlisted" if full else "booked", booked_on=on, booked_by=booked_by
    )
    db.session.add(booking)
    db.session.flush()
    if not full and day.held_on >= on:
        keep_deadlines(booking, day)
        _tell_booked(booking, letter)
    return booking


@dataclass(frozen=True)
class Seat:
    """What became of one person: the state of the booking, or every reason why there is none."""

    person_id: int
    name: str
    state: str | None
    reasons: tuple[str, ...] = ()


def book_several(person_ids: Collection[int], day_id: int, *, on: date, booked_by: int | None) -> list[Seat]:
    """Each of them by `book_seat`, whose refresher ends first before the others: when seats run out, the rest wait.

    One who cannot come does not keep the others from it.
    """
    lock_day(day_id)
    names = {person_id: lock_person(person_id).name for person_id in sorted(set(person_ids))}
    seats = []
    for person_id in in_order_of_lapse(names, on):
        try:
            state = book_seat(person_id, day_id, on=on, booked_by=booked_by, or_wait=True).state
        except DomainError as refusal:
            seats.append(Seat(person_id, names[person_id], None, refusal.reasons))
        else:
            seats.append(Seat(person_id, names[person_id], state))
    return seats


def reasons_of_the_day(person: Person, day: RefresherDay) -> list[str]:
    """Why this person cannot be booked for the day, judged at its date: gone, away, or no longer accredited then."""
    scheme = main_scheme(day.held_on)
    standing = standings_on([person.counted.id], scheme, day.held_on).get(person.counted.id)
    words = NOT_THERE.get(standing.verdict) if standing else None
    if words is None and person.counted.left_on and person.counted.left_on <= day.held_on:
        words = NOT_THERE[Verdict.LEFT]
    return [words.format(person.name)] if words else []


def cancel_booking(
    booking_id: int, *, on: date, at: datetime | None = None, by_organiser: bool = False, tell: bool = True
) -> Booking:
    """End a booking before the day is over and offer the seat to whoever lapses first of those who wait.

    The day leaves their calendar by letter; `tell` False: without one, for who is leaving, and never as a late apology.
    What a mediator gives back at a moment (`at`; None: the beginning of the day `on`) that is later than the service
    asks for is one, unless we have moved the day and still wait for their word. A booking that has ended already is
    left as it is. Raises DomainError once attendance has been recorded or the day is over.
    """
    day = lock_day(db.session.get_one(Booking, booking_id).day_id)
    booking = db.session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if booking.state in ENDED:
        return booking
    if booking.state not in CANCELLABLE or day.state != "planned":
        raise DomainError("Attendance has been recorded for this booking, so that it cannot be cancelled.")
    if day.held_on < on:
        raise DomainError("This day is over, so that the booking cannot be cancelled.")
    booking.state = "cancelled_by_organiser" if by_organiser else _given_back(booking, on, at, excused=not tell)
    db.session.flush()
    keep_deadlines(booking, day)
    if tell and (by_organiser or told_of_seat(booking)):
        outbox.queue(
            booking.person_id,
            f"email/refreshers/{'booking_cancelled' if by_organiser else 'seat_given_back'}.txt",
            about_id=booking.id,
            key=f"refresher-booking-cancelled:{booking.id}",
        )
    fill_freed_seats(day.id, on=on, at=at)
    return booking


def _given_back(booking: Booking, on: date, at: datetime | None, *, excused: bool) -> str:
    if booking.state == "offered":
        return "offer_declined"
    late = not excused and would_be_late(booking, at or london_moment(on, time()))
    return "late_apologies" if late else "cancelled_by_mediator"


def _reasons_to_refuse(day: RefresherDay, *, on: date, afterwards: bool) -> list[str]:
    if day.state == "cancelled":
        return ["This day has been cancelled."]
    if not afterwards and (day.state == "held" or day.held_on < on):
        return ["This day is over, so that it cannot be booked."]
    return []


def _tell_booked(booking: Booking, template: str) -> None:
    outbox.queue(booking.person_id, template, about_id=booking.id, key=seat_key(booking))
