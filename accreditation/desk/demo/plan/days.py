"""Days on which things happen in an office: never at a weekend."""

from collections.abc import Iterator
from datetime import date, timedelta

THREE_YEARS = 1095


def workday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta((0, 0, 0, 0, 0, 2, 1)[day.weekday()])


def workday_before(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta((0, 0, 0, 0, 0, 1, 2)[day.weekday()])


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
