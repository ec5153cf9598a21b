"""What a contact led to in other rooms, for helpline advisers.

A room may not ask another. So whoever stands above them registers how it is found (`tells_what_followed`), and the page
of the contact shows what it gets, as values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar


@dataclass(frozen=True)
class LedTo:
    """One thing that followed. `what` and `state` in words; `url`: what an adviser may open; `call_off_url`: a POST."""

    what: str
    state: str
    tone: str
    url: str | None = None
    call_off_url: str | None = None


@dataclass(frozen=True)
class Way:
    """What can be made to follow from a contact: the words of the button and where it leads."""

    words: str
    url: str


Source = Callable[[int, date], Sequence[LedTo]]
Ways = Callable[[int], Sequence[Way]]
S = TypeVar("S", bound=Source)
W = TypeVar("W", bound=Ways)

SOURCES: list[Source] = []
WAYS: list[Ways] = []


def tells_what_followed(source: S) -> S:
    """Decorator: a function of the id of a contact and of the day."""
    if source not in SOURCES:
        SOURCES.append(source)
    return source


def offers_ways(source: W) -> W:
    """Decorator: a function of the id of a contact."""
    if source not in WAYS:
        WAYS.append(source)
    return source


def led_to(contact_id: int, on: date) -> list[LedTo]:
    return [one for source in SOURCES for one in source(contact_id, on)]


def ways_from(contact_id: int) -> list[Way]:
    return [way for source in WAYS for way in source(contact_id)]
