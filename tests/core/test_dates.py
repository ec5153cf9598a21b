"""Days as people write them."""

import contextlib
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accreditation.core.dates import NotADay, read_day, read_day_or_blank

DAY = date(2027, 3, 14)


@pytest.mark.parametrize(
    "written",
    [
        "14/3/2027",
        "14/03/2027",
        "14.03.2027",
        "14-3-2027",
        " 14 / 03 / 2027 ",
        "2027-03-14",
        "2027-03-14T00:00:00",
        "2027-03-14 00:00:00+00:00",
        "14 March 2027",
        "14 mar 2027",
        "14 MAR. 2027",
        "14-Mar-2027",
        "14th March, 2027",
        "Sunday 14 March 2027",
        "14\u00a0March\u00a02027",
        "14/03/2027 09:30",
        date(2027, 3, 14),
        datetime(2027, 3, 14, 9, 30),
    ],
)
def test_a_day_is_read_however_it_is_written(written):
    assert read_day(written) == DAY


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("31/06/2025", "31/06/2025 is not a date. June has 30 days."),
        ("29 February 2025", "29 February 2025 is not a date. February 2025 has 28 days."),
        ("03/04/25", "03/04/25 has a year of two digits, which does not say the century."),
        ("14/3/27", "Write the year with four digits."),
        ("14 mar 27", "Write the year with four digits."),
        ("12/31/2026", "There is no month 31. Write the day before the month"),
        ("2026-13-01", "There is no month 13."),
        ("0/1/2026", "January has 31 days."),
        ("14/03/0000", "There is no year 0."),
        ("14/03/12026", "Write the year with four digits."),
        ("14/03/1899", "14/03/1899 cannot be right. Years from 1900 to 2200 are read."),
        (date(2201, 1, 1), "01/01/2201 cannot be right."),
        ("14 Brumaire 2027", "“Brumaire” is not a month."),
        ("14/03-2027", "14/03-2027 is not a date. Write it as day, month and year"),
        ("=1+1", "=1+1 is not a date."),
        ("soon", "soon is not a date."),
        (46095, "46095 is a number, not a date."),
        (True, "There is no date."),
        ("   ", "There is no date."),
        ("x" * 400, "xxx… is not a date."),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(written, sentence):
    with pytest.raises(NotADay) as refusal:
        read_day(written)
    assert sentence in refusal.value.reasons[0]


@pytest.mark.parametrize("written", [None, "", " ", "-", "–", "n/a", "N/A", "n.a.", "NA", "none", "Unknown", "tbc"])
def test_nothing_known_is_never_a_date(written):
    assert read_day_or_blank(written) is None


def test_the_first_and_last_year_are_read_and_their_neighbours_not():
    assert read_day("01/01/1900") == date(1900, 1, 1)
    assert read_day("31/12/2200") == date(2200, 12, 31)
    for beyond in ("31/12/1899", "01/01/2201"):
        with pytest.raises(NotADay):
            read_day(beyond)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_is_read_back_in_every_style(day):
    for style in ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d %B %Y"):
        assert read_day(day.strftime(style)) == day


@given(st.text(max_size=60))
def test_any_text_is_a_day_or_a_refusal(text):
    with contextlib.suppress(NotADay):
        assert 1900 <= read_day(text).year <= 2200
