"""Contacts with the helpline."""

from datetime import UTC, date, datetime, time

from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.helpline import services
from accreditation.helpline.models import Contact, Escalation, Shift, Swap
from accreditation.helpline.rules import Details
from accreditation.helpline.rules.rota import Pattern
from accreditation.helpline.services import rota
from accreditation.people.models import Person
from tests.factories.days import TODAY
from tests.factories.people import grant, person

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


def escalation(
    contact_id: int, to_id: int, *, text: str = "A party may be at risk", purpose: str = "decision"
) -> Escalation:
    """What an adviser passed on to this person this morning."""
    with transaction():
        return services.pass_on(
            contact_id,
            to_id=to_id,
            text=text,
            form_key=f"passed-on-{purpose}-{contact_id}-to-{to_id}",
            at=TEN,
            passed_on_by=to_id,
            purpose=purpose,
        )


def adviser(**facts) -> Person:
    """Somebody who answers the helpline."""
    found = person(**facts)
    grant(found.id, Role.HELPLINE_ADVISER, Scope.SERVICE)
    return found


def shift(adviser_id: int, *, on: date = TODAY, starts: time = time(9), ends: time = time(17), made_by=None) -> Shift:
    """A shift of this adviser, entered at the beginning of that day."""
    pattern = Pattern(on, starts, ends)
    at = datetime(2027, 1, 1, tzinfo=UTC)
    with transaction():
        added = rota.add_shifts(
            adviser_id, pattern, on=on, at=at, form_key=f"shift-{adviser_id}-{on}-{starts}", made_by=made_by
        )
    return added.shifts[0]


def swap(shift_id: int, of: int, asked_by: int, *, in_return_id: int | None = None, at: datetime = TEN) -> Swap:
    with transaction():
        return rota.ask_swap(shift_id, of=of, in_return_id=in_return_id, at=at, asked_by=asked_by)
