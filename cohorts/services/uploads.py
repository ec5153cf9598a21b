"""Results workbooks that wait for confirmation. Callers hold the transaction; nothing here commits."""

import json
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from cohorts.models import Cohort, ResultUpload
from cohorts.queries.cohorts import lock_cohort
from cohorts.queries.plans import REFUSED
from cohorts.queries.uploads import plan_upload, rows_of
from cohorts.rules.workbook import SheetRow, headings_of
from cohorts.services.results import Recorded, record_results


def keep_upload(
    cohort_id: int,
    *,
    file_name: str,
    version: int,
    rows: Sequence[SheetRow],
    at: datetime,
    uploaded_by: int,
) -> ResultUpload:
    """Keep what a workbook said until somebody confirms it. An earlier upload of theirs is dropped."""
    lock_cohort(cohort_id)
    waiting = select(ResultUpload).where(
        ResultUpload.cohort_id == cohort_id, ResultUpload.uploaded_by == uploaded_by, ResultUpload.state == "waiting"
    )
    for earlier in db.session.scalars(waiting):
        earlier.state = "discarded"
    upload = ResultUpload(
        cohort_id=cohort_id,
        uploaded_by=uploaded_by,
        uploaded_at=at,
        file_name=file_name[:200],
        version=version,
        content=json.dumps([row.as_json() for row in rows], ensure_ascii=False),
        state="waiting",
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def record_upload(
    upload_id: int, *, on: date, at: datetime, recorded_by: int, leave_out: int | None = None
) -> Recorded:
    """Record what the workbook says, all of it or nothing. Once it is recorded, a second time changes nothing.

    `leave_out`: the choice to record the rows that are right and to leave out so many that are to be mended; where
    they are not so many any more, nothing is recorded.

    Raises Conflict for one that a later upload replaced, DomainError for cells that cannot be read, and whatever
    `record_results` raises.
    """
    cohort_id = db.session.get_one(ResultUpload, upload_id).cohort_id
    lock_cohort(cohort_id)
    upload = db.session.get_one(ResultUpload, upload_id, populate_existing=True)
    if upload.state == "recorded":
        return Recorded()
    if upload.state == "undone":
        raise Conflict("This upload has been undone. Upload the workbook again to record it once more.")
    if upload.state == "discarded":
        raise Conflict("A later upload took the place of this one. Nothing was recorded.")
    cohort = db.session.get_one(Cohort, cohort_id)
    rows = rows_of(upload) if leave_out is None else _rows_that_are_right(upload, cohort, leave_out, on)
    titles = headings_of(cohort.assessment.rules if cohort.assessment else ())
    if faults := [f"Row {row.number}, {titles[fault.field]}: {fault.text}" for row in rows for fault in row.faults]:
        raise DomainError(*faults)
    done = record_results(
        cohort_id,
        [row.entry for row in rows],
        version=upload.version,
        on=on,
        recorded_by=recorded_by,
        door="workbook",
        upload_id=upload_id,
    )
    upload.state, upload.recorded_at = "recorded", at
    return done


def _rows_that_are_right(upload: ResultUpload, cohort: Cohort, leave_out: int, on: date) -> list[SheetRow]:
    """Raises Conflict when another number of rows is to be mended than whoever chose this was shown."""
    plan = plan_upload(upload, cohort, on=on)
    if plan.count(REFUSED) != leave_out:
        raise Conflict("The cohort has changed since the preview was shown. Look at the preview again.")
    return [line.row for line in plan.lines if line.change != REFUSED]
