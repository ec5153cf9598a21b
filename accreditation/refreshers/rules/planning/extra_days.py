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

**Otherwise** (somebody is away in the midst of their window, or is booked elsewhere on one of its days) two lower
bounds are known, the larger counts: as many people as lack a seat need that many divided by the seats of a day; and
if everybody could also make all dates between their first and their last, no more days would be needed, and for that
easier question the greedy above is exact. Its dates are tried first. Where they leave somebody without a seat, dates
are added one by one, each the one that seats the most more people, and then taken away where the rest suffices.

The greedy puts days as late as they can be, so many may fall on one date. Last, days on a date that has one already
are moved to earlier dates that have none, as long as everybody still sits: as few days, further apart.

**Whom no offered date helps.** Who can make an offered date can be seated by days on it. Those who cannot make any have
the days that are there alone, and could at best have all of their seats: whoever of them finds none then, has none
whatever is added. The rest is asked of the others.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from heapq import heappop, heappush

from accreditation.refreshers.rules.planning.matching import Seating, seat_most
from accreditation.refreshers.rules.planning.values import Day, ExtraDays, Graph, Need, bits, graph_of

_FIRST_ADDED = -1
"""Days that are not there yet are numbered downwards from here."""

FEW_TRIES, MOST_PAIRS_TRIED = 20, 500_000
"""How often days are tried on other dates: so often at least, and more often the smaller the plan is."""


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
    bound = [need for need in needs if need.person_id in locked or not any(map(need.can_make, dates))]
    fixed = graph_of(bound, days, locked)
    helpless = tuple(
        need.person_id for need, day in zip(fixed.people, seat_most(fixed).day_of, strict=True) if day is None
    )
    graph = graph_of([need for need in needs if need.person_id not in helpless], days, locked)
    seating = seat_most(graph)
    lacking = seating.day_of.count(None)
    if not lacking:
        return ExtraDays((), seats, 0, helpless)
    windows = _Windows(graph, dates)
    fewest = windows.fewest(seats)
    at_least = len(fewest)
    if not windows.only_windows_bind:
        at_least = max(at_least, -(-lacking // seats))
        fewest = _one_by_one(graph, dates, seats, fewest)
    apart = _apart(graph, dates, seats, fewest)
    if len(apart) > at_least:
        apart = _needed(graph, seats, apart)
    return ExtraDays(tuple(apart), seats, at_least, helpless)


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
        self.windows: list[tuple[int, int]] = []
        self.only_windows_bind = True
        for need, mask in zip(graph.people, graph.may_sit, strict=True):
            first, end = bisect_left(dates, need.opens_on), bisect_left(dates, need.lapses_on)
            can = {place[on] for on in dates[first:end] if need.can_make(on)}
            can |= {place[graph.days[day].held_on] for day in bits(mask)}
            self.windows.append((min(can), max(can)))
            if len(can) != max(can) - min(can) + 1 or (need.clashes and self._some_day_only(graph, need, mask)):
                self.only_windows_bind = False

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


def _apart(graph: Graph, dates: Sequence[date], seats: int, chosen: Sequence[date]) -> list[date]:
    """The same number of days, moved to dates of their own where everybody sits as before; tries only so often."""
    tries = FEW_TRIES + MOST_PAIRS_TRIED // (1 + sum(mask.bit_count() for mask in graph.may_sit))
    there = {day.held_on for day in graph.days}
    apart = sorted(chosen)
    for on in sorted(chosen, reverse=True):
        if apart.count(on) == 1 and on not in there:
            continue
        for other in reversed(dates[: bisect_left(dates, on)]):
            if other in there or other in apart:
                continue
            if not tries:
                return apart
            tries -= 1
            moved = list(apart)
            moved[moved.index(on)] = other
            if None not in _seating_with(graph, moved, seats).day_of:
                apart = sorted(moved)
                break
    return apart


def _one_by_one(graph: Graph, dates: Sequence[date], seats: int, first: Sequence[date]) -> list[date]:
    """Dates that seat everybody, beginning with these."""
    chosen = list(first)
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
    return _needed(graph, seats, chosen)


def _needed(graph: Graph, seats: int, chosen: Sequence[date]) -> list[date]:
    """Without the days that the others make needless."""
    needed = list(chosen)
    for on in chosen:
        rest = list(needed)
        rest.remove(on)
        if None not in _seating_with(graph, rest, seats).day_of:
            needed = rest
    return sorted(needed)


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
