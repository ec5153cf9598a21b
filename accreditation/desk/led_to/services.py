"""What a contact leads to in another room, in one act with its outcome. Callers hold the transaction."""

from datetime import date, datetime

from accreditation.core.calendar import LONDON
from accreditation.core.errors import NotFound
from accreditation.helpline.services import SOURCE, lock_contact, note_outcome
from accreditation.practice.models import ArrangedSupervision
from accreditation.practice.queries.arranged import arranged_from
from accreditation.practice.services import arrange_supervision, call_off_supervision
from accreditation.refreshers.models import TopicSuggestion
from accreditation.refreshers.services import suggest_topic


def arrange_after(
    contact_id: int, *, held_on: date, form_key: str, at: datetime, arranged_by: int
) -> ArrangedSupervision:
    """Supervision for the mediator of that contact, whose outcome it becomes. Raises DomainError."""
    contact = note_outcome(contact_id, "supervision_arranged")
    return arrange_supervision(
        contact.person.counted.id,
        held_on=held_on,
        source=(SOURCE, contact_id),
        form_key=form_key,
        on=at.astimezone(LONDON).date(),
        at=at,
        arranged_by=arranged_by,
    )


def call_off_after(contact_id: int, arranged_id: int, *, at: datetime, called_off_by: int) -> None:
    """A session that was arranged after this contact does not take place. Raises NotFound for any other, Conflict."""
    if arranged_id not in {one.id for one in arranged_from((SOURCE, contact_id))}:
        raise NotFound("There is no such session.")
    call_off_supervision(arranged_id, at=at, called_off_by=called_off_by)


def suggest_after(contact_id: int, *, topic: str | None, words: str, on: date, suggested_by: int) -> TopicSuggestion:
    """A topic for the next refresher days, once for each contact. Raises DomainError."""
    lock_contact(contact_id)
    return suggest_topic(topic=topic, words=words, source=(SOURCE, contact_id), on=on, suggested_by=suggested_by)
