"""What fills the letters about refresher days, asked when each is handed over."""

from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for
from accreditation.refreshers.models import Booking, Invitation, RefresherDay
from accreditation.refreshers.queries.bookings import find_live_booking, find_seat_instead
from accreditation.refreshers.rules import CANCELLABLE
from accreditation.refreshers.services.calendar_files import calendar_files
from accreditation.refreshers.services.links import address_of

FOLDER = "email/refreshers"


@facts_for(f"{FOLDER}/invitation.txt", called="Invitation to a refresher day")
def invitation(invitation_id: int) -> dict[str, object]:
    asked = db.session.get_one(Invitation, invitation_id)
    if asked.day.state != "planned":
        raise NoLongerTrue("The day is no longer planned.")
    if find_live_booking(asked.person_id, asked.day_id):
        raise NoLongerTrue("The mediator has booked already.")
    return about(asked.day)


@facts_for(f"{FOLDER}/booked.txt", called="Refresher day booked")
def booked(booking_id: int) -> dict[str, object]:
    return about_seat(_still_booked(booking_id))


@facts_for(f"{FOLDER}/planned_seat.txt", called="Refresher day: seat kept for them")
def planned_seat(booking_id: int) -> dict[str, object]:
    booking = _still_booked(booking_id)
    asked = {"confirm_by": booking.confirm_by, "answer_link": address_of(booking)} if booking.provisional else {}
    return {**about_seat(booking), "confirm_by": None, **asked}


@facts_for(f"{FOLDER}/seat_freed.txt", called="Refresher day: free seat offered")
def seat_freed(booking_id: int) -> dict[str, object]:
    booking = db.session.get_one(Booking, booking_id)
    if booking.state != "offered":
        raise NoLongerTrue("The offer has been answered, or is over.")
    return {**about(booking.day), "answer_by": booking.answer_by}


@facts_for(f"{FOLDER}/offer_over.txt", called="Refresher day: offer of a seat over")
def offer_over(booking_id: int) -> dict[str, object]:
    booking = db.session.get_one(Booking, booking_id)
    if booking.state != "offer_lapsed" or find_live_booking(booking.person_id, booking.day_id):
        raise NoLongerTrue("The mediator has a place on that day again.")
    return about(booking.day)


@facts_for(f"{FOLDER}/day_moved.txt", called="Refresher day moved")
def day_moved(booking_id: int) -> dict[str, object]:
    booking = _still_booked(booking_id)
    if not booking.unconfirmed:
        raise NoLongerTrue("The mediator has said that they come.")
    return {
        **about_seat(booking),
        "confirm_by": booking.confirm_by,
        "moved_from": booking.moved_from,
        "answer_link": address_of(booking),
    }


@facts_for(f"{FOLDER}/day_changed.txt", called="Refresher day changed")
def day_changed(booking_id: int) -> dict[str, object]:
    booking = db.session.get_one(Booking, booking_id)
    if booking.state not in CANCELLABLE:
        raise NoLongerTrue("The booking has ended.")
    facts = about_seat(booking) if booking.state == "booked" else about(booking.day)
    return {**facts, "state": booking.state, "answer_by": booking.answer_by}


@facts_for(f"{FOLDER}/day_cancelled.txt", called="Refresher day cancelled")
def day_cancelled(booking_id: int) -> dict[str, object]:
    booking = db.session.get_one(Booking, booking_id)
    instead = find_seat_instead(booking.person_id, booking.id)
    return {
        **about_end_of_seat(booking),
        "because": booking.day.cancelled_because,
        "other_day": instead.day.held_on if instead else None,
        "seat_held": instead is not None and instead.state == "offered",
    }


@facts_for(f"{FOLDER}/booking_cancelled.txt", called="Refresher day: booking cancelled")
def booking_cancelled(booking_id: int) -> dict[str, object]:
    booking = db.session.get_one(Booking, booking_id)
    if find_live_booking(booking.person_id, booking.day_id):
        raise NoLongerTrue("The mediator has a seat on that day again.")
    return about_end_of_seat(booking)


@facts_for(f"{FOLDER}/seat_given_back.txt", called="Refresher day: seat given back")
def seat_given_back(booking_id: int) -> dict[str, object]:
    return booking_cancelled(booking_id)


def _still_booked(booking_id: int) -> Booking:
    booking = db.session.get_one(Booking, booking_id)
    if booking.state != "booked":
        raise NoLongerTrue("The booking has ended.")
    return booking


def about_seat(booking: Booking) -> dict[str, object]:
    """What a letter about a seat that somebody has says of the day, with the file for their calendar."""
    return {**about(booking.day), "calendar": calendar_files(booking)}


def about_end_of_seat(booking: Booking) -> dict[str, object]:
    """The same for a seat that they no longer have: the day leaves their calendar."""
    return {**about(booking.day), "calendar": calendar_files(booking, cancelled=True)}


def about(day: RefresherDay) -> dict[str, object]:
    """What every letter about a day may say of it."""
    return {
        "title": day.title,
        "held_on": day.held_on,
        "starts_at": day.starts_at,
        "ends_at": day.ends_at,
        "venue": day.venue,
    }
