"""Accounts, sessions and links."""

from sqlalchemy import select

from accreditation.accounts.models import INVITATION, Account
from accreditation.accounts.services import accounts, links, sessions
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


def account_with_password(person_id: int, email: str, password: str) -> Account:
    """Somebody who can sign in on the page. Setting a password takes time: prefer `sign_in`."""
    with transaction():
        return accounts.create_account(person_id, email, password)


def open_session(person_id: int) -> str:
    """Somebody signed in, by the token of the session; an account is made for them when they have none."""
    account_id = account(person_id).id
    with transaction():
        return sessions.open_session(account_id, now=clock.now(), user_agent="Test browser")


def link_path(account_id: int, purpose: str = INVITATION) -> str:
    """The path of a new link for the account, as its letter has it."""
    with transaction():
        link = links.make_link(account_id, purpose, now=clock.now())
        return links.PATHS[purpose] + links.token_of(link)
