"""Planning a day, changing it, calling it off."""

from collections.abc import Iterable
from datetime import date, datetime, time

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.people.queries import lock_person
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.days import get_day, lock_day, seats_taken
from accreditation.refreshers.queries.elsewhere import other_days, seats_instead
from accreditation.refreshers.rules import CANCELLABLE, Details, london_moment, reasons_to_refuse_details
from accreditation.refreshers.rules.displacing import Elsewhere
from accreditation.refreshers.services.deadlines import keep_deadlines, last_day_to_confirm
from accreditation.refreshers.services.offers import fill_freed_seats, offer


def add_day(details: Details) -> RefresherDay:
    """A planned day. Raises DomainError with every reason why it cannot be so."""
    if reasons := reasons_to_refuse_details(details, seated=0):
        raise DomainError(*reasons)
    day = RefresherDay(state="planned", version=1)
    _describe(day, details)
    db.session.add(day)
    db.session.flush()
    return day


def change_day(day_id: int, details: Details, *, version: int, on: date, at: datetime | None = None) -> RefresherDay:
    """Describe the day anew. Who is booked is told when the day, the times or the place change; new seats are offered.

    When the day or the times change, those with a seat keep it and are asked to confirm it.

    `version` is the one that was shown: raises Conflict when somebody has changed the day since, DomainError with the
    reasons why it cannot be so.
    """
    day = lock_day(day_id)
    if day.version != version:
        raise Conflict("Somebody else changed this day while you had it open. Look at it again, then make your change.")
    if day.state != "planned":
        raise DomainError("This day is no longer planned, so that it cannot be changed.")
    if reasons := reasons_to_refuse_details(details, seated=seats_taken(day_id)):
        raise DomainError(*reasons)
    before, times = _whereabouts(day), (day.starts_at, day.ends_at)
    _describe(day, details)
    day.version += 1
    db.session.flush()
    if _whereabouts(day) != before:
        _tell_of_change(day, on=on, moved=(day.starts_at, day.ends_at) != times, was=times[0])
    fill_freed_seats(day_id, on=on, at=at)
    return day


def _tell_of_change(day: RefresherDay, *, on: date, moved: bool, was: datetime | None) -> None:
    """A letter to everybody booked. Of a day that `moved` those with a seat keep it and are asked whether they come.

    An offer that nobody has answered yet ends when the day now begins, if that is sooner than it would have ended.
    """
    until = last_day_to_confirm(day, on)
    for booking in _cancellable(day.id):
        asked = moved and booking.state == "booked"
        if asked:
            booking.moved_from = (booking.moved_from if booking.unconfirmed else None) or was
            booking.confirm_by, booking.confirmed_on = until, None
            db.session.flush()
        if booking.answer_by is not None and day.starts_at is not None:
            booking.answer_by = min(booking.answer_by, day.starts_at)
        keep_deadlines(booking, day)
        outbox.queue(
            booking.person_id,
            "email/refreshers/day_moved.txt" if asked else "email/refreshers/day_changed.txt",
            about_id=booking.id,
            key=f"refresher-changed:{booking.id}:{day.version}",
        )


def cancel_day(day_id: int, *, because: str | None, on: date, at: datetime | None = None) -> int:
    """Call the day off: every booking ends as cancelled by us, and everybody is told. How many that were.

    Who had a seat is offered one on another day to come after `on`, before anybody else who waits there; where none is
    free they are the first in its line. `at`: the moment from which they have time to answer; None: the beginning of
    the day `on`. Raises DomainError for a day that is not planned.
    """
    others = other_days(get_day(day_id), on)
    for locked_id in sorted({day_id, *(row.day.id for row in others)}):
        lock_day(locked_id)  # in the order of everybody who holds several days
    day = get_day(day_id)
    if day.state == "cancelled":
        return 0
    if day.state != "planned":
        raise DomainError("This day has been held, so that it cannot be cancelled.")
    instead = seats_instead(day, on) if day.held_on >= on else []
    day.state, day.cancelled_because = "cancelled", because
    day.version += 1
    bookings = _cancellable(day_id)
    for booking in bookings:
        booking.state = "cancelled_by_organiser"
        keep_deadlines(booking, day)
    db.session.flush()
    _offer_instead(instead, on=on, at=at or london_moment(on, time()))
    for booking in bookings:
        outbox.queue(
            booking.person_id,
            "email/refreshers/day_cancelled.txt",
            about_id=booking.id,
            key=f"refresher-cancelled:{booking.id}",
        )
    db.session.flush()
    return len(bookings)


def _offer_instead(instead: Iterable[Elsewhere], *, on: date, at: datetime) -> None:
    """A held seat each where there is one, else the first place in the line."""
    for one in sorted(instead, key=lambda each: each.person_id):
        if one.day_id is None:
            continue
        lock_person(one.person_id)
        booking = Booking(
            person_id=one.person_id,
            day_id=one.day_id,
            state="waitlisted",
            booked_on=on,
            booked_by=None,
            first_in_line=True,
        )
        db.session.add(booking)
        db.session.flush()
        if one.seat:
            offer(booking, get_day(one.day_id), at=at)


def _cancellable(day_id: int) -> list[Booking]:
    query = select(Booking).where(Booking.day_id == day_id, Booking.state.in_(CANCELLABLE)).order_by(Booking.person_id)
    return list(db.session.scalars(query))


def _describe(day: RefresherDay, details: Details) -> None:
    day.title, day.topic, day.held_on = details.title, details.topic, details.held_on
    day.starts_at = london_moment(details.held_on, details.starts)
    day.ends_at = london_moment(details.held_on, details.ends)
    day.venue, day.link, day.capacity, day.minimum = details.venue, details.link, details.capacity, details.minimum
    day.trainer, day.joining_text = details.trainer, details.joining_text
    day.further_topics, day.cost_code, day.materials = details.further_topics, details.cost_code, details.materials


def _whereabouts(day: RefresherDay) -> tuple[object, ...]:
    return day.held_on, day.starts_at, day.ends_at, day.venue, day.link
