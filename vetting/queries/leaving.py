"""What somebody holds when they leave, and what lapsed with their leaving when they come back."""

from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.queries import of_one_person
from vetting.models import Clearance, ClearanceApplication
from vetting.rules.steps import GRANTING


def clearances_to_lapse(person_id: int, on: date) -> list[Clearance]:
    """What lapses if `on` is the first day out of the service: what is held or suspended, and has not ended by then."""
    query = select(Clearance).where(
        of_one_person(Clearance.person_id, person_id),
        Clearance.state.in_((*GRANTING, "suspended")),
        Clearance.struck_out_on.is_(None),
    )
    return [
        row
        for row in db.session.scalars(query.order_by(Clearance.id))
        if (row.ends_on is None or row.ends_on > on or not row.blocks) and (row.state_on is None or row.state_on <= on)
    ]


def clearances_lapsed(person_id: int, on: date | None = None) -> list[Clearance]:
    """What has lapsed, or of that only what lapsed on the day `on`, the first one out of the service."""
    query = select(Clearance).where(
        of_one_person(Clearance.person_id, person_id),
        Clearance.state == "lapsed",
        Clearance.struck_out_on.is_(None),
    )
    if on is not None:
        query = query.where(Clearance.state_on == on)
    return list(db.session.scalars(query.order_by(Clearance.id)))


def open_applications(person_id: int) -> list[ClearanceApplication]:
    """What has been asked for and not been decided."""
    row = ClearanceApplication
    query = select(row).where(of_one_person(row.person_id, person_id), row.decided_on.is_(None))
    return list(db.session.scalars(query.order_by(row.id)))
