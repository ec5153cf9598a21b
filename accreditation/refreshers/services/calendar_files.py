"""The calendar file that goes with a letter about somebody's seat, written when the letter is handed over."""

from email.utils import parseaddr

from flask import current_app
from sqlalchemy import exists, select

from accreditation.core import clock
from accreditation.core.database import db
from accreditation.core.ics import Attachment, invitation
from accreditation.core.outbox import Letter
from accreditation.refreshers.models import Booking
from accreditation.refreshers.queries.calendar import seat_event


def seat_key(booking: Booking) -> str:
    """The key of the letter that tells of this seat: what a calendar was first asked with."""
    return f"refresher-seat:{booking.id}"


def told_of_seat(booking: Booking) -> bool:
    """Whether somebody's calendar may have it: a place on the waiting list, or a seat taken afterwards, is in none."""
    return bool(db.session.scalar(select(exists().where(Letter.key == seat_key(booking)))))


def calendar_files(booking: Booking, *, cancelled: bool = False) -> list[Attachment]:
    """A request to note the day, or the word that it is off for them. None where there is nothing to note or to end.

    Also none for who has no address to be invited at.
    """
    to, event = booking.person.email, seat_event(booking, cancelled=cancelled)
    if to is None or event is None or not told_of_seat(booking):
        return []
    organiser = parseaddr(str(current_app.config["MAIL_FROM"]))[1]
    content = invitation(event, organiser=organiser, to=to, at=clock.now(), cancelled=cancelled)
    return [Attachment("refresher-day.ics", content, "CANCEL" if cancelled else "REQUEST")]
