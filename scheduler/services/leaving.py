"""Seeing off who has left: nobody signs in with their account any more, and no letter that waits goes out to them.

Whoever records a leaving does it at once where the last day is over; the beat does it on the day where it was to come.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from accreditation.accounts.models import Account
from accreditation.accounts.services.accounts import disable_account
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.outbox import WAITING, Letter
from accreditation.people.models import Person
from scheduler.services.planning import letter_is_superseded

log = logging.getLogger(__name__)

REASON = "They have left the service."


@dataclass(frozen=True)
class SeenOff:
    """The accounts that were closed, and how many letters were taken back."""

    accounts: tuple[int, ...]
    letters: int


def see_off(person_ids: list[int], *, on: date, at: datetime) -> SeenOff:
    """Close the accounts of these records of one person and take their letters back.

    Raises DomainError for the last administrator. A reminder that is taken back is owed anew if they come back.
    """
    accounts = db.session.scalars(
        select(Account.id).where(Account.person_id.in_(person_ids), Account.disabled_at.is_(None)).order_by(Account.id)
    ).all()
    for account_id in accounts:
        disable_account(account_id, now=at, on=on)
    letters = db.session.scalars(
        select(Letter)
        .where(Letter.person_id.in_(person_ids), Letter.state.in_(WAITING))
        .order_by(Letter.id)
        .with_for_update()
    ).all()
    for letter in letters:
        letter.state, letter.reason, letter.ended_at = "cancelled", REASON, at
    db.session.flush()
    for letter in letters:
        letter_is_superseded(letter, REASON)
    return SeenOff(tuple(accounts), len(letters))


def leavers_to_see_off(on: date) -> list[int]:
    """The people whose last day is over and who still have an account that is open, or a letter that waits."""
    gone = Person.left_on <= on
    accounts = select(Account.person_id).join(Person, Person.id == Account.person_id)
    letters = select(Letter.person_id).join(Person, Person.id == Letter.person_id)
    with_account = db.session.scalars(accounts.where(Account.disabled_at.is_(None), gone))
    with_letter = db.session.scalars(letters.where(Letter.state.in_(WAITING), gone))
    return sorted({*with_account, *with_letter})


def see_off_leavers(on: date, at: datetime) -> int:
    """Those of them who can be: how many. One who cannot, the last administrator, costs nobody else theirs."""
    seen_off = 0
    for person_id in leavers_to_see_off(on):
        try:
            with db.session.begin_nested():
                see_off([person_id], on=on, at=at)
        except DomainError as refusal:
            log.warning("person %s has left and keeps their account: %s", person_id, refusal)
        else:
            seen_off += 1
    return seen_off
