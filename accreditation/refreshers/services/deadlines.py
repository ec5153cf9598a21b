"""What the scheduler reminds of: the day somebody has a seat on, and their word after it was moved."""

from datetime import date

from accreditation.core.calendar import days_after
from accreditation.core.settings import get_setting
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules.offers import CONFIRM_DAYS, confirm_by
from accreditation.standing.services import clear_deadline, set_deadline

SOURCE = "refresher_booking"
COMING = "refresher_booking"
"""The day itself is the date that comes: a stage is so many days before it."""
CONFIRMATION = "refresher_confirmation"


def keep_deadlines(booking: Booking, day: RefresherDay) -> None:
    """Set what the booking owes as it stands, clear what it no longer does. Harmless to do twice.

    Nobody is chased for their word on a seat that a plan kept for them: the day itself is reminded of.
    """
    source = (SOURCE, booking.id)
    if booking.state == "booked" and day.state == "planned":
        set_deadline(kind=COMING, basis_date=day.held_on, source=source, person_id=booking.person_id)
    else:
        clear_deadline(source=source, kind=COMING)
    chased = booking.unconfirmed and not booking.provisional
    if chased and day.state == "planned" and booking.confirm_by is not None:
        until = days_after(booking.confirm_by, 1)
        set_deadline(kind=CONFIRMATION, basis_date=until, source=source, person_id=booking.person_id)
    else:
        clear_deadline(source=source, kind=CONFIRMATION)


def last_day_to_confirm(day: RefresherDay, on: date) -> date:
    """The last day on which somebody who is asked on the day `on` should say whether they come."""
    return confirm_by(on, int(get_setting("refresher_confirm_days") or CONFIRM_DAYS), day.held_on)
