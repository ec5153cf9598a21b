"""What may wait for the weekly letter that somebody asked for, and when that goes. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from accreditation.core.calendar import LONDON
from scheduler.rules.hours import SendingHours

AHEAD_DAYS = 14
"""A weekly letter may be eight days away, over a bank holiday: what waits for it must be so far ahead at least."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
"""The days on which it may go: as it is set, by number from 0."""


def may_wait(stage: int, stages: Iterable[int]) -> bool:
    """Whether this stage of a ladder is an early one: far enough ahead, and not the last before the end.

    The last word before an end, and whatever is said on the day and after it, are duties: they always go at once.
    """
    return stage >= AHEAD_DAYS and any(0 <= other < stage for other in stages)


def next_weekly(now: datetime, weekday: int, hours: SendingHours) -> tuple[date, datetime]:
    """The day that the next weekly letter is named for, and the moment from which it goes.

    That is the next such weekday whose hours have not opened yet; where nobody works then, it goes when they next open.
    """
    local = now.astimezone(LONDON)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
    if datetime.combine(day, hours.opens, LONDON) <= local:
        day += timedelta(days=7)
    return day, hours.next_moment(datetime.combine(day, hours.opens, LONDON).astimezone(UTC))
