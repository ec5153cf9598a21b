"""Clearances and applications for them."""

from datetime import date

from accreditation.core.database import transaction
from vetting import services
from vetting.models import Clearance, ClearanceApplication


def clearance(
    person_id: int,
    *,
    level: str = "CTC",
    granted_on: date | None = date(2025, 3, 3),
    ends_on: date | None = date(2030, 3, 3),
    **details,
) -> Clearance:
    with transaction():
        return services.record_clearance(
            person_id, level=level, granted_on=granted_on, ends_on=ends_on, recorded_by=None, **details
        )


def clearance_application(
    person_id: int, *, level: str = "CTC", on: date = date(2027, 1, 4), **details
) -> ClearanceApplication:
    with transaction():
        return services.start_application(person_id, level=level, on=on, recorded_by=None, **details)
