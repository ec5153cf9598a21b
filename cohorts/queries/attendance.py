"""Attendance of a cohort: what is recorded, what that adds up to, and whether it is enough for a result."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from accreditation.core.database import db
from cohorts.models import Attendance, Cohort, CohortSession, Enrolment
from cohorts.queries.sessions import held_sessions
from cohorts.rules.attendance import Counted, Mark, hours_of, minutes_attended, percent_attended


@dataclass(frozen=True)
class Attended:
    """What somebody has attended: by session the mark, and the sums in minutes. `of` is all of the training."""

    marks: dict[int, Mark] = field(default_factory=dict)
    minutes: int = 0
    of: int = 0

    @property
    def percent(self) -> int:
        return percent_attended(self.minutes, self.of)

    @property
    def any_recorded(self) -> bool:
        return bool(self.marks)


def attendance_of(cohort_id: int, sessions: Sequence[CohortSession] | None = None) -> dict[int, Attended]:
    """By enrolment on the cohort, what was attended of its sessions, called-off ones left out. Two statements."""
    sessions = held_sessions(cohort_id) if sessions is None else sessions
    held = {session.id: session for session in sessions if session.cancelled_at is None}
    rows = (
        select(Enrolment.id, Attendance)
        .outerjoin(Attendance, Attendance.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort_id)
    )
    marks: dict[int, dict[int, Mark]] = {}
    for enrolment_id, row in db.session.execute(rows):
        found = marks.setdefault(enrolment_id, {})
        if row is not None and row.session_id in held:
            found[row.session_id] = Mark(row.mark, row.minutes)
    of = sum(session.minutes for session in held.values())
    return {
        enrolment_id: Attended(
            found,
            minutes_attended(Counted(session.minutes, found.get(session.id)) for session in held.values()),
            of,
        )
        for enrolment_id, found in marks.items()
    }


def reasons_against_results(cohort: Cohort) -> dict[int, str]:
    """By enrolment, why there can be no pass, refer or fail yet; nobody is named whose attendance is enough.

    Empty for a cohort whose scheme does not ask for attendance (DOMAIN.md, edge cases 27 and 29).
    """
    asked = cohort.attendance_percent
    if asked is None:
        return {}
    sessions = held_sessions(cohort.id)
    found = {}
    for enrolment_id, attended in attendance_of(cohort.id, sessions).items():
        missing = [session.title for session in sessions if session.id not in attended.marks]
        if not sessions:
            found[enrolment_id] = "No session has been planned, so no attendance is recorded. Plan the sessions first."
        elif missing:
            first = f"“{missing[0]}”" + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
            found[enrolment_id] = f"Attendance of {first} is not recorded. Record it first."
        elif attended.percent < asked:
            found[enrolment_id] = (
                f"Attended {hours_of(attended.minutes)} of {hours_of(attended.of)} hours ({attended.percent}%); "
                f"{asked}% are asked for. Record “absent” or “deferred”."
            )
    return found
