"""Calendar files as Outlook and every other calendar takes them: invitations in letters, and feeds to subscribe to.

RFC 5545, RFC 5546 and RFC 7986. Moments are written in UTC: a one-off event needs no time zone of its own, and 9:30am
in London stays 9:30am there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

PRODUCT = "-//Accreditation register//EN"
LINE = 75  # octets, without the line end (RFC 5545, 3.1)
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True)
class Event:
    """What a calendar shows. The same `uid` with a higher `sequence` replaces what it showed before."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str | None = None
    words: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class AllDay:
    """Something that is so on whole days, from `first` to `last`, both inclusive; it takes up nobody's time."""

    uid: str
    sequence: int
    first: date
    last: date
    title: str
    words: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    content: bytes
    method: Literal["REQUEST", "CANCEL"]


def invitation(event: Event, *, organiser: str, to: str, at: datetime, cancelled: bool = False) -> bytes:
    """The event as an .ics file: a request to note it, or the word that it is off. `at`: when this was written.

    `organiser` and `to` are e-mail addresses.
    """
    method = "CANCEL" if cancelled else "REQUEST"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_moment(at)}",
        f"DTSTART:{_moment(event.starts_at)}",
        f"DTEND:{_moment(event.ends_at)}",
        f"SUMMARY:{_text(event.title)}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"ORGANIZER:mailto:{_address(organiser)}",
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{_address(to)}",
    ]
    if event.place:
        lines.append(f"LOCATION:{_text(event.place)}")
    if event.words:
        lines.append(f"DESCRIPTION:{_text(event.words)}")
    if event.link:
        lines.append(f"URL:{_address(event.link)}")
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return b"".join(_folded(line) for line in lines)


def feed(entries: Iterable[Event | AllDay], *, name: str, at: datetime) -> bytes:
    """What a calendar that has subscribed shows: all of these and nothing else. `name`: what it is called there.

    What is no longer among them leaves the calendar when it next asks, which is every few hours.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{ASK_AGAIN}",
        f"X-PUBLISHED-TTL:{ASK_AGAIN}",
    ]
    for entry in entries:
        lines += ["BEGIN:VEVENT", f"UID:{_text(entry.uid)}", f"SEQUENCE:{entry.sequence}", f"DTSTAMP:{_moment(at)}"]
        if isinstance(entry, Event):
            lines += [f"DTSTART:{_moment(entry.starts_at)}", f"DTEND:{_moment(entry.ends_at)}"]
            if entry.place:
                lines.append(f"LOCATION:{_text(entry.place)}")
        else:
            lines += [f"DTSTART;VALUE=DATE:{_day(entry.first)}", f"DTEND;VALUE=DATE:{_day(_after(entry.last))}"]
            lines.append("TRANSP:TRANSPARENT")
        lines += [f"SUMMARY:{_text(entry.title)}", "CLASS:PRIVATE"]
        if entry.words:
            lines.append(f"DESCRIPTION:{_text(entry.words)}")
        if entry.link:
            lines.append(f"URL:{_address(entry.link)}")
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


ASK_AGAIN = "PT4H"
"""How often a calendar should ask again; most ask when they like."""


def _day(on: date) -> str:
    return on.strftime("%Y%m%d")


def _after(on: date) -> date:
    return on + timedelta(days=1)  # DTEND is the first day on which it is no longer so


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """What somebody typed, so that it stays one value: no line end of theirs begins a property."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or c == "\t" or (ord(c) >= 32 and ord(c) != 127)).translate(ESCAPED)


def _address(address: str) -> str:
    """An address or link stands unescaped, so it may hold nothing that ends the line."""
    return "".join(address.split())


def _folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, each but the first after a space, never inside a character."""
    pieces: list[str] = []
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LINE - (1 if pieces else 0):
            pieces.append(piece)
            piece, size = "", 0
        piece, size = piece + character, size + width
    pieces.append(piece)
    return "\r\n ".join(pieces).encode() + b"\r\n"
