"""How days, moments and numbers read."""

from datetime import UTC, date, datetime

import pytest

from accreditation.web import words

TODAY = date(2027, 2, 2)


def test_a_day_reads_as_the_office_writes_it():
    assert words.day(date(2027, 3, 14)) == "14 March 2027"
    assert words.short_day(date(2027, 9, 1)) == "1 Sep 2027"


@pytest.mark.parametrize("nothing", [None, date.max])
def test_no_day_and_no_end_say_nothing(nothing):
    assert (words.day(nothing), words.short_day(nothing), words.days_from(nothing, TODAY)) == ("", "", "")


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2027, 1, 14, 9, 30, tzinfo=UTC), "14 January 2027 at 9:30am"),
        (datetime(2027, 7, 14, 9, 30, tzinfo=UTC), "14 July 2027 at 10:30am"),
        (datetime(2027, 7, 14, 23, 30, tzinfo=UTC), "15 July 2027 at 12:30am"),  # the day in London, not in UTC
        (datetime(2027, 1, 14, 12, 0, tzinfo=UTC), "14 January 2027 at 12:00pm"),
    ],
)
def test_a_moment_is_said_in_london(moment, said):
    assert words.moment(moment) == said


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2027, 2, 2), "today"),
        (date(2027, 2, 3), "tomorrow"),
        (date(2027, 2, 1), "yesterday"),
        (date(2027, 2, 14), "in 12 days"),
        (date(2027, 1, 21), "12 days ago"),
        (date(2027, 8, 2), "in 6 months"),
        (date(2034, 2, 2), "in 7 years"),
    ],
)
def test_the_distance_stands_beside_a_date(on, said):
    assert words.days_from(on, TODAY) == said


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2027, 3, 14), date(2027, 3, 16), "14"),
        (date(2027, 3, 14), date(2027, 4, 2), "14 March"),
        (date(2026, 12, 30), date(2027, 1, 2), "30 December 2026"),
    ],
)
def test_a_range_says_nothing_twice(first, last, said):
    assert words.day_until(first, last) == said


def test_numbers_are_counted_in_words():
    assert words.plural(1, "candidate") == "1 candidate"
    assert words.plural(1204, "candidate") == "1,204 candidates"
    assert words.plural(0, "person", "people") == "no people"
    assert words.sentence_list(["CTC", "practice", "CPD"]) == "CTC, practice and CPD"
