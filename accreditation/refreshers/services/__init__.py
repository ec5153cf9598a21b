"""What can be done with refresher days. Callers hold the transaction; nothing here commits."""

from accreditation.refreshers.services import letters
from accreditation.refreshers.services.attendance import record_attendance, record_past_attendance
from accreditation.refreshers.services.bookings import Seat, book_seat, book_several, cancel_booking, fill_freed_seats
from accreditation.refreshers.services.days import add_day, cancel_day, change_day
from accreditation.refreshers.services.invitations import invite
from accreditation.refreshers.services.leaving import cancel_bookings_of

__all__ = [
    "Seat",
    "add_day",
    "book_seat",
    "book_several",
    "cancel_booking",
    "cancel_bookings_of",
    "cancel_day",
    "change_day",
    "fill_freed_seats",
    "invite",
    "letters",
    "record_attendance",
    "record_past_attendance",
]
