"""How many may work in the weeks to come, if nothing is done. Counted runs go in, points come out.

A point is a day on which people are counted: today, and then each Monday. A run of deployable days is counted from the
first point on or after its first day up to, but not including, the first point on or after its end. So whoever drops
out or comes in between two points is exactly the difference between their numbers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise

from accreditation.core.calendar import anniversary, days_after, last_good_day

WEEKS = 52
MONTHS = 12
HERD_AT_LEAST = 5
HERD_SHARE = 10  # one in so many of those who may work today


@dataclass(frozen=True)
class Runs:
    """So many runs of deployable days of people of one unit: the first point that counts them, and the first that does

    not any more (one past the last point for a run that outlasts the forecast).
    """

    unit_id: int | None
    starts_at: int
    ends_at: int
    number: int


@dataclass(frozen=True)
class Point:
    """The people who may work on the day, and how many of them change before the next point.

    `dropped_out`: the last day on which they may work is from this day up to the day before the next point.
    `came_in`: their first such day is from the day after this one up to the next point.
    """

    on: date
    number: int
    dropped_out: int = 0
    came_in: int = 0


@dataclass(frozen=True)
class Ends:
    """So many runs that end before that day (exclusive), because of one requirement or overlay."""

    ends_on: date
    because: str
    number: int


@dataclass(frozen=True)
class Herd:
    """Many who may work for the last time on the same day; `because` is behind `mostly` of them."""

    last_day: date
    number: int
    because: str
    mostly: int


def points_from(on: date, weeks: int = WEEKS) -> list[date]:
    """The day itself and so many Mondays after it."""
    first = following_monday(on)
    return [on, *(days_after(first, 7 * week) for week in range(weeks))]


def monday_of(on: date) -> date:
    """The Monday on or before the day."""
    return on - timedelta(on.weekday())


def following_monday(on: date) -> date:
    """The first Monday after the day."""
    return days_after(monday_of(on), 7)


def number_of_point(on: date, day: date) -> int:
    """The number of the first point on or after that day, in a forecast made on `on`: the model of what SQL counts."""
    return 0 if day <= on else -(-(day - following_monday(on)).days // 7) + 1


def sweep(points: Sequence[date], runs: Iterable[Runs]) -> list[Point]:
    """One walk over what begins and what ends: the cost does not depend on how many people there are."""
    begins: Counter[int] = Counter()
    ends: Counter[int] = Counter()
    for one in runs:
        begins[one.starts_at] += one.number
        ends[one.ends_at] += one.number
    numbers = list(accumulate(begins[place] - ends[place] for place in range(len(points))))
    last = len(points) - 1
    return [
        Point(day, numbers[place], ends[place + 1], begins[place + 1]) if place < last else Point(day, numbers[place])
        for place, day in enumerate(points)
    ]


def lowest(points: Sequence[Point]) -> Point:
    """The point with the fewest people, the earliest of several."""
    return min(points, key=lambda point: point.number)


def first_under(points: Sequence[Point], wanted: int) -> Point | None:
    """The first point with fewer than are wanted; None when there is none, or none are wanted (0)."""
    return next((point for point in points if point.number < wanted), None)


def herds(ends: Iterable[Ends], working_today: int) -> list[Herd]:
    """The days on which at least five, and at least one in ten of those who may work today, do so for the last time."""
    days: dict[date, Counter[str]] = {}
    for one in ends:
        days.setdefault(one.ends_on, Counter())[one.because] += one.number
    found = []
    for ends_on in sorted(days):
        number = days[ends_on].total()
        if number >= HERD_AT_LEAST and number * HERD_SHARE >= working_today:
            # The name decides between equals, so that the same day is always told in the same words.
            because, mostly = min(days[ends_on].items(), key=lambda item: (-item[1], item[0]))
            found.append(Herd(last_good_day(ends_on), number, because, mostly))
    return found


@dataclass(frozen=True)
class Month:
    """A month of the calendar of ends, by last good days: from `first` through `last`, both inclusive."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """As it stands in an address: 2027-03."""
        return f"{self.first:%Y-%m}"


def months_from(on: date, months: int = MONTHS) -> list[Month]:
    """The rest of this month from the day on, and the months after it."""
    starts = [on, *(anniversary(on.replace(day=1), number) for number in range(1, months + 1))]
    return [Month(first, last_good_day(following)) for first, following in pairwise(starts)]


def by_month(months: Sequence[Month], ends: Iterable[Ends]) -> dict[str, list[int]]:
    """For each requirement that ends at all, how many end in each month."""
    places = {month.name: place for place, month in enumerate(months)}
    counted: dict[str, list[int]] = {}
    for one in ends:
        last_day = last_good_day(one.ends_on)
        place = places.get(f"{last_day:%Y-%m}")
        if place is not None and last_day >= months[0].first:
            counted.setdefault(one.because, [0] * len(months))[place] += one.number
    return counted
