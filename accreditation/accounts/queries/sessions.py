"""Whose session a token opens, and which sessions somebody has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from accreditation.accounts.models import Account, UserSession
from accreditation.accounts.rules.limits import ABSOLUTE_LIMIT, IDLE_LIMIT
from accreditation.accounts.rules.tokens import hash_of
from accreditation.core.database import db, rows_of
from accreditation.people.models import Person


@dataclass(frozen=True)
class OpenSession:
    """What a request needs to know of the session that it came with. `name`: that of the person."""

    id: int
    account_id: int
    person_id: int
    last_seen_at: datetime
    name: str = ""


def is_open(now: datetime) -> ColumnElement[bool]:
    """Neither ended, nor idle for too long, nor too old."""
    return _is_open(now - ABSOLUTE_LIMIT, now - IDLE_LIMIT)


def _is_open(opened_after: Any, seen_after: Any) -> ColumnElement[bool]:
    since = and_(UserSession.created_at > opened_after, UserSession.last_seen_at > seen_after)
    return and_(UserSession.ended_at.is_(None), since)


def find_session(token: str, now: datetime) -> OpenSession | None:
    """The open session of an account that is not disabled, in one statement; None for every other token."""
    asked = {"token_hash": hash_of(token), "opened": now - ABSOLUTE_LIMIT, "seen": now - IDLE_LIMIT}
    row = rows_of(OPEN_SESSION, asked).one_or_none()
    if row is None:
        return None
    name = f"{row.given_name} {row.family_name}".strip()
    return OpenSession(row[0], row[1], row[2], row[3], name)


_kept = aliased(Person)


OPEN_SESSION = (  # put together once: every request asks for it
    select(
        UserSession.id,
        Account.id,
        Account.person_id,
        UserSession.last_seen_at,
        func.coalesce(_kept.given_name, Person.given_name).label("given_name"),
        func.coalesce(_kept.family_name, Person.family_name).label("family_name"),
    )
    .join(Account, Account.id == UserSession.account_id)
    .join(Person, Person.id == Account.person_id)
    .outerjoin(_kept, _kept.id == Person.merged_into_id)
    .where(
        UserSession.token_hash == bindparam("token_hash"),
        _is_open(bindparam("opened"), bindparam("seen")),
        Account.disabled_at.is_(None),
    )
)


def open_sessions_of(account_id: int, now: datetime) -> list[UserSession]:
    """The newest first."""
    query = select(UserSession).where(UserSession.account_id == account_id, is_open(now))
    return list(db.session.scalars(query.order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())))
