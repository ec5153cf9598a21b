"""Entries of the practice log."""

from datetime import date
from decimal import Decimal

from accreditation.core.database import transaction
from accreditation.practice import services
from accreditation.practice.models import PracticeEntry
from accreditation.practice.rules.entries import Details
from tests.factories.days import TODAY


def practice_entry(
    person_id: int,
    *,
    kind: str = "case",
    code: str | None = "co_mediation",
    done_on: date = date(2027, 1, 12),
    quantity: Decimal | int = 1,
    on: date = TODAY,
) -> PracticeEntry:
    """An entry that the mediator has logged and nobody has decided on."""
    with transaction():
        details = Details(kind, done_on, Decimal(quantity), code)
        return services.log_entry(person_id, details, on=on, recorded_by=person_id)
