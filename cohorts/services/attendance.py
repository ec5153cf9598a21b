"""Recording attendance: one way for the page, the workbook, and whatever comes later.

Callers hold the transaction; nothing here commits.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from cohorts.models import Attendance, AttendanceUpload
from cohorts.queries.attendance_plans import AttendancePlan, MarkLine, plan_attendance
from cohorts.queries.cohorts import lock_cohort
from cohorts.queries.plans import ADDED, CHANGED, REFUSED, REMOVED, UNCHANGED
from cohorts.rules.attendance_sheet import Typed
from cohorts.services.results import Recorded


class AttendanceRefused(DomainError):
    """Nothing was recorded. `plan` says for each cell what is wrong with it."""

    def __init__(self, plan: AttendancePlan, *reasons: str) -> None:
        super().__init__(*reasons)
        self.plan = plan


class StaleAttendance(Conflict):
    """The cells were made from an older state of the attendance and would change something."""


def record_attendance(
    cohort_id: int, cells: Sequence[Typed], *, version: int | None, at: datetime, recorded_by: int | None
) -> Recorded:
    """All the cells, or none of them. `version` is that of the attendance they were made from.

    A blank cell takes a mark back; whoever no cell names is left alone. Raises AttendanceRefused with a reason for
    each cell that is wrong, StaleAttendance when somebody changed the attendance or the sessions in between.
    """
    cohort = lock_cohort(cohort_id)
    plan = plan_attendance(cohort, cells, version=version, at=at)
    if plan.closed:
        raise AttendanceRefused(plan, plan.closed)
    if reasons := [f"{_called(line)}: {line.fault}" for line in plan.lines if line.change == REFUSED]:
        raise AttendanceRefused(plan, *reasons)
    if plan.stale:
        raise StaleAttendance(
            f"The attendance of {cohort.title} has changed since this was made ready, so nothing was recorded. "
            "Compare it with what is recorded now, and enter it again or download a new workbook."
        )
    for line in plan.lines:
        if line.change != UNCHANGED:
            _record(line, at, recorded_by)
    done = Recorded(plan.count(ADDED), plan.count(CHANGED), plan.count(REMOVED), plan.count(UNCHANGED))
    if done.anything:
        cohort.attendance_version += 1
        db.session.flush()
    return done


def _called(line: MarkLine) -> str:
    who = line.candidate.person.name if line.candidate else line.typed.reference or "Nobody"
    row = f"Row {line.typed.row}, " if line.typed.row else ""
    return f"{row}{who}, {line.session.title}" if line.session else f"{row}{who}"


def _record(line: MarkLine, at: datetime, recorded_by: int | None) -> None:
    assert line.candidate is not None
    assert line.session is not None
    enrolment_id, session_id = line.candidate.enrolment.id, line.session.id
    found = select(Attendance).where(Attendance.enrolment_id == enrolment_id, Attendance.session_id == session_id)
    row = db.session.scalar(found)
    if line.mark is None:
        if row is not None:
            db.session.delete(row)
        return
    if row is None:
        row = Attendance(enrolment_id=enrolment_id, session_id=session_id)
    row.mark, row.minutes = line.mark.mark, line.mark.minutes
    row.recorded_at, row.recorded_by = at, recorded_by
    db.session.add(row)


def keep_attendance_upload(
    cohort_id: int, *, file_name: str, version: int, cells: Sequence[Typed], at: datetime, uploaded_by: int
) -> AttendanceUpload:
    """Keep what a workbook said until somebody confirms it. An earlier upload of theirs is dropped."""
    lock_cohort(cohort_id)
    waiting = select(AttendanceUpload).where(
        AttendanceUpload.cohort_id == cohort_id,
        AttendanceUpload.uploaded_by == uploaded_by,
        AttendanceUpload.state == "waiting",
    )
    for earlier in db.session.scalars(waiting):
        earlier.state = "discarded"
    upload = AttendanceUpload(
        cohort_id=cohort_id,
        uploaded_by=uploaded_by,
        uploaded_at=at,
        file_name=file_name[:200],
        version=version,
        content=json.dumps([cell.as_json() for cell in cells], ensure_ascii=False),
        state="waiting",
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def record_attendance_upload(upload_id: int, *, at: datetime, recorded_by: int) -> Recorded:
    """Record what the workbook says, all of it or nothing. Once it is recorded, a second time changes nothing.

    Raises Conflict for one that a later upload replaced, and whatever `record_attendance` raises.
    """
    cohort_id = db.session.get_one(AttendanceUpload, upload_id).cohort_id
    lock_cohort(cohort_id)
    upload = db.session.get_one(AttendanceUpload, upload_id, populate_existing=True)
    if upload.state == "recorded":
        return Recorded()
    if upload.state == "discarded":
        raise Conflict("A later upload took the place of this one. Nothing was recorded.")
    cells = [Typed.from_json(parts) for parts in json.loads(upload.content)]
    done = record_attendance(cohort_id, cells, version=upload.version, at=at, recorded_by=recorded_by)
    upload.state, upload.recorded_at = "recorded", at
    return done
