"""Whose day we called off: which other day each is offered. Values only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Displaced:
    """`lapses_on`: the first day the requirement is no longer met; None: not met now. `cannot`: days they miss."""

    person_id: int
    lapses_on: date | None
    cannot: frozenset[int] = frozenset()


@dataclass(frozen=True)
class OtherDay:
    """A planned day with the seats that nobody has taken."""

    day_id: int
    held_on: date
    free: int


@dataclass(frozen=True)
class Elsewhere:
    """What becomes of one of them: a seat on that day, else the first place in its line; None where no day is left.

    `in_time`: a seat before the requirement ends, so that they need not lapse.
    """

    person_id: int
    day_id: int | None
    seat: bool
    in_time: bool


def seats_elsewhere(people: Iterable[Displaced], days: Sequence[OtherDay], called_off: date) -> list[Elsewhere]:
    """Whose requirement ends first chooses first.

    Of the days in time the first on or after the one called off, then the last before it; if none is in time the first
    after it; and if no day has a seat, the line of the day they would have chosen.
    """
    free = {day.day_id: day.free for day in days}
    found = []
    for one in sorted(people, key=lambda each: (each.lapses_on or date.min, each.person_id)):
        could = _in_order([day for day in days if day.day_id not in one.cannot], one, called_off)
        day = next((day for day in could if free[day.day_id] > 0), None)
        seat = day is not None
        day = day or next(iter(could), None)
        if day is not None and seat:
            free[day.day_id] -= 1
        in_time = seat and day is not None and one.lapses_on is not None and day.held_on < one.lapses_on
        found.append(Elsewhere(one.person_id, day.day_id if day else None, seat, in_time))
    return found


def _in_order(days: Sequence[OtherDay], one: Displaced, called_off: date) -> list[OtherDay]:
    def rank(day: OtherDay) -> tuple[bool, bool, int, int]:
        late = one.lapses_on is not None and day.held_on >= one.lapses_on
        before = day.held_on < called_off
        away = abs((day.held_on - called_off).days)
        return late, before, away, day.day_id

    return sorted(days, key=rank)
