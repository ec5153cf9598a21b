"""What becomes of somebody's bookings when they leave the service."""

from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.queries import of_one_person
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules import CANCELLABLE
from accreditation.refreshers.services.bookings import cancel_booking


def cancel_bookings_of(person_id: int, *, on: date) -> int:
    """End every booking of a day that is on or after `on`, without a letter: they are leaving. How many.

    Locks days, so call it before anything locks the person: a booking locks the day first.
    """
    coming = (
        select(Booking.id)
        .join(RefresherDay, RefresherDay.id == Booking.day_id)
        .where(of_one_person(Booking.person_id, person_id), Booking.state.in_(CANCELLABLE))
        .where(RefresherDay.held_on >= on, RefresherDay.state == "planned")
        .order_by(Booking.day_id)
    )
    bookings = list(db.session.scalars(coming))
    for booking_id in bookings:
        cancel_booking(booking_id, on=on, tell=False)
    return len(bookings)
