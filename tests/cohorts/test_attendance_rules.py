"""Attendance: what a mark says, and how hours are counted."""

import pytest

from cohorts.rules.attendance import (
    Counted,
    Mark,
    NotAMark,
    lacks_a_record,
    minutes_attended,
    minutes_counted,
    percent_attended,
    read_mark,
    written,
)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("", None),
        ("  ", None),
        ("p", Mark("present")),
        ("Present", Mark("present")),
        ("A", Mark("apology")),
        ("apologies", Mark("apology")),
        ("N", Mark("no_show")),
        ("No-show", Mark("no_show")),
        ("did not attend", Mark("no_show")),
        ("3.5", Mark("part", 210)),
        ("3,5", Mark("part", 210)),
        ("4h", Mark("part", 240)),
        ("part 4 hours", Mark("part", 240)),
        ("1.33", Mark("part", 80)),
    ],
)
def test_a_mark_is_read_however_people_write_it(text, mark):
    assert read_mark(text) == mark


@pytest.mark.parametrize("text", ["x", "P A", "-2", "0", "3.5.1", "100", "=1+2"])
def test_what_is_no_mark_is_refused_with_what_would_be(text):
    with pytest.raises(NotAMark, match="Write"):
        read_mark(text)


@pytest.mark.parametrize("text", ["", "P", "A", "N", "3.5", "1.33", "6"])
def test_what_is_shown_is_read_back_as_it_was(text):
    assert written(read_mark(text)) == text


def test_hours_add_up_and_a_percent_is_never_rounded_up():
    sessions = [
        Counted(360, Mark("present")),
        Counted(360, Mark("part", 210)),
        Counted(360, Mark("apology")),
        Counted(360, None),
    ]
    assert minutes_attended(sessions) == 570
    assert [percent_attended(minutes, 1440) for minutes in (0, 1151, 1152, 1439, 1440)] == [0, 79, 80, 99, 100]


@pytest.mark.parametrize(("own", "brought", "counted"), [(0, 0, 0), (360, 180, 540), (540, 180, 720), (700, 360, 720)])
def test_what_was_brought_along_counts_up_to_all_of_the_training(own, brought, counted):
    assert minutes_counted(own, brought, 720) == counted


@pytest.mark.parametrize(("unrecorded", "lacks"), [(0, False), (359, False), (360, False), (361, True)])
def test_no_more_may_be_unrecorded_than_was_brought_along(unrecorded, lacks):
    assert lacks_a_record(unrecorded, 360) is lacks
