"""The most people that can be seated, exactly: augmenting paths in the graph of people and days.

A day has as many seats as are free on it, so this is a maximum b-matching. The search walks over days alone: a day
leads to another where somebody who sits on it could sit there. People are taken in order of lapse, and whoever is
seated once stays seated (moved, at most). The sets of people that can be seated together are a matroid, so this takes
the first of the largest ones: where any other plan seats as many, the first person that only one of the two seats is
seated here. Who lapses first is left out last.

By Berge a matching without an augmenting path is largest. Where a search finds none, the days it came past are full of
people who can only sit on those days: no later path can lead through them, and they are not looked at again. That is
also the proof that nobody else can be seated (rules/planning/witness.py).
"""

from collections.abc import Sequence

from accreditation.refreshers.rules.planning.values import Graph, bits


class Seating:
    """Who sits where while a plan is made: the place of a day for each person, None for nobody's seat."""

    def __init__(self, may_sit: Sequence[int], seats: Sequence[int]) -> None:
        self.may_sit = may_sit
        self.seats = list(seats)
        self.day_of: list[int | None] = [None] * len(may_sit)
        self.on_day: list[set[int]] = [set() for _ in seats]
        self._leads_to: list[int | None] = [0] * len(seats)
        self.free = sum(1 << place for place, number in enumerate(seats) if number > 0)

    def put(self, person: int, day: int) -> None:
        """Sit the person on that day; the caller has seen that there is a seat, or makes one at once."""
        was = self.day_of[person]
        if was is not None:
            self.on_day[was].discard(person)
            self._leads_to[was] = None
            self._mark(was)
        self.on_day[day].add(person)
        self.day_of[person] = day
        self._leads_to[day] = None
        self._mark(day)

    def _mark(self, day: int) -> None:
        if len(self.on_day[day]) < self.seats[day]:
            self.free |= 1 << day
        else:
            self.free &= ~(1 << day)

    def add_seats(self, day: int, number: int) -> None:
        self.seats[day] += number
        self._mark(day)

    def leads_to(self, day: int) -> int:
        """The days on which anybody who sits on this one could sit."""
        found = self._leads_to[day]
        if found is None:
            found = 0
            for person in self.on_day[day]:
                found |= self.may_sit[person]
            self._leads_to[day] = found
        return found

    def reach(self, mask: int) -> int:
        """The days to which seats can be shifted from these, themselves included."""
        seen = frontier = mask
        while frontier:
            further = 0
            for day in bits(frontier):
                further |= self.leads_to(day)
            frontier = further & ~seen
            seen |= frontier
        return seen

    def seat(self, person: int, without: int = 0) -> int | None:
        """Seat the person, moving others where that helps. None when seated; else the days that were looked at."""
        start = self.may_sit[person] & ~without
        if direct := start & self.free:
            self.put(person, (direct & -direct).bit_length() - 1)
            return None
        came_from: dict[int, int] = {}
        seen, frontier = start, list(bits(start))
        while frontier:
            following: list[int] = []
            for day in frontier:
                new = self.leads_to(day) & ~seen & ~without
                for other in bits(new):
                    came_from[other] = day
                if found := new & self.free:
                    self._shift(person, (found & -found).bit_length() - 1, came_from)
                    return None
                seen |= new
                following.extend(bits(new))
            frontier = following
        return seen

    def _shift(self, person: int, day: int, came_from: dict[int, int]) -> None:
        while (before := came_from.get(day)) is not None:
            bit = 1 << day
            moving = min(one for one in self.on_day[before] if self.may_sit[one] & bit)
            self.put(moving, day)
            day = before
        self.put(person, day)


def seat_most(graph: Graph) -> Seating:
    """Seat as many as can be seated, those who lapse first before others. At most people x days steps for each person,

    and in practice about one look at each day: 2,000 people on 60 days take a fraction of a second.
    """
    seating = Seating(graph.may_sit, graph.seats)
    closed = 0
    for person in range(len(graph.people)):
        looked_at = seating.seat(person, closed)
        if looked_at is not None:
            closed |= looked_at
    return seating
