"""What fills the letters about refresher days, asked when each is handed over."""

from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for
from accreditation.refreshers.models import Booking, Invitation, RefresherDay
from accreditation.refreshers.queries.bookings import find_live_booking

FOLDER = "email/refreshers"


@facts_for(f"{FOLDER}/invitation.txt")
def invitation(invitation_id: int) -> dict[str, object]:
    asked = db.session.get_one(Invitation, invitation_id)
    if asked.day.state != "planned":
        raise NoLongerTrue("The day is no longer planned.")
    if find_live_booking(asked.person_id, asked.day_id):
        raise NoLongerTrue("The mediator has booked already.")
    return about(asked.day)


@facts_for(f"{FOLDER}/booked.txt")
def booked(booking_id: int) -> dict[str, object]:
    return about(_still_booked(booking_id).day)


@facts_for(f"{FOLDER}/planned_seat.txt")
def planned_seat(booking_id: int) -> dict[str, object]:
    return about(_still_booked(booking_id).day)


@facts_for(f"{FOLDER}/seat_freed.txt")
def seat_freed(booking_id: int) -> dict[str, object]:
    return about(_still_booked(booking_id).day)


@facts_for(f"{FOLDER}/day_changed.txt")
def day_changed(booking_id: int) -> dict[str, object]:
    booking = db.session.get_one(Booking, booking_id)
    if booking.state not in ("requested", "waitlisted", "booked"):
        raise NoLongerTrue("The booking has ended.")
    return about(booking.day)


@facts_for(f"{FOLDER}/day_cancelled.txt")
def day_cancelled(booking_id: int) -> dict[str, object]:
    day = db.session.get_one(Booking, booking_id).day
    return {**about(day), "because": day.cancelled_because}


@facts_for(f"{FOLDER}/booking_cancelled.txt")
def booking_cancelled(booking_id: int) -> dict[str, object]:
    booking = db.session.get_one(Booking, booking_id)
    if find_live_booking(booking.person_id, booking.day_id):
        raise NoLongerTrue("The mediator has a seat on that day again.")
    return about(booking.day)


def _still_booked(booking_id: int) -> Booking:
    booking = db.session.get_one(Booking, booking_id)
    if booking.state != "booked":
        raise NoLongerTrue("The booking has ended.")
    return booking


def about(day: RefresherDay) -> dict[str, object]:
    """What every letter about a day may say of it."""
    return {
        "title": day.title,
        "held_on": day.held_on,
        "starts_at": day.starts_at,
        "ends_at": day.ends_at,
        "venue": day.venue,
    }
