"""Entries of the practice log, cases, and leave that was asked for."""

from datetime import date, datetime, time
from decimal import Decimal
from itertools import count

from accreditation.core.calendar import LONDON
from accreditation.core.database import transaction
from accreditation.practice import services
from accreditation.practice.models import ArrangedSupervision, LeaveRequest, MediationCase, PracticeEntry
from accreditation.practice.rules.entries import Details
from accreditation.practice.rules.leave import Asked
from accreditation.practice.services.cases import record_referral
from accreditation.practice.services.leave import ask_for_leave
from tests.factories.days import TODAY

_forms = count(1)


def practice_entry(
    person_id: int,
    *,
    kind: str = "case",
    code: str | None = "co_mediation",
    done_on: date = date(2027, 1, 12),
    quantity: Decimal | int = 1,
    on: date = TODAY,
    **details,
) -> PracticeEntry:
    """An entry that the mediator has logged and nobody has decided on."""
    with transaction():
        entry = Details(kind, done_on, Decimal(quantity), code, **details)
        return services.log_entry(person_id, entry, on=on, recorded_by=person_id)


def confirmed_entry(person_id: int, *, by: int | None = None, **details) -> PracticeEntry:
    """An entry as the office records it; one without anybody in particular came from its records."""
    usual = {"kind": "case", "code": "lead", "done_on": date(2027, 1, 12), "quantity": 1, "on": TODAY}
    with transaction():
        return services.record_entry(person_id, **{**usual, **details}, recorded_by=by)


def arranged_supervision(
    person_id: int, contact_id: int, *, held_on: date = TODAY, on: date = TODAY
) -> ArrangedSupervision:
    """A session that an adviser of the helpline arranged after a contact, on the morning of that day."""
    at = datetime.combine(on, time(9), LONDON)
    with transaction():
        return services.arrange_supervision(
            person_id,
            held_on=held_on,
            source=("helpline_contact", contact_id),
            form_key=f"arranged-form-number-{next(_forms)}",
            on=on,
            at=at,
            arranged_by=person_id,
        )


def mediation_case(
    reference: str = "MC-27-001", *, referred_on: date = date(2026, 12, 1), unit_id: int | None = None
) -> MediationCase:
    """A case that was referred, and of which nobody has said anything yet."""
    with transaction():
        return record_referral(reference, referred_on=referred_on, unit_id=unit_id, on=TODAY, recorded_by=None)


def leave_request(
    person_id: int, starts_on: date, ends_on: date, *, reason: str = "The private reason"
) -> LeaveRequest:
    """Leave for [starts_on, ends_on) that the mediator asked for this morning and nobody has answered."""
    asked = Asked(starts_on, ends_on, "other", reason)
    at = datetime.combine(TODAY, time(9), LONDON)
    with transaction():
        return ask_for_leave(person_id, asked, form_key=f"leave-form-number-{next(_forms)}", on=TODAY, at=at)
