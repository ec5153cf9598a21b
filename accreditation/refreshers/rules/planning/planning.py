"""A plan: the most people seated, as the wishes like it, with the reasons where some are not."""

from collections.abc import Mapping, Sequence

from accreditation.refreshers.rules.planning.matching import seat_most
from accreditation.refreshers.rules.planning.preferences import is_affordable, seat_cheapest
from accreditation.refreshers.rules.planning.smoothing import costs_of
from accreditation.refreshers.rules.planning.values import Day, Need, Plan, Wishes, graph_of
from accreditation.refreshers.rules.planning.witness import shortages_of


def plan(
    needs: Sequence[Need], days: Sequence[Day], *, locked: Mapping[int, int] | None = None, wishes: Wishes | None = None
) -> Plan:
    """Seat as many of these people as can be seated; among them those who lapse first, and as the wishes like it.

    Windows, seats, locks and days away are never bent. Raises ValueError where a lock does not fit.
    """
    wishes = wishes or Wishes()
    graph = graph_of(needs, days, locked)
    seating = seat_most(graph)
    day_of: list[int | None] = seating.day_of
    shortages = shortages_of(graph, seating)
    weighed = not wishes.any or is_affordable(graph)
    if wishes.any and weighed:
        seated = [person for person, day in enumerate(day_of) if day is not None]
        day_of = seat_cheapest(graph, costs_of(graph, wishes), seated)
    return Plan(
        seats={
            **graph.locked,
            **{
                need.person_id: graph.days[day].day_id
                for need, day in zip(graph.people, day_of, strict=True)
                if day is not None
            },
        },
        left_out=tuple(need.person_id for need, day in zip(graph.people, day_of, strict=True) if day is None),
        shortages=shortages,
        weighed=weighed,
    )
