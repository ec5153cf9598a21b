"""Offers of freed seats, late apologies and confirming a moved day: how long there is time. No database, no clock."""

import re
from datetime import UTC, date, datetime, time, timedelta

from accreditation.core.calendar import LONDON, days_after
from accreditation.core.holidays import is_working_day

OFFER_HOURS, LATE_NOTICE, CONFIRM_DAYS = 24, "2 days", 7
"""What holds where a service has set nothing it could be read from."""

NOTICE = re.compile(r"(\d{1,3})\s*(days?|hours?)", re.IGNORECASE)


def answer_by(offered_at: datetime, hours: int, starts_at: datetime) -> datetime:
    """The moment (exclusive) at which an offer ends: so many hours on working days later, or when the day begins.

    Hours of Saturdays, Sundays and bank holidays in London do not count, so that nobody loses a seat by not reading
    letters then.
    """
    here, left = offered_at.astimezone(UTC), timedelta(hours=hours)
    while here < starts_at:
        on = here.astimezone(LONDON).date()
        midnight = datetime.combine(days_after(on, 1), time(), LONDON).astimezone(UTC)
        if is_working_day(on):
            if left <= midnight - here:
                return min(here + left, starts_at)
            left -= midnight - here
        here = midnight
    return starts_at


def notice_of(setting: str) -> tuple[int, str]:
    """How long before a day its apologies are still in time: (2, "days") or (36, "hours"). Raises ValueError."""
    found = NOTICE.fullmatch(setting.strip())
    if found is None:
        raise ValueError(f"not a number of days or hours: {setting!r}")
    return int(found[1]), "days" if found[2].lower().startswith("day") else "hours"


def late_from(held_on: date, starts_at: datetime, notice: str) -> datetime:
    """The first moment at which a seat that is given back counts as a late apology.

    Of days, the whole day counts as in time: two days before a Thursday, all of Tuesday. Of hours, the moment.
    """
    number, unit = notice_of(notice)
    if unit == "hours":
        return starts_at - timedelta(hours=number)
    return datetime.combine(days_after(held_on, 1 - number), time(), LONDON).astimezone(UTC)


def confirm_by(on: date, days: int, held_on: date) -> date:
    """The last day to confirm a seat on a day that was moved: so many days later, and before the day itself."""
    return max(on, min(days_after(on, days), days_after(held_on, -1)))
