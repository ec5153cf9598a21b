"""Planning a day, changing it, calling it off."""

from datetime import date

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.days import lock_day, seats_taken
from accreditation.refreshers.rules import CANCELLABLE, Details, london_moment, reasons_to_refuse_details
from accreditation.refreshers.services.bookings import fill_freed_seats


def add_day(details: Details) -> RefresherDay:
    """A planned day. Raises DomainError with every reason why it cannot be so."""
    if reasons := reasons_to_refuse_details(details, seated=0):
        raise DomainError(*reasons)
    day = RefresherDay(state="planned", version=1)
    _describe(day, details)
    db.session.add(day)
    db.session.flush()
    return day


def change_day(day_id: int, details: Details, *, version: int, on: date) -> RefresherDay:
    """Describe the day anew. Who is booked is told when the day, the times or the place change; freed seats are filled.

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
    before = _whereabouts(day)
    _describe(day, details)
    day.version += 1
    db.session.flush()
    if _whereabouts(day) != before:
        for booking in _cancellable(day_id):
            outbox.queue(
                booking.person_id,
                "email/refreshers/day_changed.txt",
                about_id=booking.id,
                key=f"refresher-changed:{booking.id}:{day.version}",
            )
    fill_freed_seats(day_id, on=on)
    return day


def cancel_day(day_id: int, *, because: str | None) -> int:
    """Call the day off: every booking ends as cancelled by us, and everybody is told. How many that were.

    Raises DomainError for a day that is not planned.
    """
    day = lock_day(day_id)
    if day.state == "cancelled":
        return 0
    if day.state != "planned":
        raise DomainError("This day has been held, so that it cannot be cancelled.")
    day.state, day.cancelled_because = "cancelled", because
    day.version += 1
    bookings = _cancellable(day_id)
    for booking in bookings:
        booking.state = "cancelled_by_organiser"
        outbox.queue(
            booking.person_id,
            "email/refreshers/day_cancelled.txt",
            about_id=booking.id,
            key=f"refresher-cancelled:{booking.id}",
        )
    db.session.flush()
    return len(bookings)


def _cancellable(day_id: int) -> list[Booking]:
    query = select(Booking).where(Booking.day_id == day_id, Booking.state.in_(CANCELLABLE)).order_by(Booking.person_id)
    return list(db.session.scalars(query))


def _describe(day: RefresherDay, details: Details) -> None:
    day.title, day.topic, day.held_on = details.title, details.topic, details.held_on
    day.starts_at = london_moment(details.held_on, details.starts)
    day.ends_at = london_moment(details.held_on, details.ends)
    day.venue, day.link, day.capacity, day.minimum = details.venue, details.link, details.capacity, details.minimum
    day.trainer, day.joining_text = details.trainer, details.joining_text


def _whereabouts(day: RefresherDay) -> tuple[object, ...]:
    return day.held_on, day.starts_at, day.ends_at, day.venue, day.link
