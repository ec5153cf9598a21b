"""Workbooks of attendance that wait for confirmation."""

import json

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.rules import Viewer
from cohorts.models import AttendanceUpload, Cohort
from cohorts.queries.cohorts import cohorts_visible_to
from cohorts.rules.attendance_sheet import Typed


def get_attendance_upload(cohort_id: int, upload_id: int, viewer: Viewer) -> AttendanceUpload:
    """Raises NotFound, in the same words whether there is no such upload or not for this viewer to know of."""
    found = select(AttendanceUpload).join(Cohort, Cohort.id == AttendanceUpload.cohort_id)
    upload = db.session.scalar(
        found.where(AttendanceUpload.id == upload_id, Cohort.id == cohort_id, cohorts_visible_to(viewer))
    )
    if upload is None:
        raise NotFound("There is no such upload.")
    return upload


def cells_of(upload: AttendanceUpload) -> list[Typed]:
    return [Typed.from_json(parts) for parts in json.loads(upload.content)]
