"""A largest seating beside a library's, on graphs like those of the bench but small; the bench has 2,000 on 60 days."""

import pytest

from accreditation.refreshers.rules.planning.matching import seat_most
from accreditation.refreshers.rules.planning.values import graph_of
from tests.bench.planner import flow, hopcroft_karp, measure, service


@pytest.mark.parametrize("seats", [1, 2, 4, 8])
def test_a_largest_seating_is_as_large_as_a_librarys(seats):
    short = 0
    for seed in range(10):
        graph = graph_of(*service(60, 10, seats, seed=seed))
        seated = len(graph.people) - seat_most(graph).day_of.count(None)
        assert hopcroft_karp(graph) == flow(graph) == seated
        short += seated < len(graph.people)
    assert short or seats > 4  # not only cases in which everybody sits


def test_the_bench_measures_what_it_says():
    first, *_ = measure(people=80, days=12, seats=5, repeat=1)
    assert first.startswith("80 people, 12 days of 5 seats")
