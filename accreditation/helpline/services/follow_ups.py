"""Follow-ups: given to somebody by a day, handed over, all of them at once where an adviser leaves.

Callers hold the transaction; nothing here commits.
"""

from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.settings import get_setting
from accreditation.helpline.models import Contact, HandOver
from accreditation.helpline.queries.advisers import adviser_ids
from accreditation.helpline.rules import signposting
from accreditation.helpline.services.contacts import FOLLOW_UP, SOURCE
from accreditation.standing.services import set_deadline

MOST = 500
"""Follow-ups that are handed over at once; an adviser with more does it twice."""


def hand_over(
    contact_id: int,
    *,
    to_id: int,
    due_on: date,
    note: str | None,
    owner_then: int | None,
    on: date,
    at: datetime,
    handed_over_by: int,
) -> Contact:
    """The follow-up is owed by that adviser by that day; where none was owed yet, one is from now on.

    `owner_then`: who owed it when the form was opened. Raises Conflict where that is somebody else by now or it is
    done, DomainError with every reason.
    """
    contact = db.session.get_one(Contact, contact_id, with_for_update=True)
    if contact.followed_up_on is not None:
        raise Conflict("This follow-up is done. Record another contact if something else is owed.")
    if contact.owner_id == to_id and contact.follow_up_on == due_on and not note:
        return contact  # the same again, or nothing changed
    if contact.owner_id != owner_then:
        raise Conflict("Somebody handed this follow-up over in the meantime. Look at it again.")
    reasons = []
    if due_on < on and due_on != contact.follow_up_on:
        reasons.append("The follow-up must be due today or later.")
    reasons += _reasons(to_id, note, on)
    if reasons:
        raise DomainError(*reasons)
    _give(contact, to_id, due_on, note, at, handed_over_by)
    return contact


def hand_over_all(from_id: int, *, to_id: int, note: str | None, on: date, at: datetime, handed_over_by: int) -> int:
    """Everything that one adviser owes goes to another, each with its day: how many. Raises DomainError."""
    if from_id == to_id:
        raise DomainError("Choose two different advisers.")
    if reasons := _reasons(to_id, note, on):
        raise DomainError(*reasons)
    rows = select(Contact).where(
        Contact.owner_id == from_id, Contact.follow_up_on.is_not(None), Contact.followed_up_on.is_(None)
    )
    found = list(db.session.scalars(rows.order_by(Contact.id).limit(MOST).with_for_update()))
    for contact in found:
        assert contact.follow_up_on
        _give(contact, to_id, contact.follow_up_on, note, at, handed_over_by)
    return len(found)


def _reasons(to_id: int, note: str | None, on: date) -> list[str]:
    reasons = []
    if to_id not in adviser_ids(on):
        reasons.append("Choose an adviser of the helpline.")
    if said := signposting(note, unit=get_setting("vetting_contact")):
        reasons.append(said)
    return reasons


def _give(contact: Contact, to_id: int, due_on: date, note: str | None, at: datetime, by: int) -> None:
    db.session.add(
        HandOver(
            contact_id=contact.id,
            from_id=contact.owner_id,
            to_id=to_id,
            due_on=due_on,
            note=(note or "").strip() or None,
            handed_over_at=at,
            handed_over_by=by,
        )
    )
    contact.owner_id, contact.follow_up_on = to_id, due_on
    db.session.flush()
    set_deadline(
        kind=FOLLOW_UP,
        basis_date=days_after(due_on, 1),
        source=(SOURCE, contact.id),
        person_id=contact.person_id,
        owner_id=to_id,
    )
