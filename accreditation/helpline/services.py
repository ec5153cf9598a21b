"""Recording a contact and seeing a follow-up through. Callers hold the transaction; nothing here commits."""

from datetime import date, datetime

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.helpline.models import Contact
from accreditation.helpline.rules import Details, reasons_to_refuse
from accreditation.people.queries import lock_person
from accreditation.standing.services import clear_deadline, set_deadline

SOURCE = "helpline_contact"
FOLLOW_UP = "helpline_followup"


def record_contact(person_id: int, details: Details, *, on: date, at: datetime, adviser_id: int | None) -> Contact:
    """One contact of this mediator, recorded on `on` at the moment `at`; a follow-up becomes a deadline of the adviser.

    Raises DomainError with every reason why it cannot be recorded like this.
    """
    lock_person(person_id)
    if reasons := reasons_to_refuse(details, on=on, at=at):
        raise DomainError(*reasons)
    contact = Contact(
        person_id=person_id,
        adviser_id=adviser_id,
        contacted_at=details.contacted_at,
        channel=details.channel,
        category=details.category,
        outcome=details.outcome,
        minutes=details.minutes,
        advice=details.advice,
        case_reference=details.case_reference,
        follow_up_on=details.follow_up_on,
    )
    db.session.add(contact)
    db.session.flush()
    if details.follow_up_on:
        set_deadline(
            kind=FOLLOW_UP,
            basis_date=days_after(details.follow_up_on, 1),
            source=(SOURCE, contact.id),
            person_id=person_id,
            owner_id=adviser_id,
        )
    return contact


def complete_follow_up(contact_id: int, *, on: date, done_by: int) -> Contact:
    """What was owed is done. Pressing twice does it once. Raises DomainError where nothing is owed."""
    contact = db.session.get_one(Contact, contact_id, with_for_update=True)
    if contact.follow_up_on is None:
        raise DomainError("Nothing is owed after this contact.")
    if contact.followed_up_on is None:
        contact.followed_up_on, contact.followed_up_by = on, done_by
        db.session.flush()
        clear_deadline(source=(SOURCE, contact_id), kind=FOLLOW_UP)
    return contact
