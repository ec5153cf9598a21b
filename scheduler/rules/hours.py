"""When reminders may go out. Not before the hours begin, not after they end, and not on a day nobody works.

A condition on data, asked at any moment: never a time at which something is started.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from accreditation.core.calendar import LONDON
from accreditation.core.holidays import is_working_day

MIDNIGHT = time(0)


@dataclass(frozen=True)
class SendingHours:
    """From `opens` until before `closes` (midnight: the end of the day), in London; on working days or every day."""

    opens: time = time(8)
    closes: time = time(18)
    working_days_only: bool = True

    def allow(self, moment: datetime) -> bool:
        local = moment.astimezone(LONDON)
        return (
            self._is_day(local.date())
            and self.opens <= local.time()
            and (local.time() < self.closes or self.closes == MIDNIGHT)
        )

    def next_moment(self, moment: datetime) -> datetime:
        """That moment if it is within the hours, else the next at which they open."""
        if self.allow(moment):
            return moment
        local = moment.astimezone(LONDON)
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        while not self._is_day(day):
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, LONDON).astimezone(UTC)

    def _is_day(self, day: date) -> bool:
        return not self.working_days_only or is_working_day(day)

    @property
    def words(self) -> str:
        """ "between 8:00am and 6:00pm on working days"."""
        days = "on working days" if self.working_days_only else "on every day"
        return f"between {clock_words(self.opens)} and {clock_words(self.closes)} {days}"


def clock_words(at: time) -> str:
    """ "8:30am"."""
    return f"{at.hour % 12 or 12}:{at.minute:02}{'am' if at.hour < 12 else 'pm'}"
