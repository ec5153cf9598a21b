"""What goes into a plan and what comes out: small frozen values, no database and no clock.

All days are dates in London. A window is half-open: `lapses_on` is the first day on which coming is too late.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from accreditation.core.calendar import Span

FAR = 60
"""Minutes that count for a way nobody has given: as far as an hour, so that a near place that is known comes first."""


@dataclass(frozen=True, slots=True)
class Need:
    """Somebody who needs one seat on a day from `opens_on` up to, but not including, `lapses_on`.

    `away` are days they cannot make; `clashes` the ids of days at whose time they are booked elsewhere.
    """

    person_id: int
    opens_on: date
    lapses_on: date
    away: tuple[Span, ...] = ()
    clashes: frozenset[int] = frozenset()
    unit_id: int | None = None

    def can_make(self, on: date) -> bool:
        """Whether that day lies in the window and is none on which they are away."""
        return self.opens_on <= on < self.lapses_on and not any(on in span for span in self.away)

    def can_sit(self, day: "Day") -> bool:
        return self.can_make(day.held_on) and day.day_id not in self.clashes


@dataclass(frozen=True, slots=True)
class Day:
    """A refresher day with the seats that nobody has taken; `place` is where it is held, "" for online."""

    day_id: int
    held_on: date
    seats: int
    place: str = ""


@dataclass(frozen=True)
class Wishes:
    """What is preferred among the plans that seat as many as can be seated. None of it ever costs a seat.

    `minutes` to get from a unit to a place; `near`: prefer short ways; `spread`: fill the days evenly;
    `early_costs`: a day early is a day lost, as where a refresher counts from the day attended (renew_from "event").
    """

    near: bool = False
    spread: bool = False
    early_costs: bool = False
    minutes: Mapping[tuple[int | None, str], int] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        return self.near or self.spread or self.early_costs

    def way(self, need: Need, day: Day) -> int:
        """Minutes from the person's unit to the day; none for a day online."""
        return self.minutes.get((need.unit_id, day.place), FAR) if self.near and day.place else 0


@dataclass(frozen=True)
class Graph:
    """Who may sit where. People in order of lapse, days in order of date: both orders decide between equals.

    `may_sit[p]` has bit d set where person p may sit on day d. `locked` people stay where they are put: they take a
    seat and are not in `people`.
    """

    people: Sequence[Need]
    days: Sequence[Day]
    may_sit: Sequence[int]
    seats: Sequence[int]
    locked: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def day_ids(self) -> list[int]:
        return [day.day_id for day in self.days]


def graph_of(needs: Sequence[Need], days: Sequence[Day], locked: Mapping[int, int] | None = None) -> Graph:
    """The graph of these needs and days. `locked` maps person ids to ids of days with a seat for them.

    Raises ValueError where a lock does not fit: the caller lets go of such a lock first.
    """
    locked = dict(locked or {})
    in_order = sorted(days, key=lambda day: (day.held_on, day.day_id))
    seats = {day.day_id: day.seats for day in in_order}
    by_id, by_person = {day.day_id: day for day in in_order}, {need.person_id: need for need in needs}
    for person_id, day_id in locked.items():
        if person_id not in by_person or day_id not in by_id or not by_person[person_id].can_sit(by_id[day_id]):
            raise ValueError(f"person {person_id} cannot be locked to day {day_id}")
        seats[day_id] -= 1
        if seats[day_id] < 0:
            raise ValueError(f"day {day_id} has fewer seats than people locked to it")
    people = sorted(
        (need for need in needs if need.person_id not in locked), key=lambda need: (need.lapses_on, need.person_id)
    )
    return Graph(
        people,
        in_order,
        [sum(1 << place for place, day in enumerate(in_order) if need.can_sit(day)) for need in people],
        [seats[day.day_id] for day in in_order],
        locked,
    )


def bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@dataclass(frozen=True)
class Shortage:
    """A group of people who want seats on the same days, of which there are `short` too few.

    Leaving anyone of `people` out makes it less short: each of them counts. `proof` are some of them, one more than
    there are seats on the days that any of the proof can make, and no smaller: leave anyone of the proof out, and the
    rest of it can all be seated. `days` are all days that any of `people` can make, with `seats` seats that are not
    locked for others; `proof_days` and `proof_seats` are those of the proof.
    """

    people: tuple[int, ...]
    days: tuple[int, ...]
    seats: int
    short: int
    proof: tuple[int, ...]
    proof_days: tuple[int, ...]
    proof_seats: int


@dataclass(frozen=True)
class ExtraDays:
    """Days to add, in order, each with `seats` seats, so that everybody has one whom a day on an offered date can help.

    `at_least`: no fewer days will do. `exact`: that is proved to be their number. `helpless`: people whom none of the
    offered dates could seat, whatever is added; the rest is as few for everybody else.
    """

    dates: tuple[date, ...]
    seats: int
    at_least: int
    helpless: tuple[int, ...] = ()

    @property
    def exact(self) -> bool:
        return len(self.dates) == self.at_least


@dataclass(frozen=True)
class Plan:
    """Who sits where, locked people included; who has no seat, latest lapse last, and why that cannot be helped.

    `weighed`: whether the wishes were weighed exactly (they are not where the plan is too large for it).
    """

    seats: Mapping[int, int]
    left_out: tuple[int, ...]
    shortages: tuple[Shortage, ...] = ()
    weighed: bool = True
