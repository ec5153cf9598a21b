"""The link in a letter that asks whether somebody comes: with it they answer without signing in, and once.

The day was moved, or a plan has kept a seat for them.

It is worked out from the booking and what was asked about it, and stored nowhere (docs/decisions/0005). It stops
working with the answer, when the day is moved again, when the seat is given back, and when the day is over.
"""

from datetime import date, datetime

from flask import current_app

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.tokens import link_id_of, link_token, same
from accreditation.refreshers.models import Booking
from accreditation.refreshers.queries.days import lock_day
from accreditation.refreshers.services.answering import confirm_booking
from accreditation.refreshers.services.bookings import cancel_booking

ROOM, PURPOSE = "refresher seat", "moved day"


class DeadLink(DomainError):
    """In the same words whether it was used, replaced, too old, or never one of ours."""

    def __init__(self) -> None:
        super().__init__("This link has been used, has expired or has been replaced by a newer one.")


def token_of(booking: Booking) -> str:
    """The token for what is asked about this booking now: another time asked about is another token."""
    day = booking.day
    moments = [int(moment.timestamp()) if moment else 0 for moment in (day.starts_at, day.ends_at)]
    asked = ":".join(map(str, (*moments, booking.confirm_by)))
    return link_token(str(current_app.config["SECRET_KEY"]), ROOM, PURPOSE, booking.id, asked)


def address_of(booking: Booking) -> str:
    """What the letter says to open. From the configured address of the site, never from what a request claims."""
    return f"{current_app.config['BASE_URL']}/refreshers/answer/{token_of(booking)}"


def find_asked(token: str, *, on: date) -> Booking:
    """The booking that the link asks about, while it waits for an answer. Raises DeadLink."""
    booking_id = link_id_of(token)
    booking = db.session.get(Booking, booking_id, populate_existing=True) if booking_id is not None else None
    if booking is None or not booking.unconfirmed or not same(token, token_of(booking)):
        raise DeadLink
    if booking.day.state != "planned" or booking.day.held_on < on:
        raise DeadLink
    return booking


def answer_by_link(token: str, *, comes: bool, on: date, at: datetime) -> Booking:
    """They still come, or give the seat back. Raises DeadLink for the second who answers."""
    booking = find_asked(token, on=on)
    lock_day(booking.day_id)
    booking = find_asked(token, on=on)  # once more, under the lock: of two answers at once the first counts
    return confirm_booking(booking.id, on=on) if comes else cancel_booking(booking.id, on=on, at=at)
