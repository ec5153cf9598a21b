"""The vetting unit's list from its upload to its import. Callers hold the transaction; nothing here commits."""

from datetime import date, datetime

from sqlalchemy import select

from accreditation.core import audit, uploads
from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.numbers import next_number
from accreditation.core.sheets import Workbook
from accreditation.standing.services import declaring_many
from vetting.models import BirthMark, Clearance, ClearanceList
from vetting.queries.listing import birth_mark, plan_of, upload_of
from vetting.rules.listing.columns import CLEARANCES
from vetting.rules.listing.plan import (
    GiveDates,
    GiveDetail,
    GiveState,
    Move,
    Plan,
    PlannedRow,
    Record,
    Start,
    Status,
    Step,
)
from vetting.services.applications import grant_clearance, move_application, start_application
from vetting.services.clearances import change_clearance, record_clearance
from vetting.services.corrections import correct_dates

BECAUSE = "As the vetting unit’s list says."


def new_list(workbook: Workbook, *, file_name: str, level: str, owner_id: int | None, at: datetime) -> ClearanceList:
    """The upload with the best guess of its table and columns, not yet kept. Raises NoTable."""
    read = uploads.read_at_first(workbook, CLEARANCES, file_name=file_name, owner_id=owner_id, at=at)
    return ClearanceList(level=level, take_all=False, **read)


def lock_list(list_id: int) -> ClearanceList:
    return db.session.get_one(ClearanceList, list_id, with_for_update=True)


def choose_table(list_id: int, *, sheet: int, header_row: int) -> None:
    """Another sheet or row of headings; its columns are matched anew and decisions forgotten. Raises DomainError."""
    draft = lock_list(list_id)
    uploads.choose_table(draft, CLEARANCES, sheet=sheet, header_row=header_row)
    draft.take_all = False


def decide_all(list_id: int, *, take: bool) -> None:
    """Wherever the list only says something else than the register: take it, or decide row by row after all."""
    lock_list(list_id).take_all = take


def import_list(list_id: int, *, digest: str | None, on: date, at: datetime, imported_by: int | None) -> ClearanceList:
    """Carry out the plan, all of it or nothing. Doing it twice changes nothing: the second time finds it done.

    The plan is made again here. Raises Conflict when it is no longer the one that was shown (`digest`), DomainError
    naming the row when a service refuses what the plan holds.
    """
    draft = lock_list(list_id)
    if draft.state == "done":
        return draft
    next_number("clearance list import")  # one at a time: the next waits here, and plans on what this one wrote
    upload = upload_of(draft)
    if upload.problems:
        raise DomainError(*upload.problems)
    plan = plan_of(upload, on=on)
    uploads.as_it_was_shown(plan, digest)
    with declaring_many():
        for row in sorted(plan.to_write, key=lambda row: (row.person_id or 0, row.number)):
            try:
                _carry_out(row, on, imported_by)
            except DomainError as refusal:
                raise DomainError(*(f"Row {row.number}: {reason}" for reason in refusal.reasons)) from refusal
        _mark_births(plan)
    rows = [[row.number, row.status.value, row.reference] for row in plan.rows if row.writes]
    counts = uploads.is_done(upload, plan, at=at, rows=rows)
    audit.note(
        "clearance list imported",
        subject=("clearance_list", draft.id),
        rows_written=len(plan.to_write),
        **counts,
    )
    return draft


def _carry_out(row: PlannedRow, on: date, by: int | None) -> None:
    assert row.person_id is not None
    for step in row.steps:
        _do(step, row.person_id, on, by)


def _do(step: Step, person_id: int, on: date, by: int | None) -> None:
    match step:
        case Record():
            _record(step, person_id, by)
        case GiveDates(clearance_id=clearance_id, granted_on=granted_on, valid_through=through):
            ends_on = days_after(through, 1) if through else db.session.get_one(Clearance, clearance_id).ends_on
            correct_dates(clearance_id, granted_on=granted_on, ends_on=ends_on, reason=BECAUSE, on=on, recorded_by=by)
        case GiveState(clearance_id=clearance_id, to=to, on=since):
            change_clearance(clearance_id, to=to, on=since, recorded_by=by)
        case GiveDetail(clearance_id=clearance_id, detail=detail, value=value):
            setattr(db.session.get_one(Clearance, clearance_id), detail, value)
        case Start():
            _start(step, person_id, by)
        case Move(application_id=application_id, to=to, on=since):
            move_application(application_id, to=to, on=since, recorded_by=by)


def _record(step: Record, person_id: int, by: int | None) -> None:
    ends_on = days_after(step.valid_through, 1) if step.valid_through else None
    if step.application_id is not None and step.granted_on is not None:
        grant_clearance(
            step.application_id,
            on=step.granted_on,
            ends_on=ends_on,
            reference=step.case_number or None,
            recorded_by=by,
        )
        return
    record_clearance(
        person_id,
        level=step.level,
        granted_on=step.granted_on,
        ends_on=ends_on,
        sponsor=step.sponsor or None,
        reference=step.case_number or None,
        recorded_by=by,
        to_be_asked=step.to_be_asked,
    )


def _start(step: Start, person_id: int, by: int | None) -> None:
    application = start_application(
        person_id,
        level=step.level,
        on=step.on,
        sponsor=step.sponsor or None,
        reference=step.case_number or None,
        recorded_by=by,
    )
    if step.state == "initiated":
        return
    if step.submitted_on and step.state in ("submitted", "in_progress", "on_hold"):
        move_application(application.id, to="submitted", on=step.submitted_on, recorded_by=by)
    if step.state == "in_progress" and not step.submitted_on:
        move_application(application.id, to="submitted", on=step.state_on, recorded_by=by)
    if application.state != step.state:
        move_application(application.id, to=step.state, on=step.state_on, recorded_by=by)


def _mark_births(plan: Plan) -> None:
    """For telling people apart by the next list: of those who were found by something surer, and not doubted."""
    sure = {
        row.person_id: row.entry.born_on
        for row in plan.rows
        if row.person_id
        and row.entry
        and row.entry.born_on
        and row.status in (Status.NEW, Status.CHANGES, Status.UNCHANGED)
    }
    there = set(db.session.scalars(select(BirthMark.person_id)))
    for person_id, born_on in sure.items():
        if person_id not in there:
            db.session.add(BirthMark(person_id=person_id, mark=birth_mark(born_on)))
