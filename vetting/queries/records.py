"""One person's clearances and applications, as the viewer may be told of them; and rows to lock, for services."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import any_merged, counted, counted_id, of_one_person, subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.rules.need_to_know import Access, Field
from vetting.models import (
    AftercareFact,
    Clearance,
    ClearanceApplication,
    ClearanceCorrection,
    ClearanceTransfer,
)
from vetting.queries.periods import review_periods
from vetting.rules.aftercare import ACTIONS, KINDS, SHOWN_TO_THE_PERSON
from vetting.rules.fields import (
    ADVERSE,
    Happened,
    Seen,
    ShownAftercare,
    ShownApplication,
    ShownClearance,
    ShownTransfer,
    label_of,
    state_shown,
)
from vetting.rules.levels import Periods, suggested_end
from vetting.rules.steps import GRANTING, OPEN
from vetting.rules.transfers import DIRECTIONS, TRANSFER_STATES

READ = "clearance record"
"""What the audit trail calls a look at somebody's record."""


@dataclass(frozen=True)
class ClearanceRecord:
    """What the record page of one person shows: the newest first."""

    clearances: Sequence[ShownClearance]
    applications: Sequence[ShownApplication]
    transfers: Sequence[ShownTransfer]
    aftercare: Sequence[ShownAftercare]

    @property
    def is_empty(self) -> bool:
        return not (self.clearances or self.applications or self.transfers or self.aftercare)


@dataclass(frozen=True)
class Reads:
    """How often a record has been opened, and by how many people."""

    times: int
    people: int


def record_of(person: Person, viewer: Viewer) -> ClearanceRecord:
    """The record of somebody whom the viewer may see, limited field by field. Raises NotFound without any level."""
    seen = Seen(viewer, subject_of(person))
    if not seen.may(Field.LEVEL):
        raise NotFound("There is no such mediator.")
    corrections = _corrections(person.id)
    return ClearanceRecord(
        _clearances(person, seen, corrections),
        _applications(person, seen, corrections),
        _transfers(person, seen),
        _aftercare(person, seen),
    )


def own_person(viewer: Viewer) -> Person:
    """The viewer's own. Raises NotFound for an account whose person is not a mediator's record they may see."""
    person = db.session.scalar(select(Person).where(Person.id == viewer.person_id, visible_to(viewer)))
    if person is None:
        raise NotFound("There is no record of a mediator for your account.")
    return person


def reads_of(person_id: int) -> Reads:
    """How often the full record of this person has been read, this time included."""
    times, people = db.session.execute(
        select(func.count(), func.count(AuditEntry.actor_id.distinct())).where(
            AuditEntry.about_id == person_id, AuditEntry.action == f"read {READ}"
        )
    ).one()
    return Reads(times, people)


# --- clearances ------------------------------------------------------------------------------------------------------


def _clearances(person: Person, seen: Seen, corrections: list[ClearanceCorrection]) -> list[ShownClearance]:
    rows = db.session.scalars(
        select(Clearance)
        .where(of_one_person(Clearance.person_id, person.id))
        .options(selectinload(Clearance.changes))
        .order_by(Clearance.id.desc())
    ).all()
    periods = review_periods()
    return [
        _shown_clearance(row, seen, periods, [one for one in corrections if one.clearance_id == row.id])
        for row in rows
        if row.struck_out_on is None or seen.may(Field.NOTES)
    ]


def _shown_clearance(
    row: Clearance, seen: Seen, periods: Periods, corrections: list[ClearanceCorrection]
) -> ShownClearance:
    state = state_shown(row.state, seen)
    taken_back = {one.change_id for one in corrections}
    since = row.originally_granted_on or row.granted_on
    history = [
        Happened(label_of(state_shown(change.state, seen)), change.changed_on)
        for change in row.changes
        if change.id not in taken_back
    ]
    return ShownClearance(
        id=row.id,
        level=row.level,
        state=state,
        state_label=label_of(state),
        state_on=row.state_on,
        granted_on=row.granted_on,
        originally_granted_on=row.originally_granted_on,
        ends_on=row.ends_on,
        ends_source=row.ends_source,
        blocks=row.blocks,
        usual=suggested_end(periods, row.level, row.holder_kind, since) if since else None,
        sponsor=row.sponsor if seen.may(Field.SPONSOR) else None,
        conditions=row.conditions if seen.may(Field.CONDITIONS) else None,
        reference=row.reference if seen.may(Field.REFERENCE) else None,
        notes=row.notes if seen.may(Field.NOTES) else None,
        application_id=row.application_id,
        struck_out=row.struck_out_on is not None,
        history=(*history, *_corrected(corrections, seen)),
    )


def _corrected(corrections: list[ClearanceCorrection], seen: Seen) -> list[Happened]:
    words = {
        "step_taken_back": "A step was taken back",
        "change_taken_back": "A change was taken back",
        "dates": "Dates corrected",
        "shortened": "Brought forward by the risk owner",
        "struck_out": "Struck out",
    }
    may = seen.may(Field.NOTES)
    return [Happened(words[one.kind], one.corrected_on, one.reason if may else None) for one in corrections]


def _corrections(person_id: int) -> list[ClearanceCorrection]:
    query = select(ClearanceCorrection).where(of_one_person(ClearanceCorrection.person_id, person_id))
    return list(db.session.scalars(query.order_by(ClearanceCorrection.id)))


# --- applications ----------------------------------------------------------------------------------------------------


def _applications(person: Person, seen: Seen, corrections: list[ClearanceCorrection]) -> list[ShownApplication]:
    rows = db.session.scalars(
        select(ClearanceApplication)
        .where(of_one_person(ClearanceApplication.person_id, person.id))
        .options(selectinload(ClearanceApplication.steps))
        .order_by(ClearanceApplication.id.desc())
    ).all()
    shown = [
        _shown_application(row, seen, [one for one in corrections if one.application_id == row.id])
        for row in rows
        if row.struck_out_on is None or seen.may(Field.NOTES)
    ]
    return [one for one in shown if one is not None]


def _shown_application(
    row: ClearanceApplication, seen: Seen, corrections: list[ClearanceCorrection]
) -> ShownApplication | None:
    """None where nothing of it may be said; that it is pending, or was refused, may be all that is."""
    in_full = seen.may(Field.STAGE)
    is_open = row.state in OPEN
    if not in_full:
        pending = is_open and seen.how(Field.STAGE) is Access.PENDING_ONLY
        adverse = row.state in ADVERSE and seen.may(Field.ADVERSE)
        if not pending and not adverse:
            return None
    state = state_shown(row.state, seen)
    taken_back = {one.step_id for one in corrections}
    history = [
        Happened(label_of(state_shown(step.state, seen)), step.taken_on)
        for step in row.steps
        if step.id not in taken_back
    ]
    return ShownApplication(
        id=row.id,
        level=row.level,
        state=state if in_full or not is_open else "pending",
        state_label=label_of(state) if in_full or not is_open else "Pending",
        state_on=row.state_on if in_full else None,
        initiated_on=row.initiated_on if in_full else None,
        decided_on=row.decided_on,
        is_open=is_open,
        sponsor=row.sponsor if seen.may(Field.SPONSOR) else None,
        reference=row.reference if seen.may(Field.REFERENCE) else None,
        notes=row.notes if seen.may(Field.NOTES) else None,
        struck_out=row.struck_out_on is not None,
        history=(*history, *_corrected(corrections, seen)) if in_full else (),
    )


# --- transfers and aftercare -----------------------------------------------------------------------------------------


def _transfers(person: Person, seen: Seen) -> list[ShownTransfer]:
    """A transfer is a stage of becoming cleared, or of ceasing to be: for those who may know stages."""
    if not seen.may(Field.STAGE):
        return []
    rows = db.session.scalars(
        select(ClearanceTransfer)
        .where(of_one_person(ClearanceTransfer.person_id, person.id))
        .order_by(ClearanceTransfer.id.desc())
    )
    return [
        ShownTransfer(
            row.id,
            row.level,
            DIRECTIONS[row.direction],
            row.other_body,
            TRANSFER_STATES[row.state],
            row.requested_on,
            row.answered_on,
            row.left_on,
        )
        for row in rows
    ]


def _aftercare(person: Person, seen: Seen) -> list[ShownAftercare]:
    if not seen.may(Field.REPORTED):
        return []
    in_full = seen.may(Field.NOTES)
    rows = db.session.scalars(
        select(AftercareFact)
        .where(of_one_person(AftercareFact.person_id, person.id), AftercareFact.struck_out_on.is_(None))
        .options(joinedload(AftercareFact.owner))
        .order_by(AftercareFact.reported_on.desc(), AftercareFact.id.desc())
    )
    return [
        ShownAftercare(
            id=row.id,
            kind=KINDS[row.kind],
            reported_on=row.reported_on,
            next_action=ACTIONS[row.next_action] if in_full and row.next_action else None,
            owner=row.owner.name if in_full and row.owner else None,
            due_on=row.due_on if in_full else None,
            done_on=row.done_on if in_full else None,
        )
        for row in rows
        if in_full or row.kind in SHOWN_TO_THE_PERSON
    ]


# --- rows ------------------------------------------------------------------------------------------------------------


def get_clearance(clearance_id: int, person: Person) -> Clearance:
    """A clearance of this person, whom the caller has fetched for the viewer. Raises NotFound."""
    row = db.session.get(Clearance, clearance_id)
    if row is None or counted_id(row.person_id) != person.id or row.struck_out_on:
        raise NotFound("There is no such clearance.")
    return row


def get_application(application_id: int, person: Person) -> ClearanceApplication:
    """An application of this person, whom the caller has fetched for the viewer. Raises NotFound."""
    row = db.session.get(ClearanceApplication, application_id)
    if row is None or counted_id(row.person_id) != person.id or row.struck_out_on:
        raise NotFound("There is no such application.")
    return row


def find_open_application(person_id: int, level: str) -> ClearanceApplication | None:
    return db.session.scalar(
        select(ClearanceApplication).where(
            of_one_person(ClearanceApplication.person_id, person_id),
            ClearanceApplication.level == level,
            ClearanceApplication.state.in_(OPEN),
        )
    )


def open_applications_of(person_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Of these people, who has an application under way, and for which level."""
    row = ClearanceApplication
    query = select(row.person_id, row.level).where(row.person_id.in_(person_ids), row.decided_on.is_(None))
    return {(person_id, level) for person_id, level in db.session.execute(query)}


def not_replaced() -> ColumnElement[bool]:
    """A clearance after which the person was given none of the same level that runs longer."""
    later = aliased(Clearance)
    runs_longer = (
        later.level == Clearance.level,
        later.id != Clearance.id,
        later.state.in_(GRANTING),
        later.struck_out_on.is_(None),
        or_(later.ends_on.is_(None), later.ends_on > Clearance.ends_on),
    )
    not_with_this_record = ~exists().where(later.person_id == Clearance.person_id, *runs_longer)
    if not any_merged():
        return not_with_this_record
    holder, other = aliased(Person), aliased(Person)
    with_another = exists().where(
        holder.id == Clearance.person_id,
        or_(other.merged_into_id == counted(holder), other.id == holder.merged_into_id),
        later.person_id == other.id,
        *runs_longer,
    )
    return and_(not_with_this_record, ~with_another)
