"""The days that a report is about. Always said in full: “this year” means something else next year."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from accreditation.core.calendar import anniversary, days_after, last_good_day
from accreditation.core.clock import LONDON
from accreditation.web.words import day, day_until

LONGEST_DAYS = 5 * 366
FINANCIAL_YEAR_BEGINS = 4  # April, as in the public bodies these services belong to


@dataclass(frozen=True)
class Period:
    """The days from `starts_on` up to, but not including, `ends_on`, in London."""

    starts_on: date
    ends_on: date

    @property
    def through(self) -> date:
        """The last day of it."""
        return last_good_day(self.ends_on)

    @property
    def words(self) -> str:
        """ "1 October to 31 December 2026"."""
        if self.starts_on == self.through:
            return day(self.starts_on)
        return f"{day_until(self.starts_on, self.through)} to {day(self.through)}"

    @property
    def from_moment(self) -> datetime:
        """The first moment of the first day in London, in UTC."""
        return _midnight(self.starts_on)

    @property
    def to_moment(self) -> datetime:
        """The first moment after the last day in London, in UTC."""
        return _midnight(self.ends_on)

    def stands_on(self, today: date) -> date:
        """The day whose standing the period is reported by: its last one, or today while it is not over."""
        return min(self.through, today)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), LONDON).astimezone(UTC)


def problem_with(starts_on: date, through: date) -> str | None:
    """Why these two days (both inclusive) make no period to report on; None when they do."""
    if through < starts_on:
        return f"The last day, {day(through)}, is before the first, {day(starts_on)}. Swap them."
    if (through - starts_on).days >= LONGEST_DAYS:
        return f"{day(starts_on)} to {day(through)} is longer than five years. Choose a shorter period."
    return None


def usual_periods(today: date) -> list[tuple[str, Period]]:
    """The periods that steering groups ask for, the latest that is over first; each with its name."""
    month = date(today.year, today.month, 1)
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    april = date(today.year - (today.month < FINANCIAL_YEAR_BEGINS), FINANCIAL_YEAR_BEGINS, 1)
    return [
        ("Last quarter", Period(_months_before(quarter, 3), quarter)),
        ("Last month", Period(_months_before(month, 1), month)),
        ("This quarter so far", Period(quarter, days_after(today, 1))),
        ("This financial year so far", Period(april, days_after(today, 1))),
        ("Last financial year", Period(_months_before(april, 12), april)),
        ("The last twelve months", Period(anniversary(days_after(today, 1), -12), days_after(today, 1))),
    ]


def _months_before(first: date, months: int) -> date:
    return anniversary(first, -months)


def months_in(period: Period) -> list[Period]:
    """The months that the period touches, the first and the last cut to it."""
    found, starts_on = [], period.starts_on
    while starts_on < period.ends_on:
        following = anniversary(starts_on.replace(day=1), 1)
        found.append(Period(starts_on, min(following, period.ends_on)))
        starts_on = following
    return found
