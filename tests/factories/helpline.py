"""Contacts with the helpline."""

from datetime import UTC, date, datetime

from accreditation.core.database import transaction
from accreditation.helpline import services
from accreditation.helpline.models import Contact, Escalation
from accreditation.helpline.rules import Details
from tests.factories.days import TODAY

TEN = datetime(2027, 2, 2, 10, 0, tzinfo=UTC)


def contact_details(**changes) -> Details:
    described = {
        "contacted_at": TEN,
        "channel": "phone",
        "category": "process",
        "outcome": "answered",
        "minutes": 12,
        "advice": "Name the ground rules again.",
    }
    return Details(**{**described, **changes})


def contact(person_id: int, *, adviser_id: int | None = None, on: date = TODAY, **changes) -> Contact:
    with transaction():
        return services.record_contact(person_id, contact_details(**changes), on=on, at=TEN, adviser_id=adviser_id)


def escalation(contact_id: int, to_id: int, *, text: str = "A party may be at risk") -> Escalation:
    """What an adviser passed on to this person this morning."""
    with transaction():
        return services.pass_on(
            contact_id,
            to_id=to_id,
            text=text,
            form_key=f"passed-on-{contact_id}-to-{to_id}",
            at=TEN,
            passed_on_by=to_id,
        )
