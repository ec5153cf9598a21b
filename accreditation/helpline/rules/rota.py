"""The advisers' rota: times of the clock in London become moments, weeks repeat, gaps are what is left. No database.

A stretch is half-open: it ends at the first moment at which nobody answers any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from accreditation.core.calendar import LONDON, days_after
from accreditation.core.holidays import OPEN_DAYS, bank_holidays, is_open_day
from accreditation.web.words import clock_time, day

LONGEST_WEEKS = 53
"""A pattern is repeated for a year at most, so that a slip of the pen does not fill a decade."""


@dataclass(frozen=True, order=True)
class Stretch:
    """The moments from starts_at up to, but not including, ends_at."""

    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True)
class Pattern:
    """A shift on the first day, and again on these weekdays (Monday is 0) through the last day, both inclusive.

    `ends` at 00:00 means midnight after the day. Without weekdays it is the first day alone.
    """

    first: date
    starts: time
    ends: time
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    without_holidays: bool = False


@dataclass(frozen=True)
class Hours:
    """When the helpline means to be answered; `days` is one of OPEN_DAYS."""

    opens: time
    closes: time
    days: str


def at_time(on: date, at: time) -> datetime:
    """That time of the clock in London on the day; where the clocks go back, the first of the two."""
    return datetime.combine(on, at, LONDON).astimezone(UTC)


def is_on_the_clock(on: date, at: time) -> bool:
    """False for the hour that is left out where the clocks go forward."""
    there = at_time(on, at).astimezone(LONDON)
    return (there.hour, there.minute) == (at.hour, at.minute)


def stretch(on: date, starts: time, ends: time) -> Stretch:
    """From one time to the other on the day in London; 00:00 as an end is the midnight after it."""
    return Stretch(at_time(on, starts), at_time(days_after(on, 1) if ends == time() else on, ends))


def days_of(pattern: Pattern) -> tuple[list[date], list[date]]:
    """The days of the pattern in order, and those that it leaves out as bank holidays."""
    if pattern.last is None or not pattern.weekdays:
        return [pattern.first], []
    kept: list[date] = []
    left_out: list[date] = []
    on = pattern.first
    while on <= pattern.last:
        if on.weekday() in pattern.weekdays:
            closed = pattern.without_holidays and on in bank_holidays(on.year)
            (left_out if closed else kept).append(on)
        on = days_after(on, 1)
    return kept, left_out


def reasons_against(pattern: Pattern, *, on: date) -> list[str]:
    """Every reason why shifts like this cannot be put on the rota on that day."""
    reasons = []
    if pattern.first < on:
        reasons.append("The first day must be today or later.")
    if pattern.ends != time() and pattern.ends <= pattern.starts:
        reasons.append("It must end after it starts. Enter a shift that goes past midnight as two.")
    if pattern.last is not None and not pattern.weekdays:
        reasons.append("Choose the days of the week on which it repeats, or leave the last day out.")
    if pattern.weekdays and pattern.last is None:
        reasons.append("Enter the last day on which it repeats, or choose no days of the week.")
    if pattern.last is not None:
        if pattern.last < pattern.first:
            reasons.append("The last day must not be before the first.")
        elif pattern.last > pattern.first + timedelta(weeks=LONGEST_WEEKS):
            reasons.append(f"Repeat it for {LONGEST_WEEKS} weeks at most: up to {day(_latest(pattern))}.")
    if reasons:
        return reasons
    days, _ = days_of(pattern)
    if not days:
        return ["No day is left: the pattern has no such weekday in it, or only bank holidays."]
    for one in days:
        missing = [at for at in (pattern.starts, pattern.ends) if at != time() and not is_on_the_clock(one, at)]
        if missing:
            said = clock_time(datetime.combine(one, missing[0]))
            reasons.append(f"The clocks go forward on {day(one)}: there is no {said} on that day.")
    return reasons


def _latest(pattern: Pattern) -> date:
    return pattern.first + timedelta(weeks=LONGEST_WEEKS)


def overlap(one: Stretch, other: Stretch) -> bool:
    """Whether they have a moment in common; one that begins as the other ends has none."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same moments in as few stretches as possible, in order."""
    found: list[Stretch] = []
    for one in sorted(stretches):
        if found and one.starts_at <= found[-1].ends_at:
            found[-1] = Stretch(found[-1].starts_at, max(found[-1].ends_at, one.ends_at))
        else:
            found.append(one)
    return found


def gaps(wanted: Sequence[Stretch], covered: Iterable[Stretch]) -> list[Stretch]:
    """What of the wanted stretches nobody covers, in order."""
    there, found = joined(covered), []
    for want in joined(wanted):
        free_from = want.starts_at
        for one in there:
            if one.ends_at <= free_from or one.starts_at >= want.ends_at:
                continue
            if one.starts_at > free_from:
                found.append(Stretch(free_from, one.starts_at))
            free_from = one.ends_at
        if free_from < want.ends_at:
            found.append(Stretch(free_from, want.ends_at))
    return found


def open_on(on: date, hours: Hours) -> Stretch | None:
    """When the helpline means to be answered on the day; None: not at all."""
    return stretch(on, hours.opens, hours.closes) if is_open_day(on, hours.days) else None


def read_hours(opens: str, closes: str, days: str) -> Hours | None:
    """From the settings; None where the service has set no hours."""
    if not opens or not closes:
        return None
    return Hours(time.fromisoformat(opens), time.fromisoformat(closes), days)


def hours_in_words(hours: Hours | None, own_words: str) -> str:
    """As mediators read it: the service's own words where it has set some; empty where nothing is known."""
    if own_words or hours is None:
        return own_words
    opens, closes = (clock_time(datetime.combine(date.min, at)) for at in (hours.opens, hours.closes))
    until = "midnight" if hours.closes == time() else closes
    return f"{OPEN_DAYS[hours.days]}, {opens} to {until}"
