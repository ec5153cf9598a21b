"""Whose session a token opens, and which sessions somebody has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from accreditation.accounts.models import Account, UserSession
from accreditation.accounts.rules.limits import ABSOLUTE_LIMIT, IDLE_LIMIT
from accreditation.accounts.rules.tokens import hash_of
from accreditation.core.database import db


@dataclass(frozen=True)
class OpenSession:
    """What a request needs to know of the session that it came with."""

    id: int
    account_id: int
    person_id: int
    last_seen_at: datetime


def is_open(now: datetime) -> ColumnElement[bool]:
    """Neither ended, nor idle for too long, nor too old."""
    return (
        UserSession.ended_at.is_(None)
        & (UserSession.created_at > now - ABSOLUTE_LIMIT)
        & (UserSession.last_seen_at > now - IDLE_LIMIT)
    )


def find_session(token: str, now: datetime) -> OpenSession | None:
    """The open session of an account that is not disabled, in one statement; None for every other token."""
    row = db.session.execute(
        select(UserSession.id, Account.id, Account.person_id, UserSession.last_seen_at)
        .join(Account, Account.id == UserSession.account_id)
        .where(UserSession.token_hash == hash_of(token), is_open(now), Account.disabled_at.is_(None))
    ).one_or_none()
    return OpenSession(*row) if row else None


def open_sessions_of(account_id: int, now: datetime) -> list[UserSession]:
    """The newest first."""
    query = select(UserSession).where(UserSession.account_id == account_id, is_open(now))
    return list(db.session.scalars(query.order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())))
