"""What a feed shows: each room brings its dates (`calendar_source`), and every read asks anew what may be told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.ics import AllDay, Event
from accreditation.core.permissions import Permission
from accreditation.core.tokens import hash_of, same
from accreditation.people.models import CalendarFeed, Feed, Person
from accreditation.people.queries.people import viewer_of
from accreditation.people.rules import Viewer

KEPT_DAYS = 92


def kept_from(on: date) -> date:
    """The first day (inclusive) whose dates a feed still shows on that day."""
    return on - timedelta(days=KEPT_DAYS)


Entry = Event | AllDay
Entries = Callable[[Viewer, date], Iterable[Entry]]


@dataclass(frozen=True)
class Source:
    """One kind of dates, in the words of the page on which feeds are made.

    `on_request`: shown only to who has ticked it. `entries` is called with a viewer who holds only the grants that
    carry `permission`, and with the day of the read: see `kept_from`.
    """

    code: str
    label: str
    feed: Feed
    permission: Permission
    on_request: bool
    entries: Entries


SOURCES: dict[tuple[Feed, str], Source] = {}


def calendar_source(
    code: str, label: str, *, feed: Feed, permission: Permission, on_request: bool = False
) -> Callable[[Entries], Entries]:
    """Register dates for a feed; whoever has no grant with `permission` is not offered them and never gets them."""

    def register(entries: Entries) -> Entries:
        if (feed, code) in SOURCES:
            raise RuntimeError(f"two functions give “{code}” to the feed “{feed}”")
        SOURCES[feed, code] = Source(code, label, feed, permission, on_request, entries)
        return entries

    return register


def sources_for(viewer: Viewer, feed: Feed) -> list[Source]:
    """What there is for this viewer, by its words; nothing: they are offered no such feed."""
    found = [one for one in SOURCES.values() if one.feed is feed and viewer.may_somewhere(one.permission)]
    return sorted(found, key=lambda one: (one.on_request, one.label))


def feeds_in_use(record_id: int) -> dict[Feed, CalendarFeed]:
    """The addresses of this account's record that have not been ended."""
    query = select(CalendarFeed).where(CalendarFeed.person_id == record_id, CalendarFeed.ended_at.is_(None))
    return {Feed(row.feed): row for row in db.session.scalars(query)}


def find_feed(token: str) -> CalendarFeed | None:
    """The feed with this token, ended or not. Found by its hash, so that the time tells nothing of a token."""
    wanted = hash_of(token)
    found = db.session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == wanted))
    return found if same(found.token_hash if found else hash_of(""), wanted) else None


def entries_of(found: CalendarFeed, on: date) -> list[Entry] | None:
    """What the feed shows on that day, by the grants of that day. None when there is nobody any more to show it to."""
    person = db.session.get_one(Person, found.person_id).counted
    if found.ended_at is not None or (person.left_on is not None and person.left_on <= on):
        return None
    viewer = viewer_of(found.person_id, on)
    sources = sources_for(viewer, Feed(found.feed))
    if not sources:
        return None
    return [
        entry
        for source in sources
        if not source.on_request or source.code in found.asked_for
        for entry in source.entries(viewer.limited_to(source.permission), on)
    ]
