"""Lines over time: where each stands in the picture, in percent of its width and height. Numbers in, positions out.

The drawing holds lines and areas alone and is stretched to its place; words stand beside it as text of the page, so
that they keep their size on every screen. The axis of numbers starts at zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from accreditation.web import words

STEPS = (1, 2, 5)
RUNGS = 4  # at most so many lines above the zero
NEAR_EDGE = 12  # percent: a name of a month nearer to the right edge would be cut off
CLOSE = 9  # percent of the height: labels at the ends of lines nearer than this would lie on each other


@dataclass(frozen=True)
class Series:
    """One line: a value for each day of the chart. `kind` is how it is drawn: "main" with its area, or "planned"."""

    name: str
    values: Sequence[int]
    kind: str = "main"


@dataclass(frozen=True)
class Rung:
    """A line across the chart; `y` in percent from above."""

    y: float
    label: str


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class DrawnSeries:
    """`line` and `area` are the points of a polyline and of the polygon down to zero."""

    name: str
    kind: str
    line: str
    area: str
    start: str
    start_y: float
    end: str
    end_y: float


@dataclass(frozen=True)
class Step:
    """The column of one day: to be clicked, and hatched where the number is under the wanted one."""

    x: float
    width: float
    words: str
    url: str | None
    under: bool


@dataclass(frozen=True)
class Chart:
    finding: str
    series: Sequence[DrawnSeries]
    rungs: Sequence[Rung]
    ticks: Sequence[Tick]
    steps: Sequence[Step]
    wanted: Rung | None
    lowest: Tick | None
    lowest_y: float


def draw_chart(
    days: Sequence[date],
    series: Sequence[Series],
    *,
    finding: str,
    wanted: int = 0,
    urls: Sequence[str | None] = (),
    what: str = "",
) -> Chart:
    """The chart of these lines over at least two days, the first of them the one that the finding is about.

    `wanted` 0: no such line. `urls` lead on from the day of the same number; `what` is counted ("may work").
    """
    top, step = scale_for(max([wanted, *(value for one in series for value in one.values)]))
    across = _across(days)

    def height(value: float) -> float:
        return round(100 - 100 * value / top, 2)

    main = series[0].values
    least = min(range(len(main)), key=lambda place: main[place])
    return Chart(
        finding=finding,
        series=_apart([_line(one, across, height) for one in series]),
        rungs=[Rung(height(value), words.thousands(value)) for value in range(0, top + 1, step)],
        ticks=_months(days, across),
        steps=[
            Step(
                across[place],
                round(across[place + 1] - across[place], 3),
                f"{words.short_day(day)}: {words.thousands(main[place])} {what}".strip(),
                urls[place] if place < len(urls) else None,
                under=main[place] < wanted,
            )
            for place, day in enumerate(days[:-1])
        ],
        wanted=Rung(height(wanted), f"wanted: {words.thousands(wanted)}") if wanted else None,
        lowest=Tick(across[least], words.thousands(main[least])) if main[least] < main[-1] else None,
        lowest_y=height(main[least]),
    )


def scale_for(most: int) -> tuple[int, int]:
    """The upper end of an axis that starts at zero, and the round step of its lines."""
    step, power = 1, 1
    while True:
        for factor in STEPS:
            step = factor * power
            if most <= step * RUNGS:
                return max(step, -(-most // step) * step), step
        power *= 10


def _across(days: Sequence[date]) -> list[float]:
    length = (days[-1] - days[0]).days
    return [round(100 * (day - days[0]).days / length, 3) for day in days]


def _line(one: Series, across: Sequence[float], height: Callable[[float], float]) -> DrawnSeries:
    points = [f"{x:g},{height(value):g}" for x, value in zip(across, one.values, strict=True)]
    return DrawnSeries(
        one.name,
        one.kind,
        " ".join(points),
        " ".join([f"{across[0]:g},100", *points, f"{across[-1]:g},100"]),
        words.thousands(one.values[0]),
        height(one.values[0]),
        words.thousands(one.values[-1]),
        height(one.values[-1]),
    )


def _apart(series: list[DrawnSeries]) -> list[DrawnSeries]:
    """With the labels at their ends moved off each other, the lower line's downwards."""
    moved: list[DrawnSeries] = []
    for one in sorted(series, key=lambda one: one.end_y):
        y = max(one.end_y, moved[-1].end_y + CLOSE) if moved else one.end_y
        moved.append(replace(one, end_y=y))
    return sorted(moved, key=lambda one: [drawn.name for drawn in series].index(one.name))


def _months(days: Sequence[date], across: Sequence[float]) -> list[Tick]:
    """The beginning of every third month; January is called by its year."""
    length = (days[-1] - days[0]).days
    ticks: list[Tick] = []
    year, month = days[0].year, days[0].month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        first = date(year, month, 1)
        if first > days[-1]:
            return ticks
        x = round(100 * (first - days[0]).days / length, 2)
        if month % 3 == 1 and x <= 100 - NEAR_EDGE:
            name = words.MONTHS[month - 1][:3]
            ticks.append(Tick(x, str(year) if month == 1 else name))
