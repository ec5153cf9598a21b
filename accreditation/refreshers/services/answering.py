"""What somebody answers: they take an offered seat or decline it, they come on a day that was moved or planned."""

from datetime import date, datetime

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.queries import lock_person
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.bookings import other_days_at_the_time
from accreditation.refreshers.queries.days import lock_day
from accreditation.refreshers.services.bookings import BOOKED, reasons_of_the_day
from accreditation.refreshers.services.deadlines import keep_deadlines
from accreditation.refreshers.services.offers import fill_freed_seats


def accept_offer(booking_id: int, *, on: date, at: datetime) -> Booking:
    """The offered seat is theirs. Accepting twice accepts once.

    Raises DomainError when there is no offer (any more), or they cannot come on that day after all.
    """
    day, booking = _locked(booking_id)
    if booking.state == "booked":
        return booking
    if booking.state != "offered" or booking.answer_by is None or booking.answer_by <= at or day.state != "planned":
        raise DomainError("This offer is over. The seat has been offered to somebody else, or the day has begun.")
    person = lock_person(booking.person_id)
    reasons = reasons_of_the_day(person, day) + [
        f"That is at the same time as “{other}”, which is booked already."
        for other in other_days_at_the_time(booking.person_id, day)
    ]
    if reasons:
        raise DomainError(*reasons)
    booking.state = "booked"
    db.session.flush()
    keep_deadlines(booking, day)
    outbox.queue(booking.person_id, BOOKED, about_id=booking.id, key=f"refresher-seat:{booking.id}")
    return booking


def decline_offer(booking_id: int, *, on: date, at: datetime) -> Booking:
    """The offered seat goes to whoever is next. Declining twice declines once. Raises DomainError without an offer."""
    _, booking = _locked(booking_id)
    if booking.state in ("offer_declined", "offer_lapsed"):
        return booking
    if booking.state != "offered":
        raise DomainError("There is no offer to decline.")
    booking.state = "offer_declined"
    db.session.flush()
    fill_freed_seats(booking.day_id, on=on, at=at)
    return booking


def confirm_booking(booking_id: int, *, on: date) -> Booking:
    """They come on the day, or still come as it was moved. Raises DomainError when they have no seat (any more)."""
    day, booking = _locked(booking_id)
    if booking.state != "booked" or day.state != "planned" or day.held_on < on:
        raise DomainError("There is no booking here that could be confirmed.")
    if booking.confirm_by is not None and booking.confirmed_on is None:
        booking.confirmed_on = on
        db.session.flush()
        keep_deadlines(booking, day)
    return booking


def _locked(booking_id: int) -> tuple[RefresherDay, Booking]:
    day = lock_day(db.session.get_one(Booking, booking_id).day_id)
    return day, db.session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
