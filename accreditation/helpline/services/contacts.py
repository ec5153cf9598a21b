"""Recording a contact and seeing a follow-up through. Callers hold the transaction; nothing here commits."""

from datetime import date, datetime

from flask import current_app
from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.settings import get_setting
from accreditation.helpline.models import Contact, Escalation, HandOver
from accreditation.helpline.queries.contacts import london_day
from accreditation.helpline.queries.corrections import corrected_since, who_corrects
from accreditation.helpline.rules import Details, reasons_to_refuse, signposting
from accreditation.people.queries import lock_person
from accreditation.standing.services import clear_deadline, set_deadline

SOURCE = "helpline_contact"
FOLLOW_UP = "helpline_followup"


def record_contact(person_id: int, details: Details, *, on: date, at: datetime, adviser_id: int | None) -> Contact:
    """One contact of this mediator, recorded on `on` at the moment `at`; a follow-up becomes a deadline of the adviser.

    Raises DomainError with every reason why it cannot be recorded like this.
    """
    lock_person(person_id)
    if reasons := reasons_to_refuse(details, on=on, at=at, vetting_unit=get_setting("vetting_contact")):
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
        owner_id=adviser_id if details.follow_up_on else None,
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


def pass_on(
    contact_id: int,
    *,
    to_id: int,
    text: str,
    form_key: str,
    at: datetime,
    passed_on_by: int,
    purpose: str = "decision",
) -> Escalation:
    """A risk, a complaint or a correction goes to somebody who decides: these words, and nothing else of the contact.

    They are written to that something waits. The same form sent twice passes on once. Raises DomainError without
    words, with words of a vetting matter, where they are for the mediator whom the contact is about, and where a
    correction is for somebody who may not make it.
    """
    contact = db.session.get_one(Contact, contact_id, with_for_update=True)
    if made := db.session.scalar(select(Escalation).where(Escalation.form_key == form_key)):
        return made
    if not text.strip():
        raise DomainError("Enter the words that are passed on.")
    if reason := signposting(text, unit=get_setting("vetting_contact")):
        raise DomainError(reason)
    if to_id == contact.person.counted.id:
        raise DomainError("This is the mediator whom the contact is about. Choose somebody else.")
    if purpose == "correction" and to_id not in {one.id for one in who_corrects(contact.person, london_day(at))}:
        raise DomainError("They may not correct this mediator’s record. Choose somebody else.")
    escalation = Escalation(
        contact_id=contact_id,
        purpose=purpose,
        to_id=to_id,
        text=text.strip(),
        passed_on_at=at,
        passed_on_by=passed_on_by,
        form_key=form_key,
    )
    db.session.add(escalation)
    if purpose == "decision":
        contact.outcome = "escalated"
    db.session.flush()
    outbox.queue(
        to_id, "email/helpline/passed_on.txt", about_id=escalation.id, key=f"helpline-passed-on:{escalation.id}"
    )
    return escalation


def mark_seen(escalation_id: int, *, at: datetime) -> None:
    """Whom it is for says that they have read it; the first time counts."""
    escalation = db.session.get_one(Escalation, escalation_id, with_for_update=True)
    if escalation.seen_at is None:
        escalation.seen_at = at
        db.session.flush()


def settle_correction(escalation_id: int, *, evidence_id: int | None, at: datetime, settled_by: int) -> Escalation:
    """What came of a suggested correction: the fact that was put right since, or None where nothing had to be.

    The same answer twice changes nothing. Raises NotAllowed for whom it was not for, DomainError where that fact was
    not corrected since or is about somebody else, Conflict where it was answered otherwise.
    """
    found = db.session.get_one(Escalation, escalation_id, with_for_update=True)
    if found.to_id != settled_by:
        raise NotAllowed("This was not passed on to you.")
    if found.purpose != "correction":
        raise DomainError("This was not a correction that was suggested.")
    if found.settled_at is not None:
        if found.evidence_id == evidence_id:
            return found
        raise Conflict("This was answered already.")
    since = {one.evidence_id for one in corrected_since(found.contact.person_id, found.passed_on_at)}
    if evidence_id is not None and evidence_id not in since:
        raise DomainError("This fact was not corrected since. Correct it first, then choose it here.")
    found.settled_at, found.evidence_id = at, evidence_id
    found.seen_at = found.seen_at or at
    db.session.flush()
    return found


def note_outcome(contact_id: int, outcome: str) -> Contact:
    """What the contact led to becomes its outcome; the contact, locked."""
    contact = lock_contact(contact_id)
    contact.outcome = outcome
    db.session.flush()
    return contact


def lock_contact(contact_id: int) -> Contact:
    """Nothing else follows from this contact until the transaction ends."""
    return db.session.get_one(Contact, contact_id, with_for_update=True)


def forget_advice(*, before: datetime, on: date, most: int = 200) -> int:
    """Remove the texts of the oldest contacts from before that moment, what was passed on and hand-overs too; how many.

    What each was about, how long it took and when stays. Nothing is removed while a follow-up is owed.
    """
    owed = Contact.follow_up_on.is_not(None) & Contact.followed_up_on.is_(None)
    rows = select(Contact).where(Contact.forgotten_on.is_(None), Contact.contacted_at < before, ~owed)
    found = list(db.session.scalars(rows.order_by(Contact.contacted_at, Contact.id).limit(most).with_for_update()))
    for contact in found:
        contact.advice, contact.case_reference, contact.adviser_noted, contact.forgotten_on = None, None, None, on
    ids = [contact.id for contact in found]
    for escalation in db.session.scalars(select(Escalation).where(Escalation.contact_id.in_(ids))):
        escalation.text, escalation.forgotten_on = "", on
    for handed in db.session.scalars(select(HandOver).where(HandOver.contact_id.in_(ids))):
        handed.note, handed.forgotten_on = None, on
    db.session.flush()
    return len(found)


@outbox.facts_for("email/helpline/passed_on.txt", called="Helpline matter passed on")
def passed_on(escalation_id: int) -> dict[str, object]:
    """That something waits, and where. Never what, nor about whom."""
    escalation = db.session.get_one(Escalation, escalation_id)
    if escalation.seen_at is not None:
        raise outbox.NoLongerTrue("It has been read.")
    return {"link": f"{current_app.config['BASE_URL']}/helpline/passed-on/{escalation_id}"}
