"""The audit trail: who did what to whose record, when; hash-chained in the same transaction as the change.

The chain holds a hash of the readable details; the details themselves stand in a table of their own, so that
they can be erased for a person without breaking the chain. Columns marked `info={"sensitive": True}` are named there,
their values are not. `h = HMAC-SHA256(key, previous hash + canonical entry)`, the key outside the database.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from sqlalchemy import DDL, ForeignKey, Index, event, insert, inspect, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from accreditation.core import clock
from accreditation.core.database import BEFORE_COMMIT, Base, append_only, db, transaction

GENESIS = "0" * 64  # what the first entry follows


@append_only
class AuditEntry(Base):
    """One link of the chain. `seq` has no holes; `at` is UTC text of fixed width, the same on every database."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_type", "subject_id"),
        Index("ix_audit_entry_at", "at", "action"),  # what was done lately, by kind: read from the index alone
    )
    __audited__ = False  # it is the trail

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    channel: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    subject_type: Mapped[str | None]
    subject_id: Mapped[int | None]
    about_id: Mapped[int | None] = mapped_column(index=True)
    detail_hash: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class AuditDetail(Base):
    """The readable part of an entry, with a random salt so that an erased one cannot be guessed from its hash."""

    __tablename__ = "audit_detail"
    __audited__ = False

    seq: Mapped[int] = mapped_column(ForeignKey("audit_entry.seq"), primary_key=True, autoincrement=False)
    salt: Mapped[str]
    text: Mapped[str]


class AuditHead(Base):
    """The last link: one row, locked while the chain grows, so that writers come one after the other."""

    __tablename__ = "audit_head"
    __audited__ = False

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str]


event.listen(
    AuditHead.__table__,
    "after_create",
    DDL("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '" + GENESIS + "')"),  # type: ignore[no-untyped-call] # noqa: S608
)


EXCEPTION = "confirmed without a second practice manager"
"""The action of each entry that an administrator stood in for a second practice manager: listed and counted by it."""


@dataclass(frozen=True)
class Actor:
    person_id: int | None
    channel: str  # web, command, scheduler


NOBODY_IN_PARTICULAR = Actor(None, "command")
_actor: ContextVar[Actor] = ContextVar("actor", default=NOBODY_IN_PARTICULAR)


@contextmanager
def acting_as(person_id: int | None, channel: str) -> Iterator[None]:
    """Everything inside is done by this person (None: nobody in particular, as the scheduler) through this door."""
    token = _actor.set(Actor(person_id, channel))
    try:
        yield
    finally:
        _actor.reset(token)


def note(action: str, *, subject: tuple[str, int] | None = None, about_id: int | None = None, **details: Any) -> None:
    """Add an entry by hand to the transaction that is open: for what is not a changed row, such as an export."""
    session = db.session()
    if not session.info.get("writing"):
        raise RuntimeError("audit.note() outside transaction()")
    _pending(session).append((_actor.get(), action, subject or (None, None), about_id, details))


def note_exception(subject: tuple[str, int], *, about_id: int | None = None, **details: Any) -> None:
    """Mark that an administrator was the second person, because the service had no other practice manager."""
    note(EXCEPTION, subject=subject, about_id=about_id, **details)


def sensitive_read(what: str, *, about_id: int | None = None, **details: Any) -> None:
    """Record a look at something sensitive before it is shown: no entry, no page. Opens its own transaction."""
    with transaction():
        note(f"read {what}", about_id=about_id, **details)


# --- what changed ----------------------------------------------------------------------------------------------------


def _pending(session: Session) -> list[tuple[Actor, str, tuple[str | None, int | None], int | None, dict[str, Any]]]:
    pending: list[Any] = session.info.setdefault("changes", [])
    return pending


@event.listens_for(Session, "after_flush")
def _collect(session: Session, _: object) -> None:
    for row in session.new:
        if row.__audited__:
            _add(session, "added", row, _values(row))
    for row in session.dirty:
        if row.__audited__ and (changed := _changes(row)):
            _add(session, "changed", row, changed)
    for row in session.deleted:
        if row.__audited__:
            _add(session, "removed", row, _values(row))


def _add(session: Session, action: str, row: Any, details: dict[str, Any]) -> None:
    identity = inspect(row).mapper.primary_key_from_instance(row)[0]
    about_id = identity if row.__tablename__ == "person" else getattr(row, "person_id", None)
    subject_id = identity if isinstance(identity, int) else None
    if subject_id is None:
        details = {"key": str(identity), **details}
    _pending(session).append((_actor.get(), action, (row.__tablename__, subject_id), about_id, details))


def _values(row: Any) -> dict[str, Any]:
    shown = {}
    for attribute in inspect(row).mapper.column_attrs:
        value = getattr(row, attribute.key)
        if value is not None and attribute.key != "id":
            shown[attribute.key] = "(not shown)" if attribute.columns[0].info.get("sensitive") else value
    return shown


def _changes(row: Any) -> dict[str, Any]:
    state = inspect(row)
    changed = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if history.has_changes():
            before, after = (history.deleted or [None])[0], (history.added or [None])[0]
            if before != after:
                sensitive = attribute.columns[0].info.get("sensitive")
                changed[attribute.key] = "(not shown)" if sensitive else [before, after]
    return changed


def _write(session: Session) -> None:
    """Close the chain over everything the transaction changed, last thing before its commit."""
    pending = session.info.pop("changes", None)
    if not pending:
        return
    key, written = _key(), []
    for actor, action, subject, about_id, shown in pending:
        salt, text = secrets.token_hex(8), json.dumps(shown, default=str, ensure_ascii=False, sort_keys=True)
        written.append((actor, action, subject, about_id, salt, text))
    # From here on every other writer waits: nothing is asked or worked out that could have been before.
    connection = session.connection()
    seq, previous = connection.execute(HEAD).one()
    at = moment_text(clock.now())
    entries, details = [], []
    for actor, action, (subject_type, subject_id), about_id, salt, text in written:
        seq += 1
        entry: dict[str, Any] = {
            "seq": seq,
            "at": at,
            "actor_id": actor.person_id,
            "channel": actor.channel,
            "action": action,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "about_id": about_id,
            "detail_hash": hashlib.sha256((salt + text).encode()).hexdigest(),
            "previous": previous,
        }
        previous = entry["hash"] = _link(key, entry)
        entries.append(entry)
        details.append({"seq": seq, "salt": salt, "text": text})
    connection.execute(insert(AuditEntry), entries)
    connection.execute(insert(AuditDetail), details)
    connection.execute(update(AuditHead).where(AuditHead.id == 1).values(seq=seq, hash=previous))
    if head := session.identity_map.get(session.identity_key(AuditHead, 1)):
        session.expire(head)


BEFORE_COMMIT.append(_write)

HEAD = select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1).with_for_update()


def _link(key: bytes, entry: dict[str, Any]) -> str:
    canonical = json.dumps([entry[name] for name in _LINKED], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


_LINKED = (
    "previous",
    "seq",
    "at",
    "actor_id",
    "channel",
    "action",
    "subject_type",
    "subject_id",
    "about_id",
    "detail_hash",
)


def _key() -> bytes:
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), b"audit chain", hashlib.sha256).digest()


def moment_text(moment: datetime) -> str:
    """As the trail writes its moments: UTC text of fixed width, so that text order is the order of time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(entry: "AuditEntry") -> datetime:
    """When the entry was written, read back."""
    return datetime.fromisoformat(entry.at)


# --- proving it ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AuditReport:
    """`entries` read; `broken_at` the first seq that does not hold, with the reason in words; None when all hold."""

    entries: int
    broken_at: int | None = None
    reason: str | None = None


def position() -> tuple[int, str]:
    """The number and the hash of the last entry: noted somewhere else, it proves later that nothing before it moved."""
    head = db.session.get_one(AuditHead, 1, populate_existing=True)
    return head.seq, head.hash


def holds(seq: int, noted: str) -> bool:
    """Whether that entry of the trail has the hash that was noted. The chain itself is for `verify` to walk."""
    found = db.session.scalar(select(AuditEntry.hash).where(AuditEntry.seq == seq))
    return found is not None and hmac.compare_digest(found, noted.strip().lower())


def verify() -> AuditReport:
    """Walk the whole chain. Finds an edited, removed, moved or cut-off entry, and details that were altered.

    The head is read first: what others add during the walk stands after it, and is walked over like the rest.
    """
    key, previous, count = _key(), GENESIS, 0
    head = db.session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)).one()
    at_head = GENESIS
    columns = [getattr(AuditEntry, name) for name in (*_LINKED, "hash")]
    query = (
        select(*columns, AuditDetail.salt, AuditDetail.text)
        .outerjoin(AuditDetail, AuditDetail.seq == AuditEntry.seq)
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=5000)
    )
    with db.session.execute(query) as found:
        for row in found:
            count += 1
            if row.seq != count:
                return AuditReport(count, count, "an entry is missing")
            if row.previous != previous or not hmac.compare_digest(row.hash, _link(key, row._asdict())):
                return AuditReport(count, row.seq, "the entry was altered")
            if row.salt is not None and hashlib.sha256((row.salt + row.text).encode()).hexdigest() != row.detail_hash:
                return AuditReport(count, row.seq, "its details were altered")
            previous = row.hash
            if count == head.seq:
                at_head = previous
    newest = db.session.scalar(select(AuditHead.seq).where(AuditHead.id == 1)) or 0
    if count < head.seq or at_head != head.hash or newest < count:
        return AuditReport(count, count + 1, "entries at the end are missing")
    return AuditReport(count)
