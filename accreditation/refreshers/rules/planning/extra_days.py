"""The fewest days to add, with dates, so that everybody sits.

Each added day has the same number of seats, may lie on any date that is offered, and several may lie on one date.
T is all dates of days that are there and dates that are offered.

**When only date windows bind** (the dates of T that somebody can make lie next to each other in T, for everybody) the
number is the fewest, by this greedy. Let G be the days added so far. Take the people in order of the last date in T
that they can make, and seat them on the earliest dates first (Glover: with intervals this finds a seating of everybody
whenever there is one, and Hall's condition need only be asked of intervals: no interval [a, b] of T may hold the whole
windows of more people than seats). At the first person who finds no seat, with the last date b, some interval [a, b]
is overfull, so everything that cures it adds a day in [a, b]. Add one at t, the latest offered date that is not after
b.

*That is no mistake.* Let C be any fewest cure with G among it, and o one of its days in the overfull [a, b] beyond
those of G; it is offered, so o <= t. Move o to t. An interval that loses by it holds o and not t, so it ends before t,
and so before b: there G alone is enough, for nobody with an earlier last date failed. All others keep or gain. So C
with t in place of o is a cure, as few, and holds G and t. By induction the greedy ends with a fewest cure. Tests hold
it against every choice of dates on thousands of small cases.

**Otherwise** (somebody is away in the midst of their window, or is booked elsewhere on one of its days) dates are added
one by one, each the one that seats the most more people, and then taken away again where the rest suffices. Two lower
bounds stand beside that number, the larger counts: as many people as lack a seat need that many divided by the seats of
a day; and if everybody could also make all dates between their first and their last, no more days would be needed, and
for that easier question the greedy above is exact.

**Whom no offered date helps.** First everybody is seated with as many days on every offered date as there are people.
Who has no seat then, has none whatever is added; the rest is asked of the others.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from heapq import heappop, heappush

from accreditation.refreshers.rules.planning.matching import Seating, seat_most
from accreditation.refreshers.rules.planning.values import Day, ExtraDays, Graph, Need, graph_of

_FIRST_ADDED = -1
"""Days that are not there yet are numbered downwards from here."""


def extra_days(
    needs: Sequence[Need],
    days: Sequence[Day],
    locked: dict[int, int],
    offered: Sequence[date],
    seats: int,
) -> ExtraDays:
    """Days of `seats` seats each (at least 1) to add on offered dates; none when everybody sits already."""
    dates = sorted(set(offered))
    graph = graph_of(needs, days, locked)
    seating = seat_most(graph)
    if None not in seating.day_of:
        return ExtraDays((), seats, 0)
    most = len(graph.people)
    with_all = [*days, *(Day(_FIRST_ADDED - place, on, most) for place, on in enumerate(dates))]
    everything = graph_of(needs, with_all, locked)
    at_best = seat_most(everything)
    helpless = tuple(everything.people[p].person_id for p, day in enumerate(at_best.day_of) if day is None)
    graph = graph_of([need for need in needs if need.person_id not in helpless], days, locked)
    seating = seat_most(graph)
    lacking = seating.day_of.count(None)
    if not lacking:
        return ExtraDays((), seats, 0, helpless)
    windows = _Windows(graph, dates)
    fewest = windows.fewest(seats)
    if windows.only_windows_bind:
        return ExtraDays(tuple(fewest), seats, len(fewest), helpless)
    at_least = max(len(fewest), -(-lacking // seats))
    return ExtraDays(tuple(_one_by_one(graph, dates, seats)), seats, at_least, helpless)


class _Windows:
    """Everybody's first and last date in T, and whether that says all."""

    def __init__(self, graph: Graph, dates: Sequence[date]) -> None:
        self.dates = dates
        there = [day.held_on for day in graph.days]
        self.all_dates = sorted({*there, *dates})
        place = {on: number for number, on in enumerate(self.all_dates)}
        self.there = [0] * len(self.all_dates)
        for day, seats in zip(graph.days, graph.seats, strict=True):
            self.there[place[day.held_on]] += seats
        offered = set(dates)
        self.windows: list[tuple[int, int]] = []
        self.only_windows_bind = True
        for need, mask in zip(graph.people, graph.may_sit, strict=True):
            can = [
                number
                for number, on in enumerate(self.all_dates)
                if (on in offered and need.can_make(on)) or self._sits(graph, mask, on)
            ]
            self.windows.append((can[0], can[-1]))
            if len(can) != can[-1] - can[0] + 1 or (need.clashes and self._some_day_only(graph, need, mask)):
                self.only_windows_bind = False

    @staticmethod
    def _sits(graph: Graph, mask: int, on: date) -> bool:
        return any(mask >> place & 1 for place, day in enumerate(graph.days) if day.held_on == on)

    @staticmethod
    def _some_day_only(graph: Graph, need: Need, mask: int) -> bool:
        """Whether there is a day on a date they can make that they cannot sit on."""
        return any(need.can_make(day.held_on) and not mask >> place & 1 for place, day in enumerate(graph.days))

    def fewest(self, seats: int) -> list[date]:
        """The greedy of the module's text."""
        added = [0] * len(self.all_dates)
        chosen: list[date] = []
        while (
            last := self._first_failing([here + seats * more for here, more in zip(self.there, added, strict=True)])
        ) is not None:
            on = self.dates[bisect_right(self.dates, self.all_dates[last]) - 1]
            added[self.all_dates.index(on)] += 1
            chosen.append(on)
        return sorted(chosen)

    def _first_failing(self, seats: Sequence[int]) -> int | None:
        """The earliest last date of anybody who finds no seat when all sit down date by date, earliest last first."""
        by_first = sorted(self.windows)
        waiting: list[int] = []
        following = 0
        for number, here in enumerate(seats):
            while following < len(by_first) and by_first[following][0] <= number:
                heappush(waiting, by_first[following][1])
                following += 1
            for _ in range(min(here, len(waiting))):
                heappop(waiting)
            if waiting and waiting[0] <= number:
                return waiting[0]
        return None


def _one_by_one(graph: Graph, dates: Sequence[date], seats: int) -> list[date]:
    chosen: list[date] = []
    seating = _seating_with(graph, chosen, seats)
    lacking = seating.day_of.count(None)
    while lacking:
        best, gain = None, 0
        for on, at_most in _promising(graph, seating, dates):
            if min(at_most, seats) <= gain:
                break
            gained = lacking - _seating_with(graph, [*chosen, on], seats).day_of.count(None)
            if gained > gain:
                best, gain = on, gained
            if gain == min(seats, lacking):
                break
        assert best is not None, "an offered date helps whoever is not helpless"
        chosen.append(best)
        seating = _seating_with(graph, chosen, seats)
        lacking = seating.day_of.count(None)
    for on in list(chosen):
        rest = list(chosen)
        rest.remove(on)
        if None not in _seating_with(graph, rest, seats).day_of:
            chosen = rest
    return sorted(chosen)


def _promising(graph: Graph, seating: Seating, dates: Sequence[date]) -> list[tuple[date, int]]:
    """Dates with the number of people who could be sat there and whose going there helps; the most promising first."""
    without = [person for person, day in enumerate(seating.day_of) if day is None]
    reached = 0
    for person in without:
        reached |= seating.reach(seating.may_sit[person])
    helping = [graph.people[person] for person, day in enumerate(seating.day_of) if day is None or reached >> day & 1]
    found = [(on, sum(need.can_make(on) for need in helping)) for on in dates]
    return sorted((one for one in found if one[1]), key=lambda one: (-one[1], -one[0].toordinal()))


def _seating_with(graph: Graph, added: Sequence[date], seats: int) -> Seating:
    """A largest seating with these days beside those that are there."""
    number = len(graph.days)
    per_date = {on: added.count(on) for on in added}
    more = list(per_date)
    may_sit = [
        mask | sum(1 << (number + place) for place, on in enumerate(more) if need.can_make(on))
        for need, mask in zip(graph.people, graph.may_sit, strict=True)
    ]
    days = [*graph.days, *(Day(_FIRST_ADDED - place, on, 0) for place, on in enumerate(more))]
    return seat_most(Graph(graph.people, days, may_sit, [*graph.seats, *(seats * per_date[on] for on in more)]))
