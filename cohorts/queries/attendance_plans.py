"""What recording some attendance would do: one answer for page, preview and, under the cohort's lock, recording."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.web.words import day
from cohorts.models import Cohort, CohortSession, Result
from cohorts.queries.attendance import Attended, attendance_of
from cohorts.queries.plans import ADDED, CHANGED, REFUSED, REMOVED, UNCHANGED
from cohorts.queries.results import Candidate, candidates_of
from cohorts.queries.sessions import held_sessions
from cohorts.rules import states
from cohorts.rules.attendance import (
    NEEDS_ATTENDANCE,
    Counted,
    Mark,
    hours_of,
    lacks_a_record,
    minutes_attended,
    minutes_counted,
    percent_attended,
    settled,
)
from cohorts.rules.attendance_sheet import Typed


@dataclass(frozen=True)
class MarkLine:
    """One cell, whose it is and of which session, what is recorded now and what it would do."""

    typed: Typed
    candidate: Candidate | None
    session: CohortSession | None
    now: Mark | None
    change: str
    mark: Mark | None = None
    fault: str | None = None


@dataclass(frozen=True)
class AttendancePlan:
    """What the cells would do. `stale`: they were made from an older version and would change something."""

    lines: tuple[MarkLine, ...]
    version: int
    stale: bool
    closed: str | None = None

    def count(self, change: str) -> int:
        return sum(line.change == change for line in self.lines)

    @property
    def changes(self) -> int:
        return self.count(ADDED) + self.count(CHANGED) + self.count(REMOVED)

    @property
    def may_be_recorded(self) -> bool:
        return not (self.stale or self.closed or self.count(REFUSED))


def plan_attendance(cohort: Cohort, cells: Sequence[Typed], *, version: int | None, at: datetime) -> AttendancePlan:
    """Judge every cell against the cohort as it is now. Writes nothing and raises nothing: the plan says it all."""
    candidates = {who.person.reference: who for who in candidates_of(cohort.id)}
    sessions = {session.id: session for session in held_sessions(cohort.id)}
    recorded = attendance_of(cohort.id, list(sessions.values()))
    rows: dict[str, set[int | None]] = defaultdict(set)
    for cell in cells:
        rows[cell.reference].add(cell.row)
    lines = [
        _line(cell, candidates.get(cell.reference), sessions.get(cell.session_id), recorded, rows, at) for cell in cells
    ]
    lines = _keep_results(cohort, lines, sessions, recorded)
    changed = any(line.change in (ADDED, CHANGED, REMOVED) for line in lines)
    return AttendancePlan(
        tuple(lines),
        cohort.attendance_version,
        stale=changed and version != cohort.attendance_version,
        closed=None if cohort.state in states.RUNNING else f"{cohort.title} takes no attendance any more.",
    )


def _line(
    cell: Typed,
    candidate: Candidate | None,
    session: CohortSession | None,
    recorded: dict[int, Attended],
    rows: dict[str, set[int | None]],
    at: datetime,
) -> MarkLine:
    now = recorded[candidate.enrolment.id].marks.get(session.id) if candidate and session else None
    if fault := _identity_fault(cell, candidate, session, len(rows[cell.reference])):
        return MarkLine(cell, candidate, session, now, REFUSED, fault=fault)
    assert session is not None
    mark = settled(cell.mark, session.minutes)
    if cell.fault is None and mark == now:
        return MarkLine(cell, candidate, session, now, UNCHANGED, mark)
    if fault := cell.fault or _session_fault(mark, session, at):
        return MarkLine(cell, candidate, session, now, REFUSED, fault=fault)
    change = REMOVED if mark is None else CHANGED if now else ADDED
    return MarkLine(cell, candidate, session, now, change, mark)


def _identity_fault(cell: Typed, candidate: Candidate | None, session: CohortSession | None, times: int) -> str | None:
    if candidate is None:
        return f"There is no candidate {cell.reference or '(blank)'} on this cohort. Check the reference."
    if times > 1:
        return f"{cell.reference} is there {times} times. Keep one row for each candidate."
    if cell.name is not None and not candidate.is_called(cell.name):
        return (
            f"{cell.reference} is {candidate.person.name}, not {cell.name or '(blank)'}. "
            "Put reference, name and attendance of one person into one row."
        )
    if session is None:
        return "There is no such session any more. Look at the sessions of the cohort."
    return None


def _session_fault(mark: Mark | None, session: CohortSession, at: datetime) -> str | None:
    if session.starts_at > at:
        return f"{session.title} has not begun: it is on {day(session.starts_at)}. Leave it blank until then."
    if mark and mark.minutes is not None and mark.minutes > session.minutes:
        return (
            f"{hours_of(mark.minutes)} hours are more than the {hours_of(session.minutes)} of {session.title}. "
            "Write P for all of it."
        )
    return None


def _keep_results(
    cohort: Cohort, lines: list[MarkLine], sessions: dict[int, CohortSession], recorded: dict[int, Attended]
) -> list[MarkLine]:
    """Where the scheme asks for attendance, none may be taken from under a result that rests on it."""
    if cohort.attendance_percent is None:
        return lines
    rests = select(Result.enrolment_id).where(
        Result.cohort_id == cohort.id, Result.state != "superseded", Result.outcome.in_(sorted(NEEDS_ATTENDANCE))
    )
    with_result = set(db.session.scalars(rests))
    marks = {enrolment_id: dict(attended.marks) for enrolment_id, attended in recorded.items()}
    for line in lines:
        if line.candidate and line.session and line.change in (ADDED, CHANGED, REMOVED):
            if line.mark is None:
                marks[line.candidate.enrolment.id].pop(line.session.id, None)
            else:
                marks[line.candidate.enrolment.id][line.session.id] = line.mark
    of = sum(session.minutes for session in sessions.values())
    short = {
        enrolment_id
        for enrolment_id in with_result
        if enrolment_id in marks
        and _is_short(marks[enrolment_id], sessions, of, recorded[enrolment_id].brought, cohort.attendance_percent)
    }
    return [
        _refused(line)
        if line.candidate and line.candidate.enrolment.id in short and line.change in (CHANGED, REMOVED)
        else line
        for line in lines
    ]


def _is_short(marks: dict[int, Mark], sessions: dict[int, CohortSession], of: int, brought: int, asked: int) -> bool:
    unrecorded = sum(session.minutes for session in sessions.values() if session.id not in marks)
    own = minutes_attended(Counted(session.minutes, marks.get(session.id)) for session in sessions.values())
    return lacks_a_record(unrecorded, brought) or percent_attended(minutes_counted(own, brought, of), of) < asked


def _refused(line: MarkLine) -> MarkLine:
    fault = "There is a result that rests on this attendance. Take the result back first, then change the attendance."
    return MarkLine(line.typed, line.candidate, line.session, line.now, REFUSED, fault=fault)
