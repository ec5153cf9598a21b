"""The attendance workbook as it is handed out."""

from collections.abc import Mapping, Sequence

from accreditation.core.sheets import Column, Table, write_workbook
from accreditation.web.words import moment, short_day
from cohorts.models import Cohort, CohortSession
from cohorts.queries.attendance import Attended
from cohorts.queries.results import Candidate
from cohorts.rules.attendance import hours_of, written
from cohorts.rules.attendance_sheet import NAME, REFERENCE, heading
from cohorts.rules.workbook import stamp


def attendance_workbook(
    cohort: Cohort,
    candidates: Sequence[Candidate],
    sessions: Sequence[CohortSession],
    attended: Mapping[int, Attended],
) -> bytes:
    """An .xlsx with a row for each candidate and a column for each session, filled with what is recorded."""
    rows = [
        [
            who.person.reference,
            who.person.name,
            *(written(attended[who.enrolment.id].marks.get(session.id)) for session in sessions),
        ]
        for who in candidates
    ]
    columns = [
        Column(REFERENCE, width=14),
        Column(NAME, width=30),
        *(
            Column(heading(session.title, short_day(session.starts_at), session.id), width=18, editable=True)
            for session in sessions
        ),
    ]
    table = Table(
        "Attendance",
        columns,
        rows,
        notes=(f"Attendance of {cohort.title}", stamp(cohort.id, cohort.attendance_version)),
        locked=True,
    )
    return write_workbook([table, _instructions(cohort, sessions)], classification="OFFICIAL")


def _instructions(cohort: Cohort, sessions: Sequence[CohortSession]) -> Table:
    return Table(
        "Instructions",
        [Column("What", width=32), Column("How", width=90)],
        [
            ["Cohort", cohort.title],
            ["P", "Present throughout"],
            ["A number, such as 3.5", "The hours of who was there in part"],
            ["A", "Sent an apology"],
            ["N", "Did not come and said nothing"],
            ["Blank", "Not recorded; what was recorded before is taken back"],
            *(
                [session.title, f"{moment(session.starts_at)}, {hours_of(session.minutes)} hours"]
                for session in sessions
            ),
            ["When you are done", "Save the workbook and upload it. Nothing is recorded before you confirm."],
        ],
        locked=True,
    )
