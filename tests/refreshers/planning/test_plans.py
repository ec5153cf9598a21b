"""Plans that can be followed by hand."""

from dataclasses import replace
from datetime import date

import pytest

from accreditation.core.calendar import Span
from accreditation.refreshers.rules.planning import Day, Need, Wishes, extra_days, plan
from accreditation.refreshers.rules.planning.asked import Asked
from tests.refreshers.planning.brute import on


def needs(number: int, opens: int = 0, lapses: int = 20, *, first: int = 1, **facts) -> list[Need]:
    return [Need(first + place, on(opens), on(lapses), **facts) for place in range(number)]


@pytest.mark.parametrize(
    ("day", "sits"),
    [(9, False), (10, True), (19, True), (20, False)],  # the window's first and last day, and the days beside them
)
def test_a_window_is_kept_to_the_day(day, sits):
    found = plan(needs(1, 10, 20), [Day(5, on(day), 1)])
    assert found.seats == ({1: 5} if sits else {})


@pytest.mark.parametrize(("day", "sits"), [(2, True), (3, False), (4, False), (5, True)])
def test_days_away_are_kept_to_the_day(day, sits):
    away = needs(1, away=(Span(on(3), on(5)),))
    assert plan(away, [Day(5, on(day), 1)]).seats == ({1: 5} if sits else {})


def test_nine_people_and_seven_seats():
    """The example of the office: the shortage is nine for seven, and any eight of them prove it."""
    found = plan(needs(9, lapses=10), [Day(5, on(2), 4), Day(6, on(8), 3), Day(7, on(12), 50)])
    (shortage,) = found.shortages
    assert (len(shortage.people), shortage.seats, shortage.short, shortage.days) == (9, 7, 2, (5, 6))
    assert (len(shortage.proof), shortage.proof_seats) == (8, 7)
    assert len(found.left_out) == 2


def test_whoever_lapses_first_is_seated_first():
    found = plan([*needs(2, lapses=20), *needs(1, lapses=9, first=3)], [Day(5, on(2), 2)])
    assert set(found.seats) == {1, 3}
    assert found.left_out == (2,)


def test_two_shortages_that_share_no_day_are_told_apart():
    found = plan([*needs(2, 0, 5), *needs(3, 10, 15, first=11)], [Day(5, on(2), 1), Day(6, on(12), 1)])
    assert [(one.people, one.short) for one in found.shortages] == [((1, 2), 1), ((11, 12, 13), 2)]


def test_somebody_with_no_day_at_all_is_a_proof_alone():
    (shortage,) = plan(needs(1, 0, 5), [Day(5, on(8), 9)]).shortages
    assert (shortage.proof, shortage.proof_seats, shortage.days) == ((1,), 0, ())


def test_a_lock_is_kept_and_others_move_around_it():
    days = [Day(5, on(2), 1), Day(6, on(15), 1)]
    people = [*needs(1, lapses=20), *needs(1, lapses=20, first=2)]
    assert plan(people, days, locked={2: 5}).seats == {1: 6, 2: 5}
    with pytest.raises(ValueError, match="cannot be locked"):
        plan(needs(1, 10, 20), days, locked={1: 5})
    with pytest.raises(ValueError, match="fewer seats"):
        plan(people, days, locked={1: 5, 2: 5})


def test_a_preference_never_costs_a_seat():
    """The near day has one seat; who could also go far goes there, for the other can only come to the near one."""
    near, far = Day(5, on(2), 1, "Near"), Day(6, on(12), 1, "Far")
    minutes = {(1, "Near"): 5, (1, "Far"): 90}
    people = [Need(1, on(0), on(5), unit_id=1), Need(2, on(0), on(20), unit_id=1)]
    found = plan(people, [near, far], wishes=Wishes(near=True, minutes=minutes))
    assert found.seats == {1: 5, 2: 6}


def test_each_unit_goes_where_it_is_nearest():
    days = [Day(5, on(2), 2, "North"), Day(6, on(3), 2, "South")]
    minutes = {(1, "North"): 5, (1, "South"): 40, (2, "North"): 40, (2, "South"): 5}
    people = [Need(person, on(0), on(9), unit_id=person % 2 + 1) for person in range(4)]
    found = plan(people, days, wishes=Wishes(near=True, minutes=minutes))
    assert found.seats == {0: 5, 1: 6, 2: 5, 3: 6}


def test_a_herd_is_spread_evenly_inside_its_windows():
    days = [Day(number, on(number), 12) for number in range(4)]
    found = plan(needs(12), days, wishes=Wishes(spread=True))
    assert [list(found.seats.values()).count(day.day_id) for day in days] == [3, 3, 3, 3]


def test_spreading_never_gives_a_day_away_where_early_costs():
    """Where a refresher counts from the day attended, everybody goes as late as there are seats, herd or not."""
    days = [Day(number, on(number), 12) for number in range(4)]
    found = plan(needs(12), days, wishes=Wishes(spread=True, early_costs=True))
    assert set(found.seats.values()) == {3}


# --- days to add -----------------------------------------------------------------------------------------------------


def added(people: list[Need], days: list[Day], offered: list[int], seats: int) -> tuple[list[int], int]:
    found = extra_days(people, days, {}, [on(number) for number in offered], seats)
    return [(day - date(2027, 3, 1)).days for day in found.dates], found.at_least


def test_no_day_is_added_when_everybody_sits():
    assert added(needs(3), [Day(5, on(2), 3)], [4], 1) == ([], 0)


def test_an_added_day_lies_as_late_as_it_can():
    """So that it serves as many later windows as possible: one day is enough for both."""
    people = [*needs(1, 0, 10), *needs(1, 8, 20, first=2)]
    assert added(people, [], list(range(20)), 2) == ([9], 1)


def test_seats_that_are_there_are_used_before_days_are_added():
    people = [*needs(4, 0, 10), *needs(2, 5, 20, first=11)]
    assert added(people, [Day(5, on(7), 3), Day(6, on(15), 1)], list(range(20)), 2) == ([9], 1)


def test_a_bound_is_told_where_days_away_bind():
    """No offered date suits both, which no count of windows can see: two days, and a proof of one."""
    people = [*needs(1, 0, 3, away=(Span(on(1), on(2)),)), *needs(1, 1, 2, first=2)]
    assert added(people, [], [0, 1, 2], 5) == ([1, 2], 1)


def test_whom_no_date_helps_is_named_and_the_rest_is_cured():
    found = extra_days([*needs(1, 0, 3), *needs(2, 8, 12, first=2)], [], {}, [on(9)], 2)
    assert (found.helpless, found.dates, found.exact) == ((1,), (on(9),), True)


def test_a_day_is_added_on_working_days_alone_and_with_notice():
    """Over Easter 2027: no Saturday, no Sunday, not Good Friday, not Easter Monday; and none before the notice ends."""
    asked = Asked(
        "A", "refresher", None, made_on=date(2027, 3, 4), starts_on=date(2027, 3, 5), ends_on=date(2027, 4, 1)
    )
    offered = replace(asked, notice_days=21).offered()
    assert offered == [date(2027, 3, 25), date(2027, 3, 30), date(2027, 3, 31)]
    assert replace(asked, notice_days=22).offered()[0] == date(2027, 3, 30)
