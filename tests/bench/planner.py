"""`python -m tests.bench.planner`: 2,000 people on 60 days, beside a library's bare matching on the same graph.

The library is networkx, twice: Hopcroft and Karp with a node for each seat, and Dinitz's flow with a node for each day.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from statistics import median
from typing import Any

import networkx as nx
from networkx.algorithms.flow import dinitz

from accreditation.core.calendar import Span
from accreditation.refreshers.rules.planning import Day, Need, Wishes, extra_days, plan
from accreditation.refreshers.rules.planning.matching import seat_most
from accreditation.refreshers.rules.planning.values import Graph, bits, graph_of
from tests.bench.timing import timer

FIRST = date(2027, 3, 1)
PLACES = ("North", "South", "East", "West", "")


def service(people: int, days: int, seats: int, seed: int = 1) -> tuple[list[Need], list[Day]]:
    """A year of days and of windows of sixty days, a tenth of them of one herd; one in five is away for a while."""
    random = Random(seed)
    needs = []
    for person_id in range(people):
        lapses = FIRST + timedelta(180 if random.random() < 0.1 else random.randint(20, 364))
        begins = lapses - timedelta(random.randint(1, 60))
        away = (Span(begins, begins + timedelta(14)),) if random.random() < 0.2 else ()
        needs.append(Need(person_id, lapses - timedelta(60), lapses, away, unit_id=random.randrange(12)))
    held = [FIRST + timedelta(round(365 * number / days)) for number in range(days)]
    return needs, [Day(number, on, seats, random.choice(PLACES)) for number, on in enumerate(held)]


def hopcroft_karp(graph: Graph) -> int:
    """The size of a largest matching, with a node for every seat."""
    bare = nx.Graph()
    top = [("person", person) for person in range(len(graph.people))]
    bare.add_nodes_from(top)
    for person, mask in enumerate(graph.may_sit):
        for day in bits(mask):
            bare.add_edges_from((("person", person), ("seat", day, seat)) for seat in range(graph.seats[day]))
    return len(nx.bipartite.hopcroft_karp_matching(bare, top)) // 2


def flow(graph: Graph) -> int:
    """The same size, as the largest flow through days with as many seats."""
    bare = nx.DiGraph()
    for person, mask in enumerate(graph.may_sit):
        bare.add_edge("from", ("person", person), capacity=1)
        for day in bits(mask):
            bare.add_edge(("person", person), ("day", day), capacity=1)
    for day, seats in enumerate(graph.seats):
        bare.add_edge(("day", day), "to", capacity=seats)
    return nx.maximum_flow_value(bare, "from", "to", flow_func=dinitz)


def timed(what: Callable[[], Any], repeat: int = 3) -> tuple[float, Any]:
    taken, answer = [], None
    for _ in range(repeat):
        began = timer()
        answer = what()
        taken.append(timer() - began)
    return median(taken), answer


def measure(people: int = 2000, days: int = 60, seats: int = 34, repeat: int = 3) -> list[str]:
    """Lines of figures; raises AssertionError where the library finds another number of people."""
    needs, there = service(people, days, seats)
    minutes = {(unit, place): Random(unit).randint(5, 90) + len(place) for unit in range(12) for place in PLACES}
    offered = [FIRST + timedelta(number) for number in range(14, 365)]
    graph = graph_of(needs, there)
    pairs = sum(mask.bit_count() for mask in graph.may_sit)
    ours, seating = timed(lambda: seat_most(graph_of(needs, there)), repeat)
    seated = people - seating.day_of.count(None)
    lines = [f"{people:,} people, {days} days of {seats} seats, {pairs:,} pairs: {seated:,} seated"]
    lines.append(f"  largest seating, ours:                  {ours:.3f} s")
    for name, library in (("Hopcroft-Karp, a node a seat", hopcroft_karp), ("Dinitz, a node a day", flow)):
        taken, number = timed(lambda library=library: library(graph), repeat)
        assert number == seated, (name, number, seated)
        lines.append(f"  networkx {name + ':':<30} {taken:.3f} s")
    whole, found = timed(lambda: plan(needs, there), repeat)
    lines.append(f"  plan with {len(found.shortages)} shortages:               {whole:.3f} s")
    for name, wishes in (
        ("nearest places", Wishes(near=True, minutes=minutes)),
        ("a herd spread", Wishes(spread=True)),
        ("both", Wishes(near=True, spread=True, minutes=minutes)),
    ):
        taken, weighed = timed(lambda wishes=wishes: plan(needs, there, wishes=wishes), 1)
        assert len(weighed.seats) == seated
        lines.append(f"  plan, {name + ':':<33} {taken:.3f} s")
    taken, extra = timed(lambda: extra_days(needs, there, {}, offered, seats), 1)
    helpless = len(extra.helpless)
    lines.append(f"  days to add: {len(extra.dates)}, at least {extra.at_least}; {helpless} beyond help: {taken:.3f} s")
    windows = [Need(need.person_id, need.opens_on, need.lapses_on) for need in needs]
    taken, extra = timed(lambda: extra_days(windows, there, {}, offered, seats), 1)
    lines.append(f"  the same where only windows bind: {len(extra.dates)}, at least {extra.at_least}: {taken:.3f} s")
    return lines


if __name__ == "__main__":
    for number in (34, 60):
        print(*measure(seats=number), sep="\n")
