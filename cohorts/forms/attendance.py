"""The page of attendance as it was typed: the same cells as a workbook's."""

from collections.abc import Mapping, Sequence

from flask_wtf.file import FileField, FileRequired

from accreditation.web.forms import BaseForm
from cohorts.models import CohortSession
from cohorts.queries.attendance import Attended
from cohorts.queries.results import Candidate
from cohorts.rules.attendance import written
from cohorts.rules.attendance_sheet import Typed, typed


class AttendanceUploadForm(BaseForm):
    file = FileField(
        "Filled-in workbook",
        description="An .xlsx file of at most 5 MB. Nothing is recorded before you have seen what it would do.",
        validators=[FileRequired("Choose the workbook")],
    )


def field_name(session_id: int, enrolment_id: int) -> str:
    return f"mark-{session_id}-{enrolment_id}"


def read_page(
    answers: Mapping[str, str], candidates: Sequence[Candidate], sessions: Sequence[CohortSession]
) -> list[Typed]:
    """One cell for each field that was sent; a session without fields is left alone."""
    return [
        typed(who.person.reference, session.id, answers[name].strip())
        for who in candidates
        for session in sessions
        if (name := field_name(session.id, who.enrolment.id)) in answers
    ]


def shown_page(
    candidates: Sequence[Candidate], sessions: Sequence[CohortSession], attended: Mapping[int, Attended]
) -> dict[str, str]:
    """What the fields show before anybody types."""
    return {
        field_name(session.id, who.enrolment.id): written(attended[who.enrolment.id].marks.get(session.id))
        for who in candidates
        for session in sessions
    }
