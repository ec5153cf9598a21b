"""A register from its upload to its import. Callers hold the transaction; nothing here commits."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core import audit, uploads
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.numbers import next_number
from accreditation.core.sheets import Workbook
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.queries.drafts import upload_of
from accreditation.desk.importing.queries.plans import plan_of
from accreditation.desk.importing.rules.columns import REGISTER
from accreditation.desk.importing.services.writing import carry_out
from accreditation.people.models import Person
from accreditation.standing.queries import get_scheme
from scheduler.services.planning import hold_reminders

HELD_BY_IMPORT = "This was due already when the register was imported. Look at it, then release it."


def new_draft(
    workbook: Workbook, *, file_name: str, scheme: str, tracked_from: date, owner_id: int | None, at: datetime
) -> ImportDraft:
    """The upload with the best guess of its table and columns, not yet kept: enough for a preview.

    Raises NoTable when no sheet looks like a register, NotFound for a scheme that there is not.
    """
    get_scheme(scheme)
    read = uploads.read_at_first(workbook, REGISTER, file_name=file_name, owner_id=owner_id, at=at)
    return ImportDraft(scheme=scheme, tracked_from=tracked_from, **read)


def lock_draft(draft_id: int) -> ImportDraft:
    return db.session.get_one(ImportDraft, draft_id, with_for_update=True)


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
    if upload.problems:
        raise DomainError(*upload.problems)
    plan = plan_of(upload, on=on)
    uploads.as_it_was_shown(plan, digest)
    references = carry_out(
        plan, upload.columns.values(), source=("import_draft", draft.id), on=on, imported_by=imported_by
    )
    hold_reminders(on, _people_of(references), reason=HELD_BY_IMPORT)
    rows = [[row.number, row.status.value, references.get(row.number, row.reference)] for row in plan.rows]
    counts = uploads.is_done(upload, plan, at=at, awards=plan.awards, rows=rows)
    audit.note(
        "register imported",
        subject=("import_draft", draft.id),
        rows_written=len(plan.to_write),
        scheme=plan.scheme,
        **counts,
    )
    return draft


def _people_of(references: Mapping[int, str]) -> set[int]:
    wanted = sorted(set(references.values()))
    found: set[int] = set()
    for start in range(0, len(wanted), 5000):  # a statement takes only so many values
        some = wanted[start : start + 5000]
        found.update(db.session.scalars(select(Person.id).where(Person.reference.in_(some))))
    return found
