"""The vetting unit's list from its upload to its import. Callers hold the transaction; nothing here commits."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update

from accreditation.core import audit
from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.numbers import next_number
from accreditation.core.sheets import Workbook
from accreditation.core.sheets.layout import best_place, headings_at
from accreditation.standing.services import declaring_many
from vetting.models import BirthMark, Clearance, ClearanceList
from vetting.queries.listing import Upload, birth_mark, plan_of, upload_of
from vetting.rules.listing.columns import EXAMPLE, NOT_READ, match_columns, problems_of_match
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

KEPT_HOURS = 24
"""How long a list waits for its owner: long enough for a question to the vetting unit, no longer than needed."""

BECAUSE = "As the vetting unit’s list says."


def new_list(workbook: Workbook, *, file_name: str, level: str, owner_id: int | None, at: datetime) -> ClearanceList:
    """The upload with the best guess of its table and columns, not yet kept. Raises NoTable."""
    place = best_place(workbook, match_columns, EXAMPLE)
    columns = match_columns(headings_at(workbook.sheets[place.sheet], place.header_row))
    return ClearanceList(
        owner_id=owner_id,
        created_at=at,
        expires_at=at + timedelta(hours=KEPT_HOURS),
        file_name=file_name,
        level=level,
        sheet=place.sheet,
        header_row=place.header_row,
        columns={str(column): field for column, field in columns.items()},
        decisions={},
        take_all=False,
        content=json.dumps(workbook.as_json()),
        state="open",
    )


def keep_list(draft: ClearanceList, *, at: datetime) -> ClearanceList:
    """Keep it for its owner. Lists and files that have expired go on this occasion."""
    expired = ClearanceList.expires_at <= at
    db.session.execute(delete(ClearanceList).where(ClearanceList.state == "open", expired))
    db.session.execute(
        update(ClearanceList).where(ClearanceList.state == "done", expired).values(content=None, wrong=None)
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def lock_list(list_id: int) -> ClearanceList:
    return db.session.get_one(ClearanceList, list_id, with_for_update=True)


def choose_table(list_id: int, *, sheet: int, header_row: int) -> None:
    """Another sheet or row of headings; its columns are matched anew and decisions forgotten. Raises DomainError."""
    draft = lock_list(list_id)
    workbook = upload_of(draft).workbook
    headings = headings_at(workbook.sheets[sheet], header_row) if 0 <= sheet < len(workbook.sheets) else []
    if not headings:
        raise DomainError("That row is blank. Choose the row that names the columns.")
    draft.sheet, draft.header_row = sheet, header_row
    draft.columns = {str(column): field for column, field in match_columns(headings).items()}
    draft.decisions, draft.take_all = {}, False


def choose_columns(list_id: int, columns: Mapping[int, str]) -> None:
    """Which column holds what, as the owner says. Raises DomainError when rows could not be read so."""
    draft = lock_list(list_id)
    chosen = {column: field for column, field in columns.items() if field and field != NOT_READ}
    if problems := problems_of_match(chosen):
        raise DomainError(*problems)
    draft.columns = {str(column): field for column, field in chosen.items()}


def decide(list_id: int, decisions: Mapping[int, str]) -> None:
    """Answers to rows that need a decision; "" takes an answer back."""
    draft = lock_list(list_id)
    kept = {**draft.decisions, **{str(number): choice for number, choice in decisions.items()}}
    draft.decisions = {number: choice for number, choice in kept.items() if choice}


def decide_all(list_id: int, *, take: bool) -> None:
    """Wherever the list only says something else than the register: take it, or decide row by row after all."""
    lock_list(list_id).take_all = take


def discard(list_id: int) -> None:
    """The upload is forgotten. What has been imported stays."""
    draft = lock_list(list_id)
    if draft.state == "open":
        db.session.delete(draft)


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
    if problems := problems_of_match(upload.columns):
        raise DomainError(*problems)
    plan = plan_of(upload, on=on)
    if digest is not None and plan.digest != digest:
        raise Conflict(
            "The register has changed since this preview was made, and the import would now do something else. "
            "Nothing was imported. Look at the preview again, and confirm it then."
        )
    with declaring_many():
        for row in sorted(plan.to_write, key=lambda row: (row.person_id or 0, row.number)):
            try:
                _carry_out(row, on, imported_by)
            except DomainError as refusal:
                raise DomainError(*(f"Row {row.number}: {reason}" for reason in refusal.reasons)) from refusal
        _mark_births(plan)
    draft.state, draft.imported_at, draft.decisions = "done", at, {}
    draft.outcome = {
        "counts": {status.value: count for status, count in plan.counts.items()},
        "rows": [[row.number, row.status.value, row.reference] for row in plan.rows if row.writes],
    }
    draft.wrong = {str(row.number): row.wrong for row in plan.to_correct}
    draft.content = _still_to_correct(upload, plan)
    db.session.flush()
    audit.note(
        "clearance list imported",
        subject=("clearance_list", draft.id),
        rows_written=len(plan.to_write),
        **{f"rows_{status.value}": count for status, count in sorted(plan.counts.items())},
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


def _still_to_correct(upload: Upload, plan: Plan) -> str | None:
    """The headings and the rows of the error file, which can be fetched until the list expires; nothing else."""
    kept = {upload.draft.header_row, *(row.number for row in plan.to_correct)}
    if len(kept) == 1:
        return None
    sheets = [replace(sheet, rows=()) for sheet in upload.workbook.sheets]
    sheets[upload.draft.sheet] = replace(upload.sheet, rows=tuple(row for row in upload.sheet if row.number in kept))
    return json.dumps(Workbook(tuple(sheets)).as_json())
