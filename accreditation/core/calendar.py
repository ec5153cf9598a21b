"""Days, spans of days and anniversaries: the only arithmetic on dates in the house.

Days are dates in Europe/London. A span is half-open: it ends on the first day that is no longer good. Only pages and
letters say "valid through", which is one day less.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

FOREVER = date.max
"""The end of what has no end. No span reaches this day itself."""

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """The days from starts_on up to, but not including, ends_on."""

    starts_on: date
    ends_on: date = FOREVER

    def __contains__(self, on: date) -> bool:
        return self.starts_on <= on < self.ends_on


@lru_cache(maxsize=65536)  # the engine asks for the same few thousand again and again
def anniversary(anchor: date, months: int) -> date:
    """The same day number so many months later, or the first of the next month if that month has no such day.

    Always count from the anchor, never from a computed date. What lies beyond the last year of the calendar is FOREVER,
    what lies before the first is date.min.
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if year > date.max.year:
        return FOREVER
    if year < date.min.year:
        return date.min
    if anchor.day <= 28 or anchor.day <= monthrange(year, month + 1)[1]:
        return date(year, month + 1, anchor.day)
    year, month = divmod(year * 12 + month + 1, 12)
    return date(year, month + 1, 1)


def days_after(day: date, days: int) -> date:
    """The day so many days later; FOREVER or date.min where the calendar ends. FOREVER stays FOREVER."""
    if day == FOREVER:
        return FOREVER
    try:
        return day + timedelta(days)
    except OverflowError:
        return FOREVER if days > 0 else date.min


def last_good_day(ends_on: date) -> date:
    """The day before an exclusive end, as pages and letters say it."""
    return ends_on - timedelta(1)


def end_of_day(on: date) -> datetime:
    """The last microsecond of that day in London, as a UTC moment."""
    try:
        midnight = datetime.combine(on + timedelta(1), time(), LONDON)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


_start = attrgetter("starts_on")


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same days as few spans in order: overlapping and touching ones joined, empty ones left out."""
    merged: list[Span] = []
    for span in sorted(spans, key=_start):
        if span.ends_on <= span.starts_on:
            continue
        if not merged or span.starts_on > merged[-1].ends_on:
            merged.append(span)
        elif span.ends_on > merged[-1].ends_on:
            merged[-1] = Span(merged[-1].starts_on, span.ends_on)
    return merged


def intersect(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """The days in both. Takes and returns merged spans, in order."""
    both: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        starts_on = max(one[i].starts_on, other[j].starts_on)
        ends_on = min(one[i].ends_on, other[j].ends_on)
        if starts_on < ends_on:
            both.append(Span(starts_on, ends_on))
        if one[i].ends_on < other[j].ends_on:
            i += 1
        else:
            j += 1
    return both


def complement(spans: Sequence[Span], within: Span = Span(date.min)) -> list[Span]:
    """The days of `within` that are in none of the spans. Takes merged spans, in order, and returns such."""
    gaps: list[Span] = []
    free_from = within.starts_on
    for span in spans:
        if span.starts_on >= within.ends_on:
            break
        if span.starts_on > free_from:
            gaps.append(Span(free_from, span.starts_on))
        free_from = max(free_from, span.ends_on)
    if free_from < within.ends_on:
        gaps.append(Span(free_from, within.ends_on))
    return gaps


def span_holding(spans: Iterable[Span], on: date) -> Span | None:
    """The first of the spans that contains the day, or None."""
    return next((span for span in spans if span.starts_on <= on < span.ends_on), None)
