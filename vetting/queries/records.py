"""One person's clearances and applications, as the viewer may be told of them; and rows to lock, for services."""

from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased, selectinload
from sqlalchemy.sql.elements import ColumnElement

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import subject_of
from accreditation.people.rules import Viewer
from vetting.models import Clearance, ClearanceApplication
from vetting.rules.fields import ShownApplication, ShownClearance, label_of, may_see, state_shown
from vetting.rules.steps import OPEN


@dataclass(frozen=True)
class ClearanceRecord:
    """What the record page of one person shows: the newest first."""

    clearances: list[ShownClearance]
    applications: list[ShownApplication]


def record_of(person: Person, viewer: Viewer) -> ClearanceRecord:
    """The full record of somebody whom the viewer may see, limited field by field."""
    clearances = db.session.scalars(
        select(Clearance)
        .where(Clearance.person_id == person.id)
        .options(selectinload(Clearance.changes))
        .order_by(Clearance.id.desc())
    )
    applications = db.session.scalars(
        select(ClearanceApplication)
        .where(ClearanceApplication.person_id == person.id)
        .options(selectinload(ClearanceApplication.steps))
        .order_by(ClearanceApplication.id.desc())
    )
    may = may_see(viewer, subject_of(person))
    if not may("level"):
        raise NotFound("There is no such mediator.")
    return ClearanceRecord(
        [_shown_clearance(one, viewer, person) for one in clearances],
        [_shown_application(one, viewer, person) for one in applications],
    )


def _shown_clearance(row: Clearance, viewer: Viewer, person: Person) -> ShownClearance:
    may = may_see(viewer, subject_of(person))
    state = state_shown(row.state, may)
    history = [(label_of(state_shown(change.state, may)), change.changed_on) for change in row.changes]
    return ShownClearance(
        id=row.id,
        level=row.level,
        state=state,
        state_label=label_of(state),
        state_on=row.state_on,
        granted_on=row.granted_on,
        ends_on=row.ends_on,
        ends_source=row.ends_source,
        sponsor=row.sponsor if may("sponsor") else None,
        conditions=row.conditions if may("conditions of a grant") else None,
        reference=row.reference if may("reference number") else None,
        notes=row.notes if may("officer's notes") else None,
        history=tuple(history),
    )


def _shown_application(row: ClearanceApplication, viewer: Viewer, person: Person) -> ShownApplication:
    may = may_see(viewer, subject_of(person))
    state = state_shown(row.state, may)
    return ShownApplication(
        id=row.id,
        level=row.level,
        state=state,
        state_label=label_of(state),
        state_on=row.state_on,
        initiated_on=row.initiated_on,
        decided_on=row.decided_on,
        sponsor=row.sponsor if may("sponsor") else None,
        reference=row.reference if may("reference number") else None,
        notes=row.notes if may("officer's notes") else None,
        history=tuple((label_of(state_shown(step.state, may)), step.taken_on) for step in row.steps),
    )


def get_clearance(clearance_id: int, person: Person) -> Clearance:
    """A clearance of this person, whom the caller has fetched for the viewer. Raises NotFound."""
    row = db.session.get(Clearance, clearance_id)
    if row is None or row.person_id != person.id:
        raise NotFound("There is no such clearance.")
    return row


def get_application(application_id: int, person: Person) -> ClearanceApplication:
    """An application of this person, whom the caller has fetched for the viewer. Raises NotFound."""
    row = db.session.get(ClearanceApplication, application_id)
    if row is None or row.person_id != person.id:
        raise NotFound("There is no such application.")
    return row


def find_open_application(person_id: int, level: str) -> ClearanceApplication | None:
    return db.session.scalar(
        select(ClearanceApplication).where(
            ClearanceApplication.person_id == person_id,
            ClearanceApplication.level == level,
            ClearanceApplication.state.in_(OPEN),
        )
    )


def not_replaced() -> ColumnElement[bool]:
    """A clearance after which the person was given none of the same level that runs longer."""
    later = aliased(Clearance)
    return ~exists().where(
        later.person_id == Clearance.person_id,
        later.level == Clearance.level,
        later.id != Clearance.id,
        later.state.in_(("granted", "granted_with_conditions")),
        or_(later.ends_on.is_(None), later.ends_on > Clearance.ends_on),
    )
