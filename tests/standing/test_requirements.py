"""On which days each rule is met: the day before, the day, and the day after every boundary."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accreditation.core.calendar import FOREVER, Span
from accreditation.standing.rules.evidence import Fact, dossier_of
from accreditation.standing.rules.leave import moved_end
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Asked, Held, Once, Recurring, Step

REFRESHER = Recurring(Asked("refresher"), Step(months=12), renew_from="end", window_days=60)
FIRST, IN_TIME, TOO_EARLY, LATE = date(2026, 1, 15), date(2026, 11, 16), date(2026, 11, 15), date(2027, 1, 16)


def days(rule, *facts, leave_cap_days=365):
    return rule.met(dossier_of(facts, "X", leave_cap_days=leave_cap_days))


def events(kind, *on):
    return [Fact(kind, None, day) for day in on]


@pytest.mark.parametrize(
    ("on", "last_good_day"),
    [
        ([date(2024, 2, 29)], date(2025, 2, 28)),
        ([FIRST], date(2027, 1, 14)),
        ([FIRST, IN_TIME], date(2028, 1, 14)),  # the window's first day keeps the anniversary
        ([FIRST, TOO_EARLY], date(2027, 11, 14)),  # the day before it counts from its own date
        ([FIRST, LATE], date(2027, 1, 14)),  # a gap is never filled afterwards
        ([FIRST, date(2027, 1, 14)], date(2028, 1, 14)),  # the window's last day
        ([FIRST, date(2027, 1, 15)], date(2028, 1, 14)),  # the first day after it: no gap, its own date
        ([FIRST, IN_TIME, date(2026, 11, 20)], date(2028, 1, 14)),  # a second one in the same window is too early
    ],
)
def test_a_refresher_counts_to_the_day(on, last_good_day):
    met = days(REFRESHER, *events("refresher", *on))
    assert any(last_good_day in span for span in met)
    assert not any(last_good_day + timedelta(days=1) in span for span in met)


def test_from_the_event_coverages_overlap():
    rule = Recurring(Asked("refresher"), Step(months=12))
    assert days(rule, *events("refresher", FIRST, IN_TIME)) == [Span(FIRST, date(2027, 11, 16))]


def test_training_may_count_as_a_refresher_of_its_own():
    rule = Recurring(Asked("refresher"), Step(days=30), also=(Asked("training", frozenset({"A"})),))
    met = days(rule, Fact("training", "A", FIRST), Fact("training", "B", LATE))
    assert met == [Span(FIRST, date(2026, 2, 14))]


LEAVE = [Span(date(2026, 6, 1), date(2026, 7, 1))]


@pytest.mark.parametrize(
    ("leave", "cap", "expected"),
    [
        ([], 365, date(2027, 1, 1)),
        (LEAVE, 365, date(2027, 1, 31)),
        (LEAVE, 29, date(2027, 1, 30)),
        (LEAVE, 0, date(2027, 1, 1)),
        ([Span(date(2025, 12, 1), date(2026, 1, 11))], 365, date(2027, 1, 11)),  # only from the start of the period
        ([Span(date(2025, 12, 1), date(2026, 1, 1))], 365, date(2027, 1, 1)),
        ([Span(date(2026, 12, 31), date(2027, 3, 1))], 365, date(2027, 3, 2)),  # begins on the last good day
        ([Span(date(2027, 1, 1), date(2027, 3, 1))], 365, date(2027, 1, 1)),  # begins on the day after
        ([*LEAVE, Span(date(2027, 1, 30), date(2027, 2, 9))], 365, date(2027, 2, 10)),  # before the end as moved
        ([Span(date(2026, 6, 1))], 100, date(2027, 4, 11)),  # without an end: the whole remaining cap
        ([*LEAVE, Span(date(2026, 9, 1))], 100, date(2027, 4, 11)),
    ],
)
def test_leave_moves_an_end_by_its_days(leave, cap, expected):
    assert moved_end(date(2026, 1, 1), date(2027, 1, 1), leave, cap) == expected


def test_leave_moves_nothing_past_the_calendar_and_no_empty_period():
    assert moved_end(date(2026, 1, 1), FOREVER, LEAVE, 365) == FOREVER
    assert moved_end(date(2026, 6, 5), date(2026, 6, 5), LEAVE, 365) == date(2026, 6, 5)


def test_later_ends_of_a_chain_move_along():
    rule = Recurring(Asked("refresher"), Step(months=12), "end", window_days=60, leave_moves=True)
    leave = Fact("leave", None, date(2026, 6, 1), date(2026, 7, 1))
    met = days(rule, leave, *events("refresher", FIRST, date(2027, 2, 1)))
    assert met == [Span(FIRST, date(2028, 2, 14))]  # 15 January and the 30 days


def test_the_cap_is_for_each_period():
    rule = Recurring(Asked("refresher"), Step(months=12), "end", window_days=60, leave_moves=True)
    leave = [Fact("leave", None, date(year, 3, 1), date(year, 4, 1)) for year in (2026, 2027)]
    met = days(rule, *leave, *events("refresher", FIRST, date(2027, 1, 20)), leave_cap_days=10)
    assert met == [Span(FIRST, date(2028, 2, 4))]


def hours(on, amount):
    return Fact("cpd", None, on, quantity=Decimal(amount))


def test_hours_add_up_within_their_windows():
    rule = Accumulated(Asked("cpd"), Decimal(6), per_months=12)
    met = days(rule, hours(date(2026, 1, 1), "3.5"), hours(date(2026, 3, 1), "2.4"), hours(date(2026, 5, 1), "0.1"))
    assert met == [Span(date(2026, 5, 1), date(2027, 1, 1))]


def test_tenths_add_up_exactly():
    rule = Accumulated(Asked("cpd"), Decimal("0.3"))
    assert days(rule, hours(FIRST, "0.1"), hours(IN_TIME, "0.2")) == [Span(IN_TIME)]


def test_nothing_is_due_before_the_first_due_day_of_a_run_of_awards():
    rule = Accumulated(Asked("case"), Decimal(2), per_months=12, first_due_months=12)
    awards = [
        Fact("award", "X", date(2024, 2, 29), date(2024, 9, 1)),
        Fact("award", "X", date(2024, 9, 1), date(2026, 1, 1)),  # touching ones join
        Fact("award", "X", date(2027, 1, 1), date(2027, 6, 1)),  # a new run counts anew
    ]
    assert days(rule, *awards) == [
        Span(date(2024, 2, 29), date(2025, 3, 1)),
        Span(date(2027, 1, 1), date(2027, 6, 1)),
    ]


@pytest.mark.parametrize(("held", "wanted", "met"), [("DV", "CTC", True), ("SC", "DV", False), ("RV", "CTC", False)])
def test_a_higher_clearance_includes_a_lower_one(held, wanted, met):
    rule = Held(Asked("clearance", frozenset({wanted})))
    assert bool(days(rule, Fact("clearance", held, FIRST, LATE))) is met


def test_levels_are_of_clearances_alone():
    rule = Held(Asked("clearance_application", frozenset({"CTC"})))
    assert days(rule, Fact("clearance_application", "SC", FIRST, LATE)) == []


def test_parts_make_one_requirement():
    trained, cleared = Once(Asked("training")), Held(Asked("clearance"))
    facts = [Fact("training", None, IN_TIME), Fact("clearance", "CTC", FIRST, LATE)]
    assert days(AnyOf((trained, cleared)), *facts) == [Span(FIRST)]
    assert days(AllOf((trained, cleared)), *facts) == [Span(IN_TIME, LATE)]


def test_a_fact_for_another_scheme_does_not_hold():
    assert days(Once(Asked("training")), Fact("training", None, FIRST, scheme="Y")) == []
    assert days(Once(Asked("training")), Fact("training", None, FIRST, scheme="X")) == [Span(FIRST)]


@pytest.mark.parametrize("first_due_months", [None, 0])
def test_what_is_due_at_once_is_not_put_off_by_leave(first_due_months):
    rule = Accumulated(Asked("case"), Decimal(1), first_due_months=first_due_months, leave_moves=True)
    award = Fact("award", "X", FIRST, LATE)
    assert days(rule, award, Fact("leave", None, FIRST, IN_TIME)) == []
