"""The planner beside trying everything: a few hundred small cases here, 5,000 as a soak."""

import pytest

from accreditation.refreshers.rules.planning import Plan, extra_days, plan
from accreditation.refreshers.rules.planning.checking import faults_of, faults_of_days
from tests.refreshers.planning.brute import (
    Case,
    fewest_days,
    least_worth,
    most_seated,
    most_with_everything,
    random_case,
    worth,
)


def plain_groups(found: Plan) -> list:
    return [(one.people, one.seats, one.short, one.proof, one.proof_seats) for one in found.shortages]


def faults(case: Case, found: Plan) -> list[str]:
    return faults_of(case.plain_people, case.plain_days, case.locked, found.seats, found.left_out, plain_groups(found))


def hold_against_brute_force(seed: int) -> tuple[bool, bool]:
    """Whether somebody was left out, and whether the number of days to add was proved the fewest."""
    case = random_case(seed)
    found = plan(case.needs, case.days, locked=case.locked, wishes=case.wishes)
    assert len(found.seats) == most_seated(case.needs, case.days, case.locked)
    assert faults(case, found) == []
    assert worth(case, dict(found.seats)) == least_worth(case, found)
    extra = extra_days(case.needs, case.days, case.locked, case.offered, case.seats)
    assert len(case.needs) - len(extra.helpless) == most_with_everything(case)
    added = [(held_on, case.seats) for held_on in extra.dates]
    assert faults_of_days(case.plain_people, case.plain_days, case.locked, added, case.offered, extra.helpless) == []
    fewest = fewest_days(case, extra.helpless, len(extra.dates))
    assert extra.at_least <= fewest <= len(extra.dates)
    if extra.exact or not any(need.away or need.clashes for need in case.needs):
        assert fewest == len(extra.dates) == extra.at_least
    return bool(found.left_out), extra.exact


def test_a_few_hundred_cases():
    told = [hold_against_brute_force(seed) for seed in range(400)]
    assert 100 < sum(left_out for left_out, _ in told) < 300  # both kinds are tried


@pytest.mark.soak
def test_five_thousand_cases():
    told = [hold_against_brute_force(seed) for seed in range(1000, 6000)]
    assert sum(left_out for left_out, _ in told) > 1000
