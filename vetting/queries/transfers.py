"""Transfers that have been asked for."""

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import counted_id, of_one_person
from vetting.models import AftercareFact, Clearance, ClearanceTransfer
from vetting.rules.steps import HELD


def find_open_transfer(person_id: int, level: str, direction: str) -> ClearanceTransfer | None:
    return db.session.scalar(
        select(ClearanceTransfer).where(
            of_one_person(ClearanceTransfer.person_id, person_id),
            ClearanceTransfer.level == level,
            ClearanceTransfer.direction == direction,
            ClearanceTransfer.answered_on.is_(None),
        )
    )


def get_transfer(transfer_id: int, person: Person) -> ClearanceTransfer:
    """A transfer of this person, whom the caller has fetched for the viewer. Raises NotFound."""
    row = db.session.get(ClearanceTransfer, transfer_id)
    if row is None or counted_id(row.person_id) != person.id:
        raise NotFound("There is no such transfer.")
    return row


def get_aftercare(fact_id: int, person: Person) -> AftercareFact:
    """What was reported of this person, whom the caller has fetched for the viewer. Raises NotFound."""
    row = db.session.get(AftercareFact, fact_id)
    if row is None or counted_id(row.person_id) != person.id or row.struck_out_on:
        raise NotFound("There is no such report.")
    return row


def held_clearances(person_id: int) -> list[Clearance]:
    """What somebody holds here, by level."""
    query = select(Clearance).where(
        of_one_person(Clearance.person_id, person_id), Clearance.state.in_(HELD), Clearance.struck_out_on.is_(None)
    )
    return list(db.session.scalars(query.order_by(Clearance.level, Clearance.id)))
