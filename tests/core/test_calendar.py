"""Calendar arithmetic, to the day."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accreditation.core.calendar import (
    FOREVER,
    Span,
    anniversary,
    complement,
    days_after,
    end_of_day,
    intersect,
    last_good_day,
    merge,
    span_holding,
)

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
SPANS = st.lists(
    st.tuples(DAYS, st.integers(0, 900)).map(lambda pair: Span(pair[0], pair[0] + timedelta(pair[1]))), max_size=8
)


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2024, 2, 29), 36, date(2027, 3, 1)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 8, 31), 6, date(2026, 3, 1)),
        (date(2023, 8, 31), 6, date(2024, 3, 1)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2026, 1, 31), 1, date(2026, 3, 1)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 1, 31), 3, date(2026, 5, 1)),
        (date(2026, 12, 31), 2, date(2027, 3, 1)),
        (date(2026, 5, 4), 0, date(2026, 5, 4)),
        (date(2026, 5, 31), -3, date(2026, 3, 1)),
        (date(9999, 1, 1), 12, FOREVER),
        (date(2026, 1, 1), 10**30, FOREVER),
        (date(1, 1, 1), -1, date.min),
    ],
)
def test_an_anniversary_is_counted_from_the_anchor(anchor, months, expected):
    assert anniversary(anchor, months) == expected


@given(DAYS, st.integers(0, 600))
def test_an_anniversary_is_the_same_day_number_or_the_first(anchor, months):
    found = anniversary(anchor, months)
    assert found.day in (anchor.day, 1)
    assert (found.year * 12 + found.month) - (anchor.year * 12 + anchor.month) - months in (0, 1)


def test_days_stop_where_the_calendar_does():
    assert days_after(date(9999, 12, 1), 60) == FOREVER
    assert days_after(date(1, 1, 2), -60) == date.min
    assert days_after(FOREVER, -60) == FOREVER
    assert days_after(date(2024, 2, 28), 10**12) == FOREVER
    assert days_after(date(2024, 2, 28), 2) == date(2024, 3, 1)


def test_a_span_ends_on_the_first_day_that_is_no_longer_good():
    span = Span(date(2026, 1, 15), date(2027, 1, 15))
    assert date(2026, 1, 14) not in span
    assert date(2026, 1, 15) in span
    assert date(2027, 1, 14) in span
    assert date(2027, 1, 15) not in span
    assert last_good_day(span.ends_on) == date(2027, 1, 14)
    assert span_holding([span], date(2027, 1, 15)) is None


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 1, 5), datetime(2026, 1, 5, 23, 59, 59, 999999, UTC)),
        (date(2026, 6, 5), datetime(2026, 6, 5, 22, 59, 59, 999999, UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, 59, 59, 999999, UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, 59, 59, 999999, UTC)),
        (FOREVER, datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_in_london(on, expected):
    assert end_of_day(on) == expected


def days_of(spans):
    return {span.starts_on + timedelta(n) for span in spans for n in range((span.ends_on - span.starts_on).days)}


@given(SPANS)
def test_merging_keeps_the_days_and_leaves_gaps_between(spans):
    merged = merge(spans)
    assert days_of(merged) == days_of(spans)
    assert all(one.ends_on < other.starts_on for one, other in itertools.pairwise(merged))


@given(SPANS, SPANS)
def test_the_intersection_is_the_days_in_both(one, other):
    assert days_of(intersect(merge(one), merge(other))) == days_of(one) & days_of(other)


@given(SPANS)
def test_the_complement_is_all_other_days(spans):
    within = Span(date(2010, 1, 1), date(2020, 1, 1))
    assert days_of(complement(merge(spans), within)) == days_of([within]) - days_of(spans)
