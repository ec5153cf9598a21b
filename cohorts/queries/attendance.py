"""Attendance of a cohort: what is recorded, what that adds up to, and whether it is enough for a result."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select

from accreditation.core.database import db
from cohorts.models import Attendance, Cohort, CohortSession, Enrolment
from cohorts.queries.sessions import held_sessions
from cohorts.rules.attendance import (
    Counted,
    Mark,
    hours_of,
    lacks_a_record,
    minutes_attended,
    minutes_counted,
    percent_attended,
)


@dataclass(frozen=True)
class Attended:
    """What somebody has attended: by session the mark, and the sums in minutes. `of` is all of the training.

    `brought`: attended on the cohorts they were transferred from.
    """

    marks: dict[int, Mark] = field(default_factory=dict)
    minutes: int = 0
    of: int = 0
    brought: int = 0

    @property
    def counted(self) -> int:
        return minutes_counted(self.minutes, self.brought, self.of)

    @property
    def percent(self) -> int:
        return percent_attended(self.counted, self.of)

    @property
    def any_recorded(self) -> bool:
        return bool(self.marks) or self.brought > 0


def attendance_of(cohort_id: int, sessions: Sequence[CohortSession] | None = None) -> dict[int, Attended]:
    """By enrolment on the cohort, what was attended of its sessions, called-off ones left out.

    Three statements, and two more for each transfer in a row.
    """
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
    brought = minutes_brought(cohort_id)
    return {
        enrolment_id: Attended(
            found,
            minutes_attended(Counted(session.minutes, found.get(session.id)) for session in held.values()),
            of,
            brought.get(enrolment_id, 0),
        )
        for enrolment_id, found in marks.items()
    }


def minutes_brought(cohort_id: int) -> dict[int, int]:
    """By enrolment on the cohort, the minutes attended on the cohorts they were transferred from; only who brought any.

    Each place counts once, also of somebody who went there and back.
    """
    came_from = _origins(Enrolment.cohort_id == cohort_id)
    origins, wanted = dict(came_from), set(came_from.values())
    while wanted:
        earlier = _origins(Enrolment.id.in_(wanted))
        origins |= earlier
        wanted = {place for place in earlier.values() if place not in origins}
    minutes = _minutes_of(set(origins.values()))
    found: dict[int, int] = {}
    for enrolment_id in came_from:
        seen, place = {enrolment_id}, origins.get(enrolment_id)
        while place is not None and place not in seen:
            seen.add(place)
            found[enrolment_id] = found.get(enrolment_id, 0) + minutes.get(place, 0)
            place = origins.get(place)
    return {enrolment_id: total for enrolment_id, total in found.items() if total}


def _origins(which: ColumnElement[bool]) -> dict[int, int]:
    """By place the place it was transferred from, where it was."""
    rows = db.session.execute(select(Enrolment.id, Enrolment.came_from_id).where(which))
    return {enrolment_id: earlier for enrolment_id, earlier in rows if earlier is not None}


def _minutes_of(enrolment_ids: set[int]) -> dict[int, int]:
    if not enrolment_ids:
        return {}
    rows = (
        select(Attendance.enrolment_id, CohortSession.minutes, Attendance.mark, Attendance.minutes)
        .join(CohortSession, CohortSession.id == Attendance.session_id)
        .where(Attendance.enrolment_id.in_(enrolment_ids), CohortSession.cancelled_at.is_(None))
    )
    found: dict[int, int] = {}
    for enrolment_id, session_minutes, mark, minutes in db.session.execute(rows):
        attended = minutes_attended([Counted(session_minutes, Mark(mark, minutes))])
        found[enrolment_id] = found.get(enrolment_id, 0) + attended
    return found


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
        missing = [session for session in sessions if session.id not in attended.marks]
        if not sessions:
            found[enrolment_id] = "No session has been planned, so no attendance is recorded. Plan the sessions first."
        elif lacks_a_record(sum(session.minutes for session in missing), attended.brought):
            first = f"“{missing[0].title}”" + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
            found[enrolment_id] = f"Attendance of {first} is not recorded. Record it first."
        elif attended.percent < asked:
            found[enrolment_id] = (
                f"Attended {hours_of(attended.counted)} of {hours_of(attended.of)} hours ({attended.percent}%"
                f"{f', {hours_of(attended.brought)} hours on a cohort before' if attended.brought else ''}); "
                f"{asked}% are asked for. Record “absent” or “deferred”."
            )
    return found
