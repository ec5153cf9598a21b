"""Accounts from invitation to end: who gets one, who may come in, and with which password."""

from datetime import date, datetime

from accreditation.accounts.models import INVITATION, PASSWORD_RESET, Account, AccountLink
from accreditation.accounts.queries.accounts import find_account_by_email, find_account_of
from accreditation.accounts.rules.addresses import normal_email
from accreditation.accounts.rules.passwords import password_problems
from accreditation.accounts.services.links import make_link, replace_links, use_link
from accreditation.accounts.services.passwords import fits, hash_password
from accreditation.accounts.services.roles import refuse_without_administrator
from accreditation.accounts.services.sessions import end_sessions_of, open_session
from accreditation.core import audit, outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.settings import get_setting
from accreditation.people.queries import lock_person
from accreditation.people.services import change_address, rename_person, stop_feeds_of


class WrongPassword(DomainError):
    """The present password was not the one that was typed."""

    def __init__(self) -> None:
        super().__init__("That is not your present password.")


class RefusedPassword(DomainError):
    """The password that was chosen is too short or guessed too easily."""


def invite(person_id: int, email: str, *, now: datetime, by_letter: bool = True) -> AccountLink:
    """An account for this person and the link that they begin with; letters go to its address if to none so far.

    Raises DomainError when the person has an account or the address is another account's.
    """
    person = lock_person(person_id)
    email = normal_email(email)
    problems = []
    if find_account_of(person_id):
        problems.append(f"{person.name} has an account already.")
    if find_account_by_email(email):
        problems.append(f"There is already an account with the address {email}. An address can have one account.")
    if problems:
        raise DomainError(*problems)
    account = Account(person_id=person_id, email=email)
    db.session.add(account)
    db.session.flush()
    if person.email is None and not account.is_provisional:
        change_address(person_id, email)
    return send_invitation(account.id, now=now, by_letter=by_letter)


def send_invitation(account_id: int, *, now: datetime, by_letter: bool = True) -> AccountLink:
    """A new invitation; the one before stops working. Raises DomainError when there is nothing to invite to."""
    account = lock_account(account_id)
    if account.disabled_at:
        raise DomainError("This account is disabled. Enable it first.")
    if account.password_hash:
        raise DomainError("This person has accepted their invitation already.")
    link = make_link(account_id, INVITATION, now=now)
    if by_letter:
        _queue(account, "email/accounts/invitation.txt", link)
    return link


def ask_for_new_password(email: str, *, now: datetime) -> None:
    """Send the link to the account of this address. Whether there is one, nobody learns."""
    account = find_account_by_email(normal_email(email))
    if account is not None and account.disabled_at is None:
        send_password_reset(account.id, now=now)


def send_password_reset(account_id: int, *, now: datetime) -> AccountLink:
    """A link to choose a new password; to somebody who has never had one, the invitation once more."""
    account = lock_account(account_id)
    if account.disabled_at:
        raise DomainError("This account is disabled. Enable it first.")
    if account.password_hash is None:
        return send_invitation(account_id, now=now)
    link = make_link(account_id, PASSWORD_RESET, now=now)
    _queue(account, "email/accounts/password_reset.txt", link)
    return link


def _queue(account: Account, template: str, link: AccountLink) -> None:
    outbox.queue(account.person_id, template, about_id=link.id, key=f"account-link:{link.id}")


def choose_password(token: str, purpose: str, password: str, *, now: datetime) -> Account:
    """What a link is for: its password from now on. Every open session ends. Raises SpentLink, DomainError."""
    account = use_link(token, purpose, now=now)
    with audit.acting_as(account.person_id, "web"):
        first = account.password_hash is None
        _set_password(account, password, now=now)
        end_sessions_of(account.id, now=now)
        if not first:
            _tell_of_new_password(account, now=now)
        audit.note("accepted invitation" if first else "chose new password", about_id=account.person_id)
        db.session.flush()  # what was changed is theirs too
    return account


def begin_first_account(
    token: str, password: str, *, given_name: str, family_name: str, email: str, now: datetime
) -> Account:
    """The first administrator says who they are. Raises SpentLink, RefusedPassword, DomainError."""
    account = use_link(token, INVITATION, now=now)
    if not account.is_provisional:
        raise DomainError("This account has been begun already.")
    email = normal_email(email)
    with audit.acting_as(account.person_id, "web"):
        if find_account_by_email(email):
            raise DomainError(f"There is already an account with the address {email}. An address can have one account.")
        account.email = email
        rename_person(account.person_id, given_name=given_name, family_name=family_name)
        change_address(account.person_id, email)
        _set_password(account, password, now=now)
        audit.note("accepted invitation", about_id=account.person_id)
        db.session.flush()  # what was changed is theirs too
    return account


def change_password(account_id: int, present: str, password: str, *, session_id: int, now: datetime) -> None:
    """Every other session ends, and a letter says so. Raises WrongPassword, or DomainError for a password refused."""
    account = lock_account(account_id)
    if not fits(present, account.password_hash):
        raise WrongPassword
    _set_password(account, password, now=now)
    end_sessions_of(account_id, now=now, keep=session_id)
    replace_links(account_id, now=now)
    _tell_of_new_password(account, now=now)


def _set_password(account: Account, password: str, *, now: datetime) -> None:
    person = account.person
    about = (account.email, person.name, person.reference, get_setting("service_name"))
    if problems := password_problems(password, about):
        raise RefusedPassword(*problems)
    account.password_hash, account.password_set_at = hash_password(password), now
    db.session.flush()


def _tell_of_new_password(account: Account, *, now: datetime) -> None:
    key = f"password-changed:{account.id}:{now.isoformat()}"
    outbox.queue(account.person_id, "email/accounts/password_changed.txt", about_id=account.id, key=key)


def let_in(account_id: int, checked_hash: str, *, now: datetime, user_agent: str) -> str | None:
    """A session for somebody whose password was right, by its token.

    None when the account was disabled or its password changed between the check and now.
    """
    account = lock_account(account_id)
    if account.disabled_at or account.password_hash != checked_hash:
        return None
    return open_session(account_id, now=now, user_agent=user_agent)


def disable_account(account_id: int, *, now: datetime, on: date) -> None:
    """Nobody signs in with it any more, and whoever has, is out. Raises DomainError for the last administrator."""
    account = lock_account(account_id)
    if account.disabled_at:
        return
    refuse_without_administrator(account.person_id, on=on)
    account.disabled_at = now
    db.session.flush()
    end_sessions_of(account_id, now=now)
    replace_links(account_id, now=now)
    stop_feeds_of(account.person_id, at=now)


def enable_account(account_id: int) -> None:
    """With the password it had."""
    lock_account(account_id).disabled_at = None


def create_account(person_id: int, email: str, password: str) -> Account:
    """For the demo alone: an account whose password is known from the start. No rule is asked and no letter sent."""
    account = Account(person_id=person_id, email=normal_email(email), password_hash=hash_password(password))
    db.session.add(account)
    db.session.flush()
    return account


def lock_account(account_id: int) -> Account:
    """Nobody else changes it until the transaction ends. Raises DomainError when there is none."""
    account = db.session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None:
        raise DomainError("There is no such account.")
    return account
