"""The cheapest of the largest seatings: shortest augmenting paths with prices on days.

Who is seated is settled before (matching.py), and that set stays: a preference never decides who is left out. Then
people are seated one after the other along the cheapest path (Dijkstra over days, with prices that keep every step from
costing less than nothing), which keeps the seating of those who sit the cheapest of all at each step. What one more
person on a day costs may grow with how many sit there: cheapest paths stay exact for such convex costs.

A day leads to another at the least extra cost of anybody who would move; those are kept in heaps, one for each pair of
days, from which entries that no longer hold are thrown away when they come up. A person costs at most days x days
steps, most of them far fewer, for the search ends at the nearest free seat.
"""

from heapq import heapify, heappop, heappush

from accreditation.refreshers.rules.planning.smoothing import Costs
from accreditation.refreshers.rules.planning.values import Graph

MOST_PAIRS = 400_000
"""Up to so many pairs of people and days that suit them the wishes are weighed; above it the first largest seating

stands. 2,000 people on 60 days are at most 120,000, and take some seconds.
"""


def is_affordable(graph: Graph) -> bool:
    return sum(mask.bit_count() for mask in graph.may_sit) <= MOST_PAIRS


def seat_cheapest(graph: Graph, costs: Costs, seated: list[int]) -> list[int | None]:
    """The cheapest way to seat exactly these people, by number; they can be seated all. A day's place for each."""
    return _Cheapest(graph, costs).seat_all(seated)


class _Cheapest:
    def __init__(self, graph: Graph, costs: Costs) -> None:
        self.graph, self.costs = graph, costs
        number = len(graph.days)
        self.day_of: list[int | None] = [None] * len(graph.people)
        self.sitting = [0] * number
        self.price = [0] * number
        self.end_price = 0
        self.moves: list[list[list[tuple[int, int]]]] = [[[] for _ in range(number)] for _ in range(number)]

    def seat_all(self, seated: list[int]) -> list[int | None]:
        first = min((self.costs.of_next(day, 0) for day, seats in enumerate(self.graph.seats) if seats > 0), default=0)
        self.end_price = first
        for person in seated:
            self._seat(person)
        return self.day_of

    def _cheapest_move(self, day: int, other: int) -> tuple[int, int] | None:
        """(extra cost, person) of the cheapest move between these days."""
        heap = self.moves[day][other]
        while heap and self.day_of[heap[0][1]] != day:
            heappop(heap)
        return heap[0] if heap else None

    def _put(self, person: int, day: int) -> None:
        self.day_of[person] = day
        here = self.costs.of_seat[person][day]
        for other, cost in self.costs.of_seat[person].items():
            if other != day:
                heappush(self.moves[day][other], (cost - here, person))

    def _seat(self, person: int) -> None:
        price, seats, sitting = self.price, self.graph.seats, self.sitting
        own = self.costs.of_seat[person]
        lift = max(price[day] - cost for day, cost in own.items())
        near: dict[int, int] = {day: cost - price[day] + lift for day, cost in own.items()}
        came_from: dict[int, tuple[int, int]] = {}
        queue = [(distance, day) for day, distance in near.items()]
        heapify(queue)
        done: dict[int, int] = {}
        end: tuple[int, int] | None = None
        while queue:
            distance, day = heappop(queue)
            if day in done:
                continue
            if end is not None and distance >= end[0]:
                break
            done[day] = distance
            if sitting[day] < seats[day]:
                whole = distance + self.costs.of_next(day, sitting[day]) + price[day] - self.end_price
                if end is None or whole < end[0]:
                    end = (whole, day)
            if not sitting[day]:
                continue
            for other in range(len(seats)):
                if other in done:
                    continue
                move = self._cheapest_move(day, other)
                if move is None:
                    continue
                reached = distance + move[0] + price[day] - price[other]
                if other not in near or reached < near[other]:
                    near[other] = reached
                    came_from[other] = (day, move[1])
                    heappush(queue, (reached, other))
        assert end is not None, "the people given can be seated all"
        length, day = end
        for other in range(len(seats)):
            price[other] += min(done.get(other, length), length)
        self.end_price += length
        sitting[day] += 1
        while day in came_from:
            before, moving = came_from[day]
            self._put(moving, day)
            day = before
        self._put(person, day)
