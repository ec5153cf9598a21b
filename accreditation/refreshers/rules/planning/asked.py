"""What a plan is asked for, as a value, and the days on which a day could be added."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from accreditation.core.calendar import days_after
from accreditation.core.holidays import is_working_day

EARLIEST_DAYS = 90
"""How long before an end people are asked to come where the scheme states no window for it."""


@dataclass(frozen=True)
class Asked:
    """A plan for everybody whose requirement ends before `ends_on`, on days from `starts_on` on (half-open).

    `unit_id` None: everybody. `extra_seats`: of a day that has to be added; `notice_days`: from the day the plan is
    made, before which no day can be added.
    """

    scheme: str
    requirement: str
    unit_id: int | None
    made_on: date
    starts_on: date
    ends_on: date
    near: bool = False
    spread: bool = False
    extra_seats: int = 12
    notice_days: int = 21

    def offered(self) -> list[date]:
        """The days, Monday to Friday and no bank holidays, on which a day could be added."""
        return list(working_days(max(self.starts_on, days_after(self.made_on, self.notice_days)), self.ends_on))


def working_days(starts_on: date, ends_on: date) -> Iterator[date]:
    """The working days from the one day up to, but not including, the other."""
    day = starts_on
    while day < ends_on:
        if is_working_day(day):
            yield day
        day += timedelta(1)
