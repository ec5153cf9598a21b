"""What can be done with refresher days. Callers hold the transaction; nothing here commits."""

from accreditation.refreshers.services import letters
from accreditation.refreshers.services.answering import accept_offer, confirm_booking, decline_offer
from accreditation.refreshers.services.attendance import record_attendance, record_past_attendance
from accreditation.refreshers.services.bookings import Seat, book_seat, book_several, cancel_booking
from accreditation.refreshers.services.days import add_day, cancel_day, change_day
from accreditation.refreshers.services.invitations import invite
from accreditation.refreshers.services.leaving import cancel_bookings_of
from accreditation.refreshers.services.offers import end_overdue_offers, fill_freed_seats
from accreditation.refreshers.services.series import add_series, change_this_and_later
from accreditation.refreshers.services.suggesting import suggest_topic

__all__ = [
    "Seat",
    "accept_offer",
    "add_day",
    "add_series",
    "book_seat",
    "book_several",
    "cancel_booking",
    "cancel_bookings_of",
    "cancel_day",
    "change_day",
    "change_this_and_later",
    "confirm_booking",
    "decline_offer",
    "end_overdue_offers",
    "fill_freed_seats",
    "invite",
    "letters",
    "record_attendance",
    "record_past_attendance",
    "suggest_topic",
]
