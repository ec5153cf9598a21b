"""The checker: it accepts what the planner makes and nothing that was tampered with."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from accreditation.refreshers.rules.planning import Plan, plan
from accreditation.refreshers.rules.planning.checking import faults_of, faults_of_days
from tests.refreshers.planning.brute import Case, on, random_case
from tests.refreshers.planning.test_against_brute_force import faults


def change_seat(found: Plan, person: int, day: int | None) -> Plan:
    seats = dict(found.seats)
    seats.pop(person, None)
    return replace(found, seats=seats if day is None else {**seats, person: day})


def change_shortage(found: Plan, random: Random, **changes) -> Plan:
    one = random.choice(found.shortages)
    rest = tuple(other for other in found.shortages if other is not one)
    return replace(found, shortages=(*rest, replace(one, **changes)))


def too_full(case: Case, found: Plan, random: Random) -> Plan | None:
    """Everybody who can sits on one day, until it has more people than seats."""
    for day in random.sample(case.days, len(case.days)):
        could = [need.person_id for need in case.needs if need.can_sit(day)]
        if len(could) > day.seats:
            seats = {**found.seats, **dict.fromkeys(could, day.day_id)}
            return replace(found, seats=seats, left_out=tuple(one for one in found.left_out if one not in seats))
    return None


def at_a_wrong_time(case: Case, found: Plan, random: Random) -> Plan | None:
    wrong = [(need, day) for need in case.needs for day in case.days if not need.can_sit(day)]
    if not wrong:
        return None
    need, day = random.choice(wrong)
    moved = change_seat(found, need.person_id, day.day_id)
    return replace(moved, left_out=tuple(one for one in found.left_out if one != need.person_id))


def forgotten(case: Case, found: Plan, random: Random) -> Plan | None:
    return change_seat(found, random.choice(sorted(found.seats)), None) if found.seats else None


def left_out_for_nothing(case: Case, found: Plan, random: Random) -> Plan | None:
    if not found.seats:
        return None
    person = random.choice(sorted(found.seats))
    return replace(change_seat(found, person, None), left_out=(*found.left_out, person))


def both(case: Case, found: Plan, random: Random) -> Plan | None:
    return replace(found, left_out=(*found.left_out, random.choice(sorted(found.seats)))) if found.seats else None


def a_stranger(case: Case, found: Plan, random: Random) -> Plan | None:
    return change_seat(found, 999, random.choice(case.days).day_id) if case.days else None


def no_such_day(case: Case, found: Plan, random: Random) -> Plan | None:
    return change_seat(found, random.choice(sorted(found.seats)), 999) if found.seats else None


def a_lock_broken(case: Case, found: Plan, random: Random) -> Plan | None:
    if not case.locked:
        return None
    person = random.choice(sorted(case.locked))
    others = [day.day_id for day in case.days if day.day_id != case.locked[person]]
    return change_seat(found, person, random.choice(others)) if others else None


def proof_too_small(case: Case, found: Plan, random: Random) -> Plan | None:
    wide = [one for one in found.shortages if len(one.proof) > 1]
    return change_shortage(replace(found, shortages=tuple(wide)), random, proof=wide[0].proof[1:]) if wide else None


def seats_miscounted(case: Case, found: Plan, random: Random) -> Plan | None:
    if not found.shortages:
        return None
    one = found.shortages[0]
    return replace(found, shortages=(replace(one, seats=one.seats + 1, short=one.short - 1), *found.shortages[1:]))


def somebody_who_adds_nothing(case: Case, found: Plan, random: Random) -> Plan | None:
    """Padding a shortage with people who can all sit makes it look larger than it is."""
    for one in found.shortages:
        outside = [need.person_id for need in case.needs if need.person_id not in (*one.people, *case.locked)]
        if outside:
            padded = replace(one, people=(*one.people, random.choice(outside)))
            return replace(found, shortages=tuple(padded if other is one else other for other in found.shortages))
    return None


def a_reason_kept_back(case: Case, found: Plan, random: Random) -> Plan | None:
    return replace(found, shortages=found.shortages[1:]) if found.shortages else None


TAMPERINGS = [
    too_full,
    at_a_wrong_time,
    forgotten,
    left_out_for_nothing,
    both,
    a_stranger,
    no_such_day,
    a_lock_broken,
    proof_too_small,
    seats_miscounted,
    somebody_who_adds_nothing,
    a_reason_kept_back,
]


def test_a_thousand_corrupted_plans_are_all_rejected():
    tried: Counter[str] = Counter()
    seed = 0
    while tried.total() < 1000:
        seed += 1
        case, random = random_case(seed), Random(seed)
        found = plan(case.needs, case.days, locked=case.locked)
        assert faults(case, found) == []
        for tamper in TAMPERINGS:
            corrupted = tamper(case, found, random)
            if corrupted is not None:
                assert faults(case, corrupted) != [], (seed, tamper.__name__)
                tried[tamper.__name__] += 1
    assert set(tried) == {tamper.__name__ for tamper in TAMPERINGS}
    assert min(tried.values()) >= 20


ADA = {1: (on(0), on(10), [(on(3), on(5))], {7})}
DAYS = {5: (on(2), 1), 6: (on(4), 1), 7: (on(6), 1), 8: (on(10), 1)}


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (5, None),
        (6, "is away on that day"),
        (7, "is booked elsewhere at that time"),
        (8, "comes too late"),
        (9, "sits on a day that is not there"),
    ],
)
def test_it_says_what_is_wrong_with_a_seat(day, said):
    assert faults_of(ADA, DAYS, {}, {1: day}, []) == ([f"Person 1 {said}."] if said else [])


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ([(on(4), 1)], []),
        ([(on(5), 1)], ["No day was offered on 2027-03-06."]),
        ([], ["1 people have no seat with these days."]),
        ([(on(4), 1), (on(4), 1)], ["The day on 2027-03-05 is not needed."] * 2),
    ],
)
def test_it_says_what_is_wrong_with_days_to_add(added, said):
    people = {1: (on(0), on(10), [], ()), 2: (on(0), on(10), [], ())}
    assert faults_of_days(people, {5: (on(2), 1)}, {}, added, {on(4)}, []) == said
