"""Whether a plan is one: counted afresh, from what went in and what came out, sharing nothing with what made it.

Not a line of the planner is used here, and no value of its either: people, days and answers come in as plain tuples
and dictionaries. What is found wrong comes out as sentences; none means that the plan holds, that everybody who can be
seated is, and that each shortage is one that leaving anyone out of its proof would cure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

Person = tuple[date, date, Sequence[tuple[date, date]], Collection[int]]
"""First day, first day too late, spans of days [from, to) they are away, ids of days they cannot sit on."""

PlainDay = tuple[date, int]
"""The date and the seats."""

Group = tuple[Collection[int], int, int, Collection[int], int]
"""The people of a shortage, the seats they could have, how many are too few; its proof's people and their seats."""


def faults_of(
    people: Mapping[int, Person],
    days: Mapping[int, PlainDay],
    locked: Mapping[int, int],
    seats: Mapping[int, int],
    left_out: Sequence[int],
    shortages: Iterable[Group] = (),
    *,
    tried_up_to: int = 10_000,
) -> list[str]:
    """Everything that is wrong with a plan of who sits on which day, and with the reasons why some do not.

    A proof or shortage of more than `tried_up_to` people is counted, but not tried anew without each of them. The
    counting alone proves that nobody else can be seated: the people left out are as many as the shortages are short.
    """
    return [
        *_wrong_seats(people, days, locked, seats, left_out),
        *_wrong_reasons(people, days, locked, left_out, list(shortages), tried_up_to),
    ]


def faults_of_days(
    people: Mapping[int, Person],
    days: Mapping[int, PlainDay],
    locked: Mapping[int, int],
    added: Sequence[tuple[date, int]],
    offered: Collection[date],
    helpless: Collection[int],
) -> list[str]:
    """What is wrong with days that are to be added: (date, seats) each. Everybody but the helpless must sit then."""
    faults = [f"No day was offered on {on}." for on, _ in added if on not in offered]
    rest = {person: facts for person, facts in people.items() if person not in helpless}

    def sit(which: Iterable[int]) -> int:
        there: dict[Any, PlainDay] = {**days}
        there.update({("added", place): added[place] for place in which})
        return _largest(rest, there, locked)

    wanted = sum(person not in locked for person in rest)
    everything = range(len(added))
    if short := wanted - sit(everything):
        faults.append(f"{short} people have no seat with these days.")
    else:
        faults += [
            f"The day on {on} is not needed."
            for place, (on, _) in enumerate(added)
            if sit(other for other in everything if other != place) == wanted
        ]
    return faults


def _wrong_seats(
    people: Mapping[int, Person],
    days: Mapping[int, PlainDay],
    locked: Mapping[int, int],
    seats: Mapping[int, int],
    left_out: Sequence[int],
) -> list[str]:
    faults = []
    taken: dict[int, int] = {}
    for person, day in seats.items():
        if person not in people:
            faults.append(f"Person {person} is not to be planned.")
        elif day not in days:
            faults.append(f"Person {person} sits on a day that is not there.")
        elif why := _why_not(people[person], day, days[day][0]):
            faults.append(f"Person {person} {why}.")
        taken[day] = taken.get(day, 0) + 1
    faults += [
        f"Day {day} has too few seats." for day, number in taken.items() if day in days and number > days[day][1]
    ]
    faults += [
        f"Person {person} is not where they are locked." for person, day in locked.items() if seats.get(person) != day
    ]
    if len(set(left_out)) != len(left_out):
        faults.append("Somebody is left out twice.")
    for person in people:
        if (person in seats) == (person in left_out):
            faults.append(f"Person {person} must either sit or be left out.")
    faults += [f"Person {person} is left out and not to be planned." for person in left_out if person not in people]
    return faults


def _why_not(person: Person, day: int, on: date) -> str | None:
    first, too_late, away, elsewhere = person
    if on < first:
        return "comes before the window"
    if on >= too_late:
        return "comes too late"
    if any(begins <= on < ends for begins, ends in away):
        return "is away on that day"
    if day in elsewhere:
        return "is booked elsewhere at that time"
    return None


def _wrong_reasons(
    people: Mapping[int, Person],
    days: Mapping[int, PlainDay],
    locked: Mapping[int, int],
    left_out: Sequence[int],
    shortages: Sequence[Group],
    tried_up_to: int,
) -> list[str]:
    faults = []
    held = list(locked.values())
    explained: list[int] = []
    for members, seats, short, proof, proof_seats in shortages:
        for name, group, said in (("shortage", members, seats), ("proof", proof, proof_seats)):
            if not set(group) <= set(people) - set(locked) or len(set(group)) != len(group):
                faults.append(f"A {name} names somebody who does not count.")
                continue
            could = {
                day for day, (on, _) in days.items() if any(_why_not(people[one], day, on) is None for one in group)
            }
            if sum(days[day][1] - held.count(day) for day in could) != said:
                faults.append(f"The seats of a {name} are miscounted.")
        if len(members) - seats != short or short < 1:
            faults.append("A shortage is not short by what it says.")
        if len(proof) != proof_seats + 1 or not set(proof) <= set(members):
            faults.append("A proof is not one person more than its seats.")
        explained += members
        if not faults:
            faults += _not_smallest(people, days, locked, members, short, proof, tried_up_to)
    if len(set(explained)) != len(explained):
        faults.append("Somebody counts in two shortages.")
    if sum(short for _, _, short, _, _ in shortages) != len(left_out):
        faults.append("The shortages do not add up to the people left out.")
    if not set(left_out) <= set(explained):
        faults.append("Somebody left out is in no shortage.")
    return faults


def _not_smallest(
    people: Mapping[int, Person],
    days: Mapping[int, PlainDay],
    locked: Mapping[int, int],
    members: Collection[int],
    short: int,
    proof: Collection[int],
    tried_up_to: int,
) -> list[str]:
    faults = []
    for out in proof if len(proof) <= tried_up_to else ():
        rest = {one: people[one] for one in proof if one != out}
        if _largest(rest, days, locked) != len(rest):
            faults.append(f"The proof is as good without person {out}.")
    for out in members if len(members) <= tried_up_to else ():
        rest = {one: people[one] for one in members if one != out}
        if len(rest) - _largest(rest, days, locked) != short - 1:
            faults.append(f"The shortage is no shorter without person {out}.")
    return faults


def _largest(people: Mapping[int, Person], days: Mapping[Any, PlainDay], locked: Mapping[int, int]) -> int:
    """How many of these people can sit at once, by the plainest search there is: one seat after another."""
    held = list(locked.values())
    sits: dict[tuple[Any, int], int] = {}

    def find(person: int, tried: set[tuple[Any, int]]) -> bool:
        for day, (on, seats) in days.items():
            if _why_not(people[person], day, on) is not None:
                continue
            for seat in ((day, number) for number in range(seats - held.count(day))):
                if seat in tried:
                    continue
                tried.add(seat)
                if seat not in sits or find(sits[seat], tried):
                    sits[seat] = person
                    return True
        return False

    return sum(find(person, set()) for person in people if person not in locked)
