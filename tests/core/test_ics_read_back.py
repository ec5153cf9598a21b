"""Calendar files as somebody else's parser reads them: the same moments, the same words, across both clock changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from accreditation.core.calendar import LONDON
from accreditation.core.ics import AllDay, Event, feed, invitation

AT = datetime(2027, 2, 2, 10, tzinfo=UTC)
AWKWARD = "Żółć; a, b \\ c: “d” 🎓\nsecond line\n" + "Straße und Übung, " * 12


def event(on: date, starts: time = time(9, 30), hours: int = 7, **details) -> Event:
    starts_at = datetime.combine(on, starts, LONDON)
    ends_at = datetime.combine(on, time(starts.hour + hours, starts.minute), LONDON)
    return Event(
        **{"uid": "abc@example", "sequence": 3, "starts_at": starts_at, "ends_at": ends_at, "title": "Day"} | details
    )


def read(content: bytes) -> Calendar:
    """As bytes arrive: line ends and their length are looked at, then the parser takes it without a complaint."""
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no line ends inside a character
    found = Calendar.from_ical(content)
    assert not found.errors
    assert all(not part.errors for part in found.walk())
    return found


def written(one: Event | AllDay) -> list[Calendar]:
    return [
        read(feed([one], name="Register", at=AT)),
        *(
            read(invitation(one, organiser="register@example.police.uk", to="ada@example.police.uk", at=AT))
            for _ in range(isinstance(one, Event))
        ),
    ]


@pytest.mark.parametrize(
    ("on", "offset"),
    [
        (date(2027, 3, 27), 0),  # the day before the clocks go forward
        (date(2027, 3, 28), 1),
        (date(2027, 3, 29), 1),
        (date(2027, 10, 30), 1),  # the day before they go back
        (date(2027, 10, 31), 0),
        (date(2027, 11, 1), 0),
    ],
)
def test_half_past_nine_stays_half_past_nine_in_london(on, offset):
    for calendar in written(event(on)):
        [found] = calendar.walk("VEVENT")
        assert found["DTSTART"].dt == datetime.combine(on, time(9, 30), UTC) - timedelta(hours=offset)
        assert found["DTSTART"].dt.astimezone(LONDON).time() == time(9, 30)
        assert found["DTEND"].dt.astimezone(LONDON).time() == time(16, 30)


@pytest.mark.parametrize(("on", "hours"), [(date(2027, 3, 28), 2), (date(2027, 10, 31), 4), (date(2027, 11, 7), 3)])
def test_a_night_in_which_the_clocks_change_lasts_as_long_as_it_does(on, hours):
    """Half past midnight to half past three on the wall: an hour less in spring, an hour more in autumn."""
    for calendar in written(event(on, time(0, 30), 3)):
        [found] = calendar.walk("VEVENT")
        assert found["DTEND"].dt - found["DTSTART"].dt == timedelta(hours=hours)


def test_both_halves_of_the_hour_that_comes_twice_are_kept_apart():
    first = datetime(2027, 10, 31, 1, 30, tzinfo=LONDON)
    again = first.replace(fold=1)
    for starts_at, utc_hour in ((first, 0), (again, 1)):
        one = event(date(2027, 10, 31), starts_at=starts_at, ends_at=starts_at.astimezone(UTC) + timedelta(hours=2))
        for calendar in written(one):
            [found] = calendar.walk("VEVENT")
            assert found["DTSTART"].dt == datetime(2027, 10, 31, utc_hour, 30, tzinfo=UTC)


@pytest.mark.parametrize("last", [date(2027, 3, 27), date(2027, 3, 28), date(2027, 10, 31), date(2028, 2, 29)])
def test_an_all_day_entry_is_on_its_days_and_on_no_other(last):
    for first in (last, last - timedelta(2)):
        [calendar] = written(AllDay("ends@example", 0, first, last, "Last day"))
        [found] = calendar.walk("VEVENT")
        assert (found["DTSTART"].dt, found["DTEND"].dt) == (first, last + timedelta(1))
        assert type(found["DTSTART"].dt) is date
        assert found["TRANSP"] == "TRANSPARENT"


def test_commas_semicolons_backslashes_lines_and_letters_come_back_as_they_were_typed():
    for calendar in written(event(date(2027, 3, 2), title=AWKWARD, place=AWKWARD, words=AWKWARD)):
        [found] = calendar.walk("VEVENT")
        assert {str(found[name]) for name in ("SUMMARY", "LOCATION", "DESCRIPTION")} == {AWKWARD}


@pytest.mark.parametrize("length", range(55, 80))
@pytest.mark.parametrize("letter", ["a", "é", "—", "🎓"])
def test_every_length_around_the_fold_is_read_back(length, letter):
    for calendar in written(event(date(2027, 3, 2), title=letter * length)):
        [found] = calendar.walk("VEVENT")
        assert str(found["SUMMARY"]) == letter * length


def test_what_a_title_holds_is_no_second_event():
    typed = "Day\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil"
    for calendar in written(event(date(2027, 3, 2), title=typed, link="https://x.example/\r\nEND:VEVENT")):
        [found] = calendar.walk("VEVENT")
        assert str(found["UID"]) == "abc@example"


def test_an_invitation_and_its_end_are_told_apart_by_method_and_sequence():
    one = event(date(2027, 3, 2))
    for cancelled, method, status in ((False, "REQUEST", "CONFIRMED"), (True, "CANCEL", "CANCELLED")):
        calendar = read(invitation(one, organiser="r@example", to="a@example", at=AT, cancelled=cancelled))
        [found] = calendar.walk("VEVENT")
        assert (calendar["METHOD"], found["STATUS"], found["SEQUENCE"]) == (method, status, 3)


def test_a_feed_says_what_it_is_called_and_when_to_ask_again():
    calendar = read(feed([], name="Register of ours", at=AT))
    assert (calendar["METHOD"], str(calendar["NAME"])) == ("PUBLISH", "Register of ours")
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=4)
    assert list(calendar.walk("VEVENT")) == []
