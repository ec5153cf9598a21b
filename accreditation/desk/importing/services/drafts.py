"""A draft from its upload to its import. Callers hold the transaction; nothing here commits."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.numbers import next_number
from accreditation.core.sheets import Workbook
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.queries.drafts import Upload, upload_of
from accreditation.desk.importing.queries.plans import plan_of
from accreditation.desk.importing.rules.columns import NOT_READ, match_columns, problems_of_match
from accreditation.desk.importing.rules.layout import best_place, headings_at
from accreditation.desk.importing.rules.plan import Plan
from accreditation.desk.importing.services.writing import carry_out
from accreditation.people.models import Person
from accreditation.standing.queries import get_scheme
from scheduler.services.planning import hold_reminders

HELD_BY_IMPORT = "This was due already when the register was imported. Look at it, then release it."
KEPT_HOURS = 24
"""How long a draft waits for its owner: long enough for a question to a colleague, no longer than needed."""


def new_draft(
    workbook: Workbook, *, file_name: str, scheme: str, tracked_from: date, owner_id: int | None, at: datetime
) -> ImportDraft:
    """The upload with the best guess of its table and columns, not yet kept: enough for a preview.

    Raises NoTable when no sheet looks like a register, NotFound for a scheme that there is not.
    """
    get_scheme(scheme)
    place = best_place(workbook)
    columns = match_columns(headings_at(workbook.sheets[place.sheet], place.header_row))
    return ImportDraft(
        owner_id=owner_id,
        created_at=at,
        expires_at=at + timedelta(hours=KEPT_HOURS),
        file_name=file_name,
        scheme=scheme,
        tracked_from=tracked_from,
        sheet=place.sheet,
        header_row=place.header_row,
        columns={str(column): field for column, field in columns.items()},
        decisions={},
        content=json.dumps(workbook.as_json()),
        state="open",
    )


def keep_draft(draft: ImportDraft, *, at: datetime) -> ImportDraft:
    """Keep it for its owner. Drafts and files that have expired go on this occasion."""
    expired = ImportDraft.expires_at <= at
    db.session.execute(delete(ImportDraft).where(ImportDraft.state == "open", expired))
    db.session.execute(update(ImportDraft).where(ImportDraft.state == "done", expired).values(content=None, wrong=None))
    db.session.add(draft)
    db.session.flush()
    return draft


def lock_draft(draft_id: int) -> ImportDraft:
    return db.session.get_one(ImportDraft, draft_id, with_for_update=True)


def choose_table(draft_id: int, *, sheet: int, header_row: int) -> None:
    """Another sheet or row of headings; its columns are matched anew and decisions forgotten.

    Raises DomainError when that row holds no headings.
    """
    draft = lock_draft(draft_id)
    workbook = upload_of(draft).workbook
    headings = headings_at(workbook.sheets[sheet], header_row) if 0 <= sheet < len(workbook.sheets) else []
    if not headings:
        raise DomainError("That row is blank. Choose the row that names the columns.")
    draft.sheet, draft.header_row = sheet, header_row
    draft.columns = {str(column): field for column, field in match_columns(headings).items()}
    draft.decisions = {}


def choose_columns(draft_id: int, columns: Mapping[int, str]) -> None:
    """Which column holds what, as the owner says. Raises DomainError when rows could not be read so."""
    draft = lock_draft(draft_id)
    chosen = {column: field for column, field in columns.items() if field and field != NOT_READ}
    if problems := problems_of_match(chosen):
        raise DomainError(*problems)
    draft.columns = {str(column): field for column, field in chosen.items()}


def decide(draft_id: int, decisions: Mapping[int, str]) -> None:
    """Answers to rows that need a decision; "" takes an answer back."""
    draft = lock_draft(draft_id)
    kept = {**draft.decisions, **{str(number): choice for number, choice in decisions.items()}}
    draft.decisions = {number: choice for number, choice in kept.items() if choice}


def discard(draft_id: int) -> None:
    """The upload is forgotten. What has been imported stays."""
    draft = lock_draft(draft_id)
    if draft.state == "open":
        db.session.delete(draft)


def import_draft(draft_id: int, *, digest: str | None, on: date, at: datetime, imported_by: int | None) -> ImportDraft:
    """Carry out the plan, all of it or nothing. Doing it twice changes nothing: the second time finds it done.

    The plan is made again here. Raises Conflict when it is no longer the one that was shown (`digest`; None: none was
    shown), DomainError naming the row when a room refuses what the plan holds.
    """
    draft = lock_draft(draft_id)
    if draft.state == "done":
        return draft
    next_number("register import")  # one import at a time: the next waits here, and then plans on what this one wrote
    upload = upload_of(draft)
    if problems := problems_of_match(upload.columns):
        raise DomainError(*problems)
    plan = plan_of(upload, on=on)
    if digest is not None and plan.digest != digest:
        raise Conflict(
            "The register has changed since this preview was made, and the import would now do something else. "
            "Nothing was imported. Look at the preview again, and confirm it then."
        )
    references = carry_out(
        plan, upload.columns.values(), source=("import_draft", draft.id), on=on, imported_by=imported_by
    )
    hold_reminders(on, _people_of(references), reason=HELD_BY_IMPORT)
    draft.state, draft.imported_at, draft.decisions = "done", at, {}
    draft.outcome = _outcome(plan, references)
    draft.wrong = {str(row.number): row.wrong for row in plan.to_correct}
    draft.content = _still_to_correct(upload, plan)
    db.session.flush()
    audit.note(
        "register imported",
        subject=("import_draft", draft.id),
        rows_written=len(plan.to_write),
        scheme=plan.scheme,
        **{f"rows_{status.value}": count for status, count in sorted(plan.counts.items())},
    )
    return draft


def _people_of(references: Mapping[int, str]) -> set[int]:
    wanted = sorted(set(references.values()))
    found: set[int] = set()
    for start in range(0, len(wanted), 5000):  # a statement takes only so many values
        some = wanted[start : start + 5000]
        found.update(db.session.scalars(select(Person.id).where(Person.reference.in_(some))))
    return found


def _still_to_correct(upload: Upload, plan: Plan) -> str | None:
    """The headings and the rows of the error file, which can be fetched until the draft expires; nothing else."""
    kept = {upload.draft.header_row, *(row.number for row in plan.to_correct)}
    if len(kept) == 1:
        return None
    sheets = [replace(sheet, rows=()) for sheet in upload.workbook.sheets]
    sheets[upload.draft.sheet] = replace(upload.sheet, rows=tuple(row for row in upload.sheet if row.number in kept))
    return json.dumps(Workbook(tuple(sheets)).as_json())


def _outcome(plan: Plan, references: Mapping[int, str]) -> dict[str, object]:
    """What the result page tells: numbers and references, no cell of the file."""
    return {
        "counts": {status.value: count for status, count in plan.counts.items()},
        "awards": plan.awards,
        "rows": [[row.number, row.status.value, references.get(row.number, row.reference)] for row in plan.rows],
    }
