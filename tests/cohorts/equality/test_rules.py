"""The vectors of DOMAIN.md section 5, and what holds beside them."""

import pytest

from cohorts.rules.equality.marks import FEW, HIDDEN, in_words, mark_of, percent, range_of
from cohorts.rules.equality.publishing import is_worth_publishing, protect
from cohorts.rules.equality.ratios import Compared, compare, fisher_exact, rate_ratio, ratio_interval
from cohorts.rules.equality.worlds import Column


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5"), (7, "5"), (8, "10"), (12, "10"), (13, "15"),
     (22, "20"), (23, "25"), (1498, "1,500")],
)  # fmt: skip
def test_counts_are_rounded_to_the_nearest_five(count, shown):
    assert in_words(mark_of(count)) == shown


@pytest.mark.parametrize("count", range(60))
def test_the_range_of_a_mark_is_every_count_that_shows_it(count):
    low, high = range_of(mark_of(count), 1000)
    assert [n for n in range(200) if mark_of(n) == mark_of(count)] == list(range(low, high + 1))


def test_nobody_is_counted_below_nobody():
    with pytest.raises(ValueError, match="below zero"):
        mark_of(-1)


@pytest.mark.parametrize(
    ("mark", "total", "shown"),
    [
        (55, 105, 52),
        (105, 105, 100),
        (0, 105, 0),
        (50, 100, None),
        (FEW, 200, None),
        (HIDDEN, 200, None),
        (5, FEW, None),
    ],
)
def test_percentages_are_of_rounded_figures_above_a_hundred(mark, total, shown):
    assert percent(mark, total) == shown


@pytest.mark.parametrize(
    ("group", "reference", "ratio", "p"),
    [
        ((7, 20), (30, 60), 0.700, 0.3048),
        ((8, 20), (30, 60), 0.800, None),
        ((28, 80), (120, 240), 0.700, 0.0204),
        ((2, 4), (4, 5), 0.625, 0.5238),
        ((310, 400), (400, 500), 0.969, 0.3671),
    ],
)
def test_ratios_and_fishers_p_as_the_field_computes_them(group, reference, ratio, p):
    assert round(rate_ratio(*group, *reference), 3) == ratio
    if p is not None:
        assert round(fisher_exact(*group, *reference), 4) == p
        assert round(fisher_exact(*reference, *group), 4) == p


def test_the_interval_is_the_logarithms():
    low, high = ratio_interval(7, 20, 30, 60)
    assert (round(low, 3), round(high, 3)) == (0.366, 1.339)
    low, high = ratio_interval(0, 20, 30, 60)
    assert 0 < low < high < 1


def test_what_is_published_of_a_ratio_are_bands():
    found = compare([60, 20, 9, 30], [30, 7, 1, 10], groups=(0, 1, 2))
    assert found == {
        0: Compared("1", reference=True),
        1: Compared("0.5 to 0.8", "less than 0.5", "1.25 to 2", "0.2 or more"),
    }
    assert found[1].is_prompt
    assert not found[0].is_prompt


@pytest.mark.parametrize(
    ("applied", "selected", "compared"),
    [
        ([60, 10], [30, 5], {0, 1}),
        ([60, 9], [30, 5], set()),  # a group under ten
        ([600, 12], [300, 5], set()),  # under two in a hundred
        ([600, 13], [300, 5], {0, 1}),
        ([60, 20], [0, 0], set()),  # nobody was selected
        ([60, 20, 30], [30, 21, 3], {0, 2}),  # more selected than applied: figures of two days
    ],
)
def test_small_groups_are_not_compared(applied, selected, compared):
    assert set(compare(applied, selected, groups=range(len(applied)))) == compared


@pytest.mark.parametrize(
    ("now", "then", "worth"),
    [(9, None, False), (10, None, True), (19, 10, False), (20, 10, True), (20, 30, True), (21, 30, False)],
)
def test_figures_are_published_again_only_with_ten_more_behind_them(now, then, worth):
    assert is_worth_publishing(now, then) == worth


def test_a_count_that_the_total_would_give_away_is_protected():
    """56 applied, 4 and 52 of them: shown as "fewer than 5" and 50, only 4 would fit."""
    [column] = protect([], [Column("applied", [4, 52, 0, 0])], {1: [4, 52, 0, 0]}, groups=(0, 1), silent=3)
    assert column.marks.count(HIDDEN) == 1
    assert column.marks[1] == 50


def test_nobodys_answer_is_given_away_by_being_the_only_one():
    """Everybody answered alike: the figures of the stage would say of each of them what they answered."""
    [column] = protect([], [Column("applied", [20, 0, 0, 0])], {1: [20, 0, 0, 0]}, groups=(0, 1), silent=3)
    assert column.hidden


def test_a_report_never_gives_an_earlier_one_away():
    """The one who came on top is A, and A went from four to five: the second report waits."""
    old = Column("applied", [4, 30, 0, 6], fixed=True, published={})
    new = Column("applied", [5, 30, 0, 6])
    ways = {0b11: [4, 30, 0, 6], 0b10: [1, 0, 0, 0]}
    found = protect([old], [new], ways, groups=(0, 1), silent=3)
    assert all(0 in column.hidden for column in found)
