"""Clearances and applications for them."""

from datetime import date

from accreditation.core import clock, uploads
from accreditation.core.database import transaction
from accreditation.core.sheets import Column, Table, read_workbook, write_workbook
from vetting import services
from vetting.models import AftercareFact, Clearance, ClearanceApplication, ClearanceTransfer
from vetting.services import listing


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


def clearance_transfer(
    person_id: int, *, level: str = "CTC", other_body: str = "Essex Police", on: date = date(2027, 1, 4), **details
) -> ClearanceTransfer:
    """One that is to come here, and has not been answered."""
    with transaction():
        return services.request_transfer_in(
            person_id, level=level, other_body=other_body, on=on, recorded_by=None, **details
        )


def clearance_report(
    person_id: int, *, kind: str = "change_reported", reported_on: date = date(2027, 1, 4), **details
) -> AftercareFact:
    with transaction():
        return services.record_aftercare(person_id, kind=kind, reported_on=reported_on, recorded_by=None, **details)


def clearance_list(
    rows: list[list[object]], *, headings: tuple[str, ...] = ("Ref", "Granted", "Expiry"), level: str = "CTC"
) -> int:
    """The vetting unit's list, uploaded and not confirmed, by its id."""
    data = write_workbook([Table("Clearances", [Column(title) for title in headings], rows)])
    draft = listing.new_list(read_workbook(data), file_name="list.xlsx", level=level, owner_id=None, at=clock.now())
    with transaction():
        return uploads.keep(draft, at=clock.now()).id
