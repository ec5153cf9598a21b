"""What a seat costs, where there is a choice: spreading a herd over the days, ways to travel, days given away.

Nobody is shortened by any of it. Every day of a window keeps the anniversary where the scheme renews from the end
(standing's rule: an event in the last `window_days` of a coverage extends it to the next anniversary), so there all
days are worth the same to the person. Where a refresher counts from the day attended, each day early is a day lost;
there days lost are weighed first, and the herd is spread only among plans that together lose as few days as any.

Costs are whole numbers in one currency: a day lost counts more than all ways and all spreading together; ways come
next, and even days decide between plans with the same minutes, unless spreading is asked for without them. Evenness is
the sum of the squares of the people on each day: the smallest sum is the evenest filling.
"""

from collections.abc import Callable
from dataclasses import dataclass

from accreditation.refreshers.rules.planning.values import Graph, Wishes


@dataclass(frozen=True)
class Costs:
    """`of_seat[p][d]` for each day that person may sit on; `of_next[d](n)` what the n-th person more on a day costs.

    The second grows with n, which is what spreads.
    """

    of_seat: list[dict[int, int]]
    of_next: Callable[[int, int], int]


def costs_of(graph: Graph, wishes: Wishes) -> Costs:
    """The costs of every seat under these wishes."""
    locked_on = [0] * len(graph.days)
    places = {day_id: place for place, day_id in enumerate(graph.day_ids)}
    for day_id in graph.locked.values():
        locked_on[places[day_id]] += 1
    everybody = len(graph.people) + len(graph.locked)
    evenness = everybody**2 + 1 if wishes.spread else 1  # more than all squares together can come to
    longest = max([0, *(wishes.way(need, day) for need in graph.people for day in graph.days)]) if wishes.near else 0
    lost = evenness * (longest * len(graph.people) + 1)
    of_seat = []
    for need, may_sit in zip(graph.people, graph.may_sit, strict=True):
        costs = {}
        for place, day in enumerate(graph.days):
            if may_sit >> place & 1:
                early = (need.lapses_on - day.held_on).days if wishes.early_costs else 0
                costs[place] = lost * early + evenness * wishes.way(need, day)
        of_seat.append(costs)

    def of_next(day: int, sitting: int) -> int:
        """The square grows by 2n + 1 when one more sits down beside n; locked people sit there already."""
        return 2 * (sitting + locked_on[day]) + 1 if wishes.spread else 0

    return Costs(of_seat, of_next)


def cost_of(graph: Graph, wishes: Wishes, day_of: list[int | None]) -> int:
    """What a whole seating costs, counted afresh."""
    costs = costs_of(graph, wishes)
    sitting = [0] * len(graph.days)
    total = 0
    for person, day in enumerate(day_of):
        if day is not None:
            total += costs.of_seat[person][day] + costs.of_next(day, sitting[day])
            sitting[day] += 1
    return total
