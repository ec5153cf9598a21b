"""Links that work once: made for a purpose, told by letter, used up by the first who comes with them."""

import secrets
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from accreditation.accounts.models import INVITATION, PASSWORD_RESET, Account, AccountLink
from accreditation.accounts.rules.limits import INVITATION_LASTS, RESET_LASTS
from accreditation.accounts.rules.tokens import link_id_of, link_token, same
from accreditation.core.database import db
from accreditation.core.errors import DomainError

LASTS: dict[str, timedelta] = {INVITATION: INVITATION_LASTS, PASSWORD_RESET: RESET_LASTS}
PATHS = {INVITATION: "/invitation/", PASSWORD_RESET: "/new-password/"}


class SpentLink(DomainError):
    """In the same words whether it was used, replaced, too old, or never one of ours."""

    def __init__(self) -> None:
        super().__init__("This link has been used, has expired or has been replaced by a newer one.")


def make_link(account_id: int, purpose: str, *, now: datetime) -> AccountLink:
    """A new link for the purpose. Every earlier one of this account stops working, whatever it was for."""
    db.session.get_one(Account, account_id, with_for_update=True)
    replace_links(account_id, now=now)
    link = AccountLink(
        account_id=account_id,
        purpose=purpose,
        nonce=secrets.token_hex(32),
        created_at=now,
        expires_at=now + LASTS[purpose],
    )
    db.session.add(link)
    db.session.flush()
    return link


def replace_links(account_id: int, *, now: datetime) -> None:
    """No link that was sent to this account works any more."""
    still_open = AccountLink.used_at.is_(None) & AccountLink.replaced_at.is_(None)
    for link in db.session.scalars(select(AccountLink).where(AccountLink.account_id == account_id, still_open)):
        link.replaced_at = now
    db.session.flush()


def token_of(link: AccountLink) -> str:
    return link_token(str(current_app.config["SECRET_KEY"]), link.purpose, link.id, link.nonce)


def address_of(link: AccountLink) -> str:
    """What the letter says to open. From the configured address of the site, never from what a request claims."""
    return f"{current_app.config['BASE_URL']}{PATHS[link.purpose]}{token_of(link)}"


def find_link(token: str, purpose: str, *, now: datetime, locked: bool = False) -> AccountLink:
    """The link that a token belongs to, if it still works. Raises SpentLink."""
    link_id = link_id_of(token)
    link = None
    if link_id is not None:
        link = db.session.get(AccountLink, link_id, with_for_update=locked or None, populate_existing=True)
    if link is None or link.purpose != purpose or not same(token, token_of(link)):
        raise SpentLink
    if not is_open(link, now):
        raise SpentLink
    return link


def is_open(link: AccountLink, now: datetime) -> bool:
    """Whether it still works: not used, not replaced, not too old, and its account not disabled."""
    unused = link.used_at is None and link.replaced_at is None
    return unused and now < link.expires_at and link.account.disabled_at is None


def use_link(token: str, purpose: str, *, now: datetime) -> Account:
    """The account that the link is for; the link is used up. Raises SpentLink for the second who comes."""
    link = find_link(token, purpose, now=now, locked=True)
    link.used_at = now
    db.session.flush()
    return db.session.get_one(Account, link.account_id, with_for_update=True, populate_existing=True)
