"""Making and ending the private addresses that calendars read. Callers hold the transaction; nothing here commits."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.tokens import hash_of
from accreditation.people.models import CalendarFeed, Feed
from accreditation.people.queries import feeds_in_use, lock_person

TOKEN_BYTES = 32


def make_feed(record_id: int, feed: Feed, *, also: Iterable[str] = (), at: datetime) -> str:
    """A new address for this account's record; the one before stops working. Its token, which nobody can find again."""
    lock_person(record_id)
    before = _end(record_id, feed, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = CalendarFeed(person_id=record_id, feed=feed.value, also=_codes(also), token_hash=hash_of(token), made_at=at)
    db.session.add(made)
    db.session.flush()
    audit.note(
        "made a calendar address",
        subject=("calendar_feed", made.id),
        about_id=record_id,
        feed=feed.value,
        also=made.also,
        in_place_of=before.id if before else None,
    )
    return token


def stop_feed(record_id: int, feed: Feed, *, at: datetime) -> bool:
    """The address stops working. Whether there was one; stopping twice stops once."""
    lock_person(record_id)
    ended = _end(record_id, feed, at)
    if ended is None:
        return False
    audit.note("stopped a calendar address", subject=("calendar_feed", ended.id), about_id=record_id, feed=feed.value)
    return True


def stop_feeds_of(record_id: int, *, at: datetime) -> int:
    """Every address of this account's record stops working: nobody signs in with it any more. How many that were."""
    return sum(stop_feed(record_id, feed, at=at) for feed in sorted(feeds_in_use(record_id)))


def choose_shown(record_id: int, feed: Feed, also: Iterable[str]) -> None:
    """What else the feed shows, of what is shown only on request. The address stays."""
    lock_person(record_id)
    found = _in_use(record_id, feed)
    if found is not None and found.also != _codes(also):
        found.also = _codes(also)
        audit.note(
            "changed what a calendar address shows",
            subject=("calendar_feed", found.id),
            about_id=record_id,
            feed=feed.value,
            also=found.also,
        )


def note_read(feed_id: int, *, at: datetime) -> None:
    """A calendar has asked."""
    db.session.get_one(CalendarFeed, feed_id, with_for_update=True, populate_existing=True).last_read_at = at


def _codes(also: Iterable[str]) -> str:
    return " ".join(sorted(set(also)))


def _in_use(record_id: int, feed: Feed) -> CalendarFeed | None:
    query = select(CalendarFeed).where(CalendarFeed.person_id == record_id, CalendarFeed.feed == feed.value)
    return db.session.scalar(query.where(CalendarFeed.ended_at.is_(None)).execution_options(populate_existing=True))


def _end(record_id: int, feed: Feed, at: datetime) -> CalendarFeed | None:
    found = _in_use(record_id, feed)
    if found is not None:
        found.ended_at = at
        db.session.flush()
    return found
