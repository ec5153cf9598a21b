"""Calendar files: what RFC 5545 and 5546 ask of one event."""

from datetime import UTC, datetime, timedelta

from accreditation.core.calendar import LONDON
from accreditation.core.ics import Event, invitation

AT = datetime(2027, 2, 2, 10, tzinfo=UTC)


def event(**details):
    starts_at = datetime(2027, 7, 1, 9, 30, tzinfo=LONDON)
    return Event(
        **{
            "uid": "abc@example.police.uk",
            "sequence": 2,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=7),
            "title": "Day 1",
        }
        | details
    )


def lines(content):
    assert content.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    return content.decode().replace("\r\n ", "").split("\r\n")


def write(cancelled=False, **details):
    organiser, to = "register@example.police.uk", "ada@example.police.uk"
    return lines(invitation(event(**details), organiser=organiser, to=to, at=AT, cancelled=cancelled))


def test_half_past_nine_in_a_london_summer_is_half_past_eight_in_utc():
    found = write()
    assert "DTSTART:20270701T083000Z" in found
    assert "DTEND:20270701T153000Z" in found
    assert "DTSTAMP:20270202T100000Z" in found


def test_a_request_and_its_cancellation_name_the_same_event():
    asked, off = write(), write(cancelled=True, sequence=3)
    for found, method, status, sequence in ((asked, "REQUEST", "CONFIRMED", 2), (off, "CANCEL", "CANCELLED", 3)):
        assert {f"METHOD:{method}", f"STATUS:{status}", f"SEQUENCE:{sequence}", "UID:abc@example.police.uk"} <= set(
            found
        )
        assert "ORGANIZER:mailto:register@example.police.uk" in found


def test_what_somebody_typed_begins_no_property():
    found = write(title="Day 1\r\nATTENDEE:mailto:eve@example.com", place="Room 4; Gordon House, \\ left", words="a\nb")
    assert "SUMMARY:Day 1\\nATTENDEE:mailto:eve@example.com" in found
    assert "LOCATION:Room 4\\; Gordon House\\, \\\\ left" in found
    assert "DESCRIPTION:a\\nb" in found


def test_long_lines_are_folded_between_characters():
    assert "SUMMARY:" + "Żółć " * 60 + "end" in write(title="Żółć " * 60 + "end")


def test_a_link_holds_no_line_end():
    assert "URL:https://meet.example/aEND:VCALENDAR" in write(link="https://meet.example/a\r\nEND:VCALENDAR")
