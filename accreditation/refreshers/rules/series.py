"""Days that are planned together: on which dates they fall. No database, no clock."""

from dataclasses import dataclass
from datetime import date, timedelta

from accreditation.core.calendar import anniversary
from accreditation.core.holidays import is_working_day

PATTERNS = {
    "weekly": "Weeks apart, on the same weekday",
    "monthly_weekday": "Months apart, on the same weekday of the month",
    "monthly_date": "Months apart, on the same date",
}
MOST_DAYS, MOST_APART = 24, 12
"""So many days in one go, and so many weeks or months from one to the next, at most."""

WEEK = 7


@dataclass(frozen=True)
class Pattern:
    """`number` days in all, each `apart` weeks or months after the one before."""

    kind: str
    apart: int
    number: int


@dataclass(frozen=True)
class SeriesDate:
    """A date of a series, and in words what speaks against it: nobody works then, or another day is held."""

    on: date
    against: tuple[str, ...] = ()


def dates_of(first: date, pattern: Pattern) -> list[date]:
    """The dates, the first one included; always counted from the first, never from a date that was worked out.

    Same weekday of the month: the second Tuesday stays the second Tuesday; a fifth becomes the last where a month has
    only four. Same date: where a month has no such day, the first of the next.
    """
    steps = [pattern.apart * number for number in range(pattern.number)]
    if pattern.kind == "weekly":
        return [first + timedelta(days=WEEK * step) for step in steps]
    if pattern.kind == "monthly_date":
        return [anniversary(first, step) for step in steps]
    return [_same_weekday(first, step) for step in steps]


def _same_weekday(first: date, months: int) -> date:
    which = (first.day - 1) // WEEK
    begins = anniversary(first.replace(day=1), months)
    found = begins + timedelta(days=(first.weekday() - begins.weekday()) % WEEK + WEEK * which)
    return found if found.month == begins.month else found - timedelta(days=WEEK)


def what_speaks_against(dates: list[date], taken: dict[date, str]) -> list[SeriesDate]:
    """Each date with what speaks against it; `taken`: the titles of days planned already, by date."""
    found = []
    for on in dates:
        against = []
        if not is_working_day(on):
            against.append(f"{on:%A}" if on.weekday() > 4 else "A bank holiday")
        if on in taken:
            against.append(f"“{taken[on]}” is on that day")
        found.append(SeriesDate(on, tuple(against)))
    return found
