"""Periods to the day, percentages to the tenth, and themes from which no small number can be worked out."""

import random
from datetime import date, datetime

import pytest

from accreditation.core.clock import UTC
from accreditation.helpline.rules.themes import themes
from accreditation.reports.rules.figures import (
    Contents,
    Figure,
    Picture,
    Point,
    Section,
    as_json,
    from_json,
    shown_if_many,
)
from accreditation.reports.rules.periods import Period, months_in, problem_with, usual_periods


@pytest.mark.parametrize(
    ("today", "name", "first", "through"),
    [
        (date(2027, 3, 31), "Last quarter", date(2026, 10, 1), date(2026, 12, 31)),
        (date(2027, 4, 1), "Last quarter", date(2027, 1, 1), date(2027, 3, 31)),
        (date(2027, 4, 2), "Last quarter", date(2027, 1, 1), date(2027, 3, 31)),
        (date(2028, 3, 1), "Last month", date(2028, 2, 1), date(2028, 2, 29)),
        (date(2027, 3, 31), "This financial year so far", date(2026, 4, 1), date(2027, 3, 31)),
        (date(2027, 4, 1), "This financial year so far", date(2027, 4, 1), date(2027, 4, 1)),
        (date(2027, 3, 31), "Last financial year", date(2025, 4, 1), date(2026, 3, 31)),
        (date(2027, 4, 1), "Last financial year", date(2026, 4, 1), date(2027, 3, 31)),
        (date(2028, 2, 28), "The last twelve months", date(2027, 3, 1), date(2028, 2, 28)),
    ],
)
def test_the_usual_periods_to_the_day(today, name, first, through):
    period = dict(usual_periods(today))[name]
    assert (period.starts_on, period.through) == (first, through)


def test_a_period_begins_and_ends_at_midnight_in_london():
    summer = Period(date(2026, 10, 25), date(2026, 10, 26))  # the clocks go back on this day: it has 25 hours
    assert summer.from_moment == datetime(2026, 10, 24, 23, tzinfo=UTC)
    assert summer.to_moment == datetime(2026, 10, 26, 0, tzinfo=UTC)
    assert summer.words == "25 October 2026"


def test_what_is_no_period_says_why():
    assert problem_with(date(2027, 1, 1), date(2027, 1, 1)) is None
    assert "before the first" in problem_with(date(2027, 1, 2), date(2027, 1, 1))
    assert "longer than five years" in problem_with(date(2020, 1, 1), date(2027, 1, 1))


def test_months_are_cut_to_the_period():
    months = months_in(Period(date(2026, 12, 15), date(2027, 2, 2)))
    assert [(one.starts_on, one.through) for one in months] == [
        (date(2026, 12, 15), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 31)),
        (date(2027, 2, 1), date(2027, 2, 1)),
    ]


@pytest.mark.parametrize(
    ("number", "of", "words"),
    [
        (42, 50, "42 of 50 (84.0%)"),
        (1, 3, "1 of 3 (33.3%)"),
        (2, 3, "2 of 3 (66.7%)"),
        (1, 2000, "1 of 2,000 (0.1%)"),  # a half is rounded up
        (0, 0, "0 of 0"),
        (1999, None, "1,999"),
    ],
)
def test_no_percentage_stands_without_what_it_is_out_of(number, of, words):
    assert Figure("x", "X", number, of).words == words


def test_a_percentage_is_the_same_as_words_and_as_a_number():
    figures = [Figure("x", "X", number, of) for of in (1, 3, 7, 999, 2000) for number in range(of + 1)]
    assert [one.percent for one in figures] == [f"{one.thousandths / 1000:.1%}" for one in figures]
    assert (Figure("x", "X", 0, 0).thousandths, Figure("x", "X", 5).thousandths) == (None, None)


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5")])
def test_a_small_number_is_not_told(number, words):
    assert shown_if_many("x", "X", number).words == words


def test_a_report_goes_to_json_and_back():
    contents = Contents(
        [Section("a", "A", [Figure("x", "X", 3, 4, "all")], "note")],
        [Picture("cover", "Cover falls", "may work", [Point("Jan", "2027-01-01", 3)])],
    )
    assert from_json(as_json(contents)) == contents


def test_themes_stand_alone_from_five_on():
    found = themes({"Process": 5, "CPD": 4, "Impasse": 3, "Ethics": 0})
    assert [(theme.label, theme.number) for theme in found] == [
        ("Process", 5),
        ("Other themes: CPD and impasse", 7),
    ]
    assert themes({"Process": 4}) == []


def test_one_small_theme_takes_the_next_smallest_with_it():
    found = themes({"Process": 9, "Ethics": 6, "CPD": 1})
    assert [(theme.label, theme.number) for theme in found] == [("Process", 9), ("Other themes: ethics and CPD", 7)]


def test_no_small_number_can_be_worked_out_from_what_is_told():
    """Whatever the counts: what is told are sums of at least five, of one theme or of at least two."""
    chance = random.Random(5)
    for _ in range(3000):
        counted = {f"T{place}": chance.choice([0, 0, 1, 2, 4, 5, 6, 30]) for place in range(chance.randrange(1, 8))}
        told = themes(counted)
        total = sum(counted.values())
        if total < 5:
            assert told == []
            continue
        assert sum(theme.number for theme in told) == total
        alone = [theme for theme in told if theme.label in counted]
        together = total - sum(theme.number for theme in alone)
        hidden = [number for label, number in counted.items() if number and label not in {one.label for one in alone}]
        assert all(theme.number == counted[theme.label] >= 5 for theme in alone)
        assert not hidden or (together >= 5 and (len(hidden) > 1 or (not alone and hidden[0] >= 5)))
