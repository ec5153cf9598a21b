"""Opening, keeping and ending sessions. The token is in the browser alone; the database has its hash."""

import secrets
from datetime import datetime

from sqlalchemy import select, update

from accreditation.accounts.models import Account, UserSession
from accreditation.accounts.rules.limits import SEEN_EVERY
from accreditation.accounts.rules.tokens import hash_of
from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import NotFound

LONGEST_USER_AGENT = 300  # characters


def open_session(account_id: int, *, now: datetime, user_agent: str = "") -> str:
    """A new session of this account; its token, which is shown to nobody but the browser."""
    token = secrets.token_urlsafe(32)
    opened = UserSession(
        account_id=account_id,
        token_hash=hash_of(token),
        created_at=now,
        last_seen_at=now,
        user_agent=user_agent[:LONGEST_USER_AGENT],
    )
    db.session.add(opened)
    db.session.flush()
    person_id = _person_of(account_id)
    with audit.acting_as(person_id, "web"):  # before this nobody was signed in: it is their own act all the same
        audit.note("signed in", subject=("user_session", opened.id), about_id=person_id)
    return token


def end_session(session_id: int, *, now: datetime) -> None:
    """The session's token opens nothing from now on. Ending it twice changes nothing."""
    session = db.session.get_one(UserSession, session_id, with_for_update=True)
    if session.ended_at is None:
        session.ended_at = now
        audit.note("signed out", subject=("user_session", session_id), about_id=_person_of(session.account_id))


def end_own_session(account_id: int, session_id: int, *, now: datetime) -> None:
    """Raises NotFound for a session that is not this account's."""
    session = db.session.get(UserSession, session_id)
    if session is None or session.account_id != account_id:
        raise NotFound("There is no such session.")
    end_session(session_id, now=now)


def end_sessions_of(account_id: int, *, now: datetime, keep: int | None = None) -> int:
    """Every open session of the account ends, but the one to keep. How many did."""
    open_ones = select(UserSession).where(UserSession.account_id == account_id, UserSession.ended_at.is_(None))
    ended = [session for session in db.session.scalars(open_ones.with_for_update()) if session.id != keep]
    for session in ended:
        session.ended_at = now
    if ended:
        audit.note("signed out everywhere", about_id=_person_of(account_id), sessions=len(ended))
    return len(ended)


def note_seen(session_id: int, *, now: datetime) -> None:
    """Push the idle limit out. Written at most once in `SEEN_EVERY`, however many requests come at once."""
    stale = UserSession.last_seen_at <= now - SEEN_EVERY
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, stale, UserSession.ended_at.is_(None))
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )


def _person_of(account_id: int) -> int:
    return db.session.get_one(Account, account_id).person_id
