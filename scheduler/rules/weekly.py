"""What may wait for a weekly letter or a manager's digest, and when those go. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

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


def is_followed(stage: int, stages: Iterable[int]) -> bool:
    """Whether a further word comes after this stage, so that a manager may have it in their digest.

    The last word to a manager always comes in a letter of its own.
    """
    return any(other < stage for other in stages)


@dataclass(frozen=True)
class WeeklyTime:
    """When weekly letters go: the weekday, 0 for Monday, and the time of day in London."""

    weekday: int = 0
    at: time = time(8)

    def moment(self, day: date, hours: SendingHours) -> datetime:
        """That time on that day; where nothing may go then, when the hours next open."""
        return hours.next_moment(datetime.combine(day, max(self.at, hours.opens), LONDON).astimezone(UTC))


def next_weekly(now: datetime, when: WeeklyTime, hours: SendingHours) -> tuple[date, datetime]:
    """The day that the next weekly letter is named for, and the moment from which it goes.

    That is the next such weekday whose time has not come yet; where nobody works then, it goes when the hours open.
    """
    local = now.astimezone(LONDON)
    day = local.date() + timedelta(days=(when.weekday - local.weekday()) % 7)
    if datetime.combine(day, max(when.at, hours.opens), LONDON) <= local:
        day += timedelta(days=7)
    return day, when.moment(day, hours)


def week_of(day: date) -> date:
    """The Monday of its week: what a digest is known by, so that another weekday makes no second one."""
    return day - timedelta(days=day.weekday())


def digest_due(now: datetime, when: WeeklyTime, hours: SendingHours) -> date:
    """The Monday of the newest week whose digest may have gone by now.

    Its moment may lie in the week after, where nobody works on the day: then it goes late, and once.
    """
    week = week_of(now.astimezone(LONDON).date())
    while digest_moment(week, when, hours) > now:
        week -= timedelta(days=7)
    return week


def digest_moment(week: date, when: WeeklyTime, hours: SendingHours) -> datetime:
    """From when the digest of the week with that Monday goes."""
    return when.moment(week + timedelta(days=when.weekday), hours)
