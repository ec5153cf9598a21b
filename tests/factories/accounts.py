"""Accounts, sessions and links."""

from sqlalchemy import select

from accreditation.accounts.models import Account
from accreditation.accounts.services import sessions
from accreditation.core import clock
from accreditation.core.database import db, transaction


def account(person_id: int, email: str | None = None) -> Account:
    """An account without a password: enough for `sign_in`, which opens its session by hand."""
    with transaction():
        found = db.session.scalar(select(Account).where(Account.person_id == person_id))
        if found is None:
            found = Account(person_id=person_id, email=email or f"person-{person_id}@example.police.uk")
            db.session.add(found)
        return found


def open_session(person_id: int) -> str:
    """Somebody signed in, by the token of the session; an account is made for them when they have none."""
    account_id = account(person_id).id
    with transaction():
        return sessions.open_session(account_id, now=clock.now(), user_agent="Test browser")
