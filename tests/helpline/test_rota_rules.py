"""The rota, pure: the clocks of London, weeks that repeat, and what is left open."""

from datetime import UTC, date, datetime, time

import pytest

from accreditation.helpline.rules.rota import (
    Hours,
    Pattern,
    Stretch,
    days_of,
    gaps,
    hours_in_words,
    joined,
    open_on,
    overlap,
    read_hours,
    reasons_against,
    stretch,
)

TODAY = date(2027, 2, 2)
NINE, ONE, FIVE = time(9), time(13), time(17)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "starts", "ends", "hours"),
    [
        (date(2027, 2, 2), NINE, FIVE, (9, 17)),  # winter
        (date(2027, 3, 27), NINE, FIVE, (9, 17)),  # the day before the clocks go forward
        (date(2027, 3, 28), NINE, FIVE, (8, 16)),  # the day itself, and after
        (date(2027, 10, 30), NINE, FIVE, (8, 16)),
        (date(2027, 10, 31), NINE, FIVE, (9, 17)),  # the clocks go back
    ],
)
def test_a_shift_is_at_the_times_of_london(on, starts, ends, hours):
    found = stretch(on, starts, ends)
    assert (found.starts_at, found.ends_at) == (utc(on, hours[0]), utc(on, hours[1]))


def test_midnight_is_the_end_of_the_day_and_the_nights_of_the_clocks_have_their_length():
    assert stretch(date(2027, 2, 2), time(20), time()).ends_at == utc(date(2027, 2, 3), 0)
    assert stretch(date(2027, 3, 28), time(), time(6)).minutes == 5 * 60
    assert stretch(date(2027, 10, 31), time(), time(6)).minutes == 7 * 60


MONDAYS = Pattern(date(2027, 3, 22), NINE, ONE, last=date(2027, 4, 5), weekdays=frozenset({0}))


def test_a_pattern_repeats_through_its_last_day_and_leaves_bank_holidays_out_on_wish():
    assert days_of(MONDAYS) == ([date(2027, 3, 22), date(2027, 3, 29), date(2027, 4, 5)], [])
    without = Pattern(**{**MONDAYS.__dict__, "without_holidays": True})
    assert days_of(without) == ([date(2027, 3, 22), date(2027, 4, 5)], [date(2027, 3, 29)])  # Easter Monday
    shorter = Pattern(**{**MONDAYS.__dict__, "last": date(2027, 4, 4)})
    assert days_of(shorter)[0][-1] == date(2027, 3, 29)
    assert days_of(Pattern(TODAY, NINE, ONE)) == ([TODAY], [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"first": date(2027, 2, 1)}, "today or later"),
        ({"ends": NINE}, "must end after it starts"),
        ({"ends": time(8, 59)}, "must end after it starts"),
        ({"ends": time()}, None),
        ({"last": date(2027, 2, 9)}, "Choose the days of the week"),
        ({"weekdays": frozenset({1})}, "Enter the last day"),
        ({"weekdays": frozenset({1}), "last": date(2027, 2, 1)}, "must not be before the first"),
        ({"weekdays": frozenset({1}), "last": date(2028, 2, 8)}, None),  # 53 weeks
        ({"weekdays": frozenset({1}), "last": date(2028, 2, 9)}, "53 weeks at most: up to 8 February 2028"),
        ({"weekdays": frozenset({6}), "last": date(2027, 2, 5)}, "No day is left"),
        (
            {"first": date(2027, 3, 28), "starts": time(1, 30), "ends": time(4)},
            "The clocks go forward on 28 March 2027: there is no 1:30am",
        ),
        ({"first": date(2027, 10, 31), "starts": time(1, 30), "ends": time(4)}, None),
    ],
)
def test_what_cannot_be_put_on_the_rota(changes, said):
    found = reasons_against(Pattern(**{"first": TODAY, "starts": NINE, "ends": ONE, **changes}), on=TODAY)
    assert (said in " ".join(found)) if said else found == []


def of(starts: int, ends: int) -> Stretch:
    return Stretch(utc(TODAY, starts), utc(TODAY, ends))


@pytest.mark.parametrize(
    ("covered", "left"),
    [
        ([], [(9, 17)]),
        ([(9, 17)], []),
        ([(8, 18)], []),
        ([(9, 13), (13, 17)], []),  # touching
        ([(9, 13), (14, 17)], [(13, 14)]),
        ([(10, 12)], [(9, 10), (12, 17)]),
        ([(9, 15), (11, 12), (14, 16)], [(16, 17)]),  # one inside another
        ([(6, 9), (17, 20)], [(9, 17)]),
    ],
)
def test_gaps_are_what_is_left(covered, left):
    assert gaps([of(9, 17)], [of(*one) for one in covered]) == [of(*one) for one in left]


def test_shifts_that_touch_are_joined_and_do_not_overlap():
    assert joined([of(13, 17), of(9, 13)]) == [of(9, 17)]
    assert not overlap(of(9, 13), of(13, 17))
    assert overlap(of(9, 14), of(13, 17))


@pytest.mark.parametrize(
    ("days", "on", "opened"),
    [
        ("working_days", date(2027, 2, 5), True),
        ("working_days", date(2027, 2, 6), False),
        ("working_days", date(2027, 3, 29), False),
        ("weekdays", date(2027, 3, 29), True),
        ("weekdays", date(2027, 2, 6), False),
        ("every_day", date(2027, 2, 7), True),
    ],
)
def test_when_the_helpline_means_to_be_open(days, on, opened):
    assert (open_on(on, Hours(NINE, FIVE, days)) is not None) == opened


def test_hours_in_words():
    hours = read_hours("09:00", "17:30", "working_days")
    assert hours_in_words(hours, "") == "Monday to Friday, except bank holidays, 9:00am to 5:30pm"
    assert hours_in_words(read_hours("08:00", "00:00", "every_day"), "") == "Every day, 8:00am to midnight"
    assert hours_in_words(hours, "Mondays") == "Mondays"
    assert hours_in_words(read_hours("", "", "every_day"), "") == ""
