"""Why not everybody can be seated: groups of people for whom there are too few seats, and no smaller ones.

From somebody without a seat, follow every day they could make, everybody who sits there, every day those could make,
and so on. The search found no free seat, so all days that were reached are full, of people who were reached. These
people, and the one without a seat, are one more than the seats on all days that any of them can make: Hall's condition
fails. No part of them fails it: if anyone is left out, shift seats along the way that led to them, and the rest sits.
Groups of several people without seats whose days meet are one shortage, short by as many; the same shifting shows that
leaving out anyone of them makes it shorter by one.
"""

from accreditation.refreshers.rules.planning.matching import Seating
from accreditation.refreshers.rules.planning.values import Graph, Shortage, bits


def shortages_of(graph: Graph, seating: Seating) -> tuple[Shortage, ...]:
    """The shortages behind a largest seating, the earliest lapse first; none when everybody sits."""
    without = [person for person, day in enumerate(seating.day_of) if day is None]
    reached = {person: seating.reach(graph.may_sit[person]) for person in without}
    groups: list[tuple[int, list[int]]] = []
    for person in without:
        mask, members, apart = reached[person], [person], []
        for other_mask, others in groups:
            if other_mask & mask or (not other_mask and not mask):
                mask |= other_mask
                members += others
            else:
                apart.append((other_mask, others))
        groups = [*apart, (mask, members)]
    found = [_shortage(graph, seating, mask, sorted(members), reached) for mask, members in groups]
    place = {need.person_id: number for number, need in enumerate(graph.people)}
    return tuple(sorted(found, key=lambda shortage: min(place[person] for person in shortage.people)))


def _shortage(graph: Graph, seating: Seating, mask: int, members: list[int], reached: dict[int, int]) -> Shortage:
    starter = min(members, key=lambda person: (sum(graph.seats[day] for day in bits(reached[person])), person))
    return Shortage(
        people=_people(graph, seating, mask, members),
        days=_days(graph, mask),
        seats=sum(graph.seats[day] for day in bits(mask)),
        short=len(members),
        proof=_people(graph, seating, reached[starter], [starter]),
        proof_days=_days(graph, reached[starter]),
        proof_seats=sum(graph.seats[day] for day in bits(reached[starter])),
    )


def _people(graph: Graph, seating: Seating, mask: int, members: list[int]) -> tuple[int, ...]:
    seated = {person for day in bits(mask) for person in seating.on_day[day]}
    return tuple(graph.people[person].person_id for person in sorted(seated | set(members)))


def _days(graph: Graph, mask: int) -> tuple[int, ...]:
    return tuple(graph.days[day].day_id for day in bits(mask))
