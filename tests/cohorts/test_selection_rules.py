"""What a mark weighs, who reads next, and what gives away who wrote it."""

import pytest

from cohorts.rules.blind import Identity, masked
from cohorts.rules.marking import Reader, Weighed, choose_readers, total, widest


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([{1: 4, 2: 4}, {1: 4, 2: 4}], 10_000),
        ([{1: 0, 2: 0}, {1: 0, 2: 0}], 0),
        ([{1: 4, 2: 0}, {1: 2, 2: 1}], 5417),  # (8 + 0 + 4 + 1) of 24 is 54.1666…
        ([{1: 3, 2: 3}], 7500),
        ([], 0),
    ],
)
def test_a_total_is_the_weighted_mean_in_hundredths_of_a_percent(marks, expected):
    assert total(marks, [Weighed(1, 2), Weighed(2, 1)], 4) == expected


def test_the_spread_is_the_furthest_that_two_marks_of_one_criterion_lie_apart():
    assert widest([{1: 4, 2: 0}, {1: 1, 2: 0}]) == 3
    assert widest([{1: 4}]) == 0


def test_whoever_has_least_reads_next():
    assert choose_readers([Reader(1, 3), Reader(2, 1), Reader(3, 1)], 2) == [2, 3]
    assert choose_readers([Reader(1, 0)], 0) == []


ADA = Identity(("Zoë", "Okafor-Smith", "Morgan Reyes", "zoe okafor"), ("208566", "Croydon"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am Zoë Okafor-Smith.", "I am [removed]."),
        ("ZOE said: okafor’s way", "[removed] said: [removed] way"),
        ("Zoe’s manager Morgan agrees", "[removed] manager [removed] agrees"),
        ("Write to zoe@home.example or ring 020 7946 0123.", "Write to [removed] or ring [removed]."),
        ("My number is 208566, in Croydon", "My number is [removed], in [removed]"),
        ("I listened to 12 people in 2026", "I listened to 12 people in 2026"),
        ("Smithfield is a market", "Smithfield is a market"),
    ],
)
def test_what_says_who_wrote_it_is_taken_out(text, expected):
    assert masked(text, ADA) == expected


def test_a_name_that_is_a_word_is_taken_out_where_it_is_a_name():
    will = Identity(("Will", "van der Berg"))
    assert masked("I will listen. Will listens. The Bergs, van and der.", will) == (
        "I will listen. [removed] listens. The Bergs, van and der."
    )
