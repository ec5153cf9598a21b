"""Renewals by month, and how the load could be levelled. Whole numbers and months; nobody's valid period is touched.

What is moved is the day on which a renewal is asked for, and only to an earlier month: the clearance that is held runs
to its own end all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

MONTHS_AHEAD = 24


@dataclass(frozen=True)
class MonthOfRenewals:
    """One month, by its first day.

    `ending`: clearances with their last good day in it; `due`: those of which the renewal is to be submitted in it at
    the latest and is not under way; `suggested`: how many to submit in it once the load is levelled.
    """

    first: date
    ending: int
    due: int
    suggested: int


@dataclass(frozen=True)
class Move:
    """So many renewals brought forward from one month to another, both by their place in the list."""

    due_in: int
    to: int
    number: int


@dataclass(frozen=True)
class Levelled:
    """How many to submit in each month, and what is brought forward for that."""

    loads: tuple[int, ...]
    moves: tuple[Move, ...]

    @property
    def peak(self) -> int:
        return max(self.loads, default=0)


def level_load(due: Sequence[int], early_months: int) -> Levelled:
    """The smallest peak that bringing forward by at most so many months can reach, with as little moved as possible.

    The first month is what it is: nothing can be asked for earlier than now.
    """
    low, high = 1, max(due, default=0)
    best = Levelled(tuple(due), ())
    while low <= high:
        cap = (low + high) // 2
        found = _under(due, early_months, cap)
        if found is None:
            low = cap + 1
        else:
            best, high = found, cap - 1
    return best


def _under(due: Sequence[int], early_months: int, cap: int) -> Levelled | None:
    """From the last month to the first: what a month cannot bear goes to the one before it, the freest to move first.

    None when the cap cannot be kept.
    """
    loads, moved = [0] * len(due), []
    carried: list[tuple[int, int]] = []  # the month in which they are due, and how many
    for month in range(len(due) - 1, -1, -1):
        room = max(cap, due[0]) if month == 0 else cap
        onwards: list[tuple[int, int]] = []
        # What is due latest has come furthest already, so it stays before anything else does.
        for due_in, number in sorted([*carried, (month, due[month])], reverse=True):
            stays = min(number, room)
            room -= stays
            loads[month] += stays
            if stays and due_in != month:
                moved.append(Move(due_in, month, stays))
            if number > stays:
                if month == 0 or due_in - (month - 1) > early_months:
                    return None
                onwards.append((due_in, number - stays))
        carried = onwards
    return Levelled(tuple(loads), tuple(moved))
