"""Nothing that is held back can be worked out from everything that is published, in one report or in two."""

from random import Random

import pytest

from tests.cohorts.equality.attack import Attack, Published, Recovered
from tests.cohorts.equality.made_up import as_read, fix, held_back, make_up, members, publish

SEED = "equality"
SAMPLE, FULL = 10, 2000


def attacked(number: int, *, guarded: bool, most: int = 160) -> tuple[list[Recovered], int]:
    """What is recovered from two reports a week apart on one made-up intake, and how many counts were held back."""
    made = make_up(Random(f"{SEED}:{number}"), most=most)
    first = fix(publish(made, second=False, old=[], guarded=guarded), made)
    both = fix([*first, *publish(made, second=True, old=first, guarded=guarded)], made)
    if not both:
        return [], 0
    ways = {way: sum(answers) for way, answers in members(made, both, len(first)).items()}
    return Attack(as_read(both), ways, made.silent).run(), held_back(both)


def test_nothing_is_recovered_from_two_reports_a_week_apart():
    outcomes = [attacked(number, guarded=True) for number in range(SAMPLE)]
    assert [found for found, _ in outcomes if found] == []
    assert sum(count for _, count in outcomes) > 50, "there was nothing to recover"


def test_without_holding_back_and_guarding_it_is_recovered():
    """The negative control: if this fails, the test above proves nothing."""
    recovered = [one for number in (7, 8, 9) for one in attacked(number, guarded=False)[0]]
    assert {one.what for one in recovered} == {"cell", "people"}


@pytest.mark.parametrize(
    ("marks", "ways", "recovered"),
    [
        # 56 applied; A is 1 to 4 and B is 48 to 52: A can only be 4.
        ([("few", 50, 0)], {1: 56}, [(0, 0, 4)]),
        ([("few", 55, 0)], {1: 56}, []),
        # One did not get further, and only A lost somebody: from 5 or more to 4 or fewer.
        ([(5, 20, 0), ("few", 20, 0)], {1: 1, 3: 24}, [(0, 1, 4)]),
    ],
)
def test_the_attack_recovers_what_can_be_recovered(marks, ways, recovered):
    found = Attack([Published(one) for one in marks], ways, silent=2).run()
    assert [(one.category, one.where, one.value) for one in found if one.what == "cell"] == recovered


@pytest.mark.soak
def test_nothing_is_recovered_from_thousands_of_tables():
    recovered, held, controls = [], 0, 0
    for number in range(FULL):
        found, count = attacked(number, guarded=True, most=100)
        recovered += found
        held += count
        if number % 20 == 0:
            controls += len(attacked(number, guarded=False, most=100)[0])
    print(f"{FULL} intakes with two reports each: {held} counts held back, {len(recovered)} recovered;")
    print(f"without guards {controls} recovered of the {FULL // 20} that were tried")
    assert (len(recovered), controls > 0) == (0, True)
