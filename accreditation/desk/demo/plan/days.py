"""Days on which things happen in an office: never at a weekend."""

from collections.abc import Iterator
from datetime import date, timedelta

THREE_YEARS = 1095
ONE_DAY = timedelta(1)


CLOSED = frozenset({(1, 1), (12, 25), (12, 26)})
"""Month and day on which no office is open. Other bank holidays are let pass: nobody counts on a demo."""


def workday(day: date) -> date:
    """The day itself, or the next one on which an office is open."""
    while day.weekday() > 4 or (day.month, day.day) in CLOSED:
        day += ONE_DAY
    return day


def workday_before(day: date) -> date:
    """The day itself, or the last one before it on which an office was open."""
    while day.weekday() > 4 or (day.month, day.day) in CLOSED:
        day -= ONE_DAY
    return day


def refresher_dates(on: date) -> list[date]:
    """A refresher day every four weeks, mid-week, from three years ago to five months from now; none on `on` itself.

    The last one was a week ago or so and the next comes in two to three weeks, so that somebody may still be late.
    """
    first = on - timedelta(THREE_YEARS + 30)
    return list(_every_four_weeks(first, on))


def _every_four_weeks(first: date, on: date) -> Iterator[date]:
    start = on - timedelta(9)
    start -= timedelta(((start - first).days // 28) * 28)
    for step in range(46):
        day = start + timedelta(28 * step)
        day += timedelta((1 - day.weekday()) % 7 if day.weekday() != 2 else 0)  # a Tuesday, or a Wednesday as it falls
        if day != on and day < on + timedelta(150):
            yield day
