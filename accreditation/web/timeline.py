"""The picture of a standing: where each bar stands, in percent of the width. Facts in, positions out; no request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accreditation.core.calendar import FOREVER, Span, anniversary, last_good_day
from accreditation.web import words

SIDE = 34  # percent: nearer to an edge than this, words on a phone stand beside their line and not across it
THICK, THIN = 16, 10  # height of a bar: the days on which one may work, and one requirement


@dataclass(frozen=True)
class Lane:
    """One requirement: the days it is met (merged spans), and the days in which to renew what runs now."""

    name: str
    met: Sequence[Span]
    window: Span | None = None


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    half: bool = False


@dataclass(frozen=True)
class Mark:
    x: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class DrawnLane:
    name: str
    until_word: str
    until: str
    tone: str
    thick: int
    bars: Sequence[Bar]
    windows: Sequence[Bar]


@dataclass(frozen=True)
class DrawnRow:
    """A line of the table: both days inclusive, `last` None where there is no end, `first` None where never met."""

    name: str
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Timeline:
    finding: str
    ticks: Sequence[Mark]
    lanes: Sequence[DrawnLane]
    today: Mark
    end: Mark | None
    rows: Sequence[DrawnRow]


@dataclass(frozen=True)
class Scale:
    first: date
    last: date

    def x(self, on: date) -> float:
        """Percent from the left, within the picture."""
        share = (min(max(on, self.first), self.last) - self.first) / (self.last - self.first)
        return round(100 * share, 2)

    def bar(self, span: Span, half: bool = False) -> Bar | None:
        if span.ends_on <= self.first or span.starts_on >= self.last:
            return None
        x = self.x(span.starts_on)
        return Bar(x, max(round(self.x(span.ends_on) - x, 2), 0.4), half)

    def mark(self, on: date, label: str) -> Mark:
        x = self.x(on)
        return Mark(x, label, "start" if x < SIDE else "end" if x > 100 - SIDE else "middle")


def draw_timeline(
    lanes: Sequence[Lane],
    working: Sequence[Span],
    *,
    today: date,
    finding: str,
    co_mediating: Sequence[Span] = (),
    first_end: date | None = None,
    is_today: bool = True,
) -> Timeline:
    """Draw the lanes and, below them, the days on which the person may work. `today`: the day it is drawn for.

    `first_end` is the first day that is no longer good; it is marked with the day before it. The picture reaches from
    at most two years back to at most three years ahead; the table below it says every date in full.
    """
    scale = _scale([*lanes, Lane("", [*working, *co_mediating])], today, first_end)
    return Timeline(
        finding=finding,
        ticks=_ticks(scale),
        lanes=[*(_lane(lane, scale, today) for lane in lanes), _run(working, co_mediating, scale, today)],
        today=scale.mark(today, f"{'Today' if is_today else 'That day'}, {words.short_day(today)}"),
        end=scale.mark(first_end, f"Ends first: {words.short_day(last_good_day(first_end))}") if first_end else None,
        rows=[row for lane in [*lanes, Lane("May work", working)] for row in _rows(lane)],
    )


def _scale(lanes: Sequence[Lane], today: date, first_end: date | None) -> Scale:
    starts = [span.starts_on for lane in lanes for span in lane.met]
    ends = [span.ends_on for lane in lanes for span in lane.met if span.ends_on != FOREVER]
    first = min(max(min(starts, default=today), anniversary(today, -24)), anniversary(today, -6))
    last = max(min(max(ends, default=today), anniversary(today, 36)), anniversary(today, 12))
    if first_end and first_end > last:
        last = anniversary(first_end, 3)
    return Scale(first, last)


def _lane(lane: Lane, scale: Scale, today: date) -> DrawnLane:
    bars = [bar for span in lane.met if (bar := scale.bar(span))]
    windows = [bar for bar in [scale.bar(lane.window) if lane.window else None] if bar]
    tone = "met" if any(today in span for span in lane.met) else "unmet"
    return DrawnLane(lane.name, *_until(lane.met, today), tone, THIN, bars, windows)


def _run(working: Sequence[Span], co_mediating: Sequence[Span], scale: Scale, today: date) -> DrawnLane:
    bars = [bar for span in working if (bar := scale.bar(span))]
    bars += [bar for span in co_mediating if (bar := scale.bar(span, half=True))]
    now = ("", "co-mediation only") if any(today in span for span in co_mediating) else _until(working, today)
    return DrawnLane("May work", *now, "run", THICK, bars, ())


def _until(met: Sequence[Span], today: date) -> tuple[str, str]:
    """How a lane stands today, as a word that a narrow screen can do without and the date."""
    now = next((span for span in met if today in span), None)
    if now:
        return ("", "no end") if now.ends_on == FOREVER else ("until ", words.short_day(last_good_day(now.ends_on)))
    after = next((span for span in met if span.starts_on > today), None)
    if after:
        return "from ", words.short_day(after.starts_on)
    before = next((span for span in reversed(met) if span.ends_on <= today), None)
    return ("ended ", words.short_day(last_good_day(before.ends_on))) if before else ("", "not met")


def _ticks(scale: Scale) -> list[Mark]:
    """A line for each quarter, with the number of the year at each January."""
    ticks = []
    month = date(scale.first.year, 1, 1)
    while month < scale.last:
        if month > scale.first:
            ticks.append(Mark(scale.x(month), str(month.year) if month.month == 1 and scale.x(month) < 92 else ""))
        month = anniversary(month, 3)
    return ticks


def _rows(lane: Lane) -> list[DrawnRow]:
    if not lane.met:
        return [DrawnRow(lane.name, None, None)]
    return [
        DrawnRow(
            lane.name if place == 0 else f"{lane.name}, again",
            span.starts_on,
            None if span.ends_on == FOREVER else span.ends_on - timedelta(1),
        )
        for place, span in enumerate(lane.met)
    ]
