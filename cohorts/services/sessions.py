"""Planning the sessions of a cohort. Callers hold the transaction; nothing here commits.

Whoever has had the joining instructions is told of every change, so that their calendar stays right.
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from accreditation.core import outbox
from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from cohorts.models import Attendance, Cohort, CohortSession, SessionTrainer
from cohorts.queries.cohorts import lock_cohort
from cohorts.queries.staff import staff_of
from cohorts.rules.sessions import SessionPlan, faults_of
from cohorts.services.joining import tell_of_session
from cohorts.services.staff import refuse_over

TOLD = ("title", "starts_at", "ends_at", "venue", "link")
"""What a calendar shows: changing one of these is worth a letter."""


def plan_session(cohort_id: int, plan: SessionPlan, *, at: datetime) -> CohortSession:
    """A new session. Raises DomainError with everything that does not fit."""
    cohort = lock_cohort(cohort_id)
    _refuse(cohort, plan)
    session = CohortSession(
        cohort_id=cohort_id,
        title=plan.title,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        minutes=plan.minutes,
        venue=plan.venue,
        link=plan.link,
        uid=f"{secrets.token_hex(16)}@{outbox.mail_domain()}",
        version=1,
    )
    db.session.add(session)
    db.session.flush()
    _set_trainers(session, plan.trainers)
    tell_of_session(session, at=at)
    cohort.attendance_version += 1
    return session


def change_session(session_id: int, plan: SessionPlan, *, version: int, at: datetime) -> CohortSession:
    """New times, place, title or trainers. Raises Conflict for a page that is out of date, DomainError for a misfit."""
    cohort = lock_cohort(db.session.get_one(CohortSession, session_id).cohort_id)
    session = db.session.get_one(CohortSession, session_id, populate_existing=True)
    _refuse_stale(session, version)
    if session.cancelled_at:
        raise DomainError(f"{session.title} has been called off. Plan a new session instead.")
    _refuse(cohort, plan)
    if plan.minutes != session.minutes and _has_attendance(session_id):
        raise DomainError("Attendance has been recorded, so the hours that count cannot change. Take it back first.")
    tells = any(getattr(session, name) != getattr(plan, name) for name in TOLD)
    for name in (*TOLD, "minutes"):
        setattr(session, name, getattr(plan, name))
    session.version += 1
    _set_trainers(session, plan.trainers)
    if tells:
        tell_of_session(session, at=at)
    cohort.attendance_version += 1
    return session


def call_off_session(session_id: int, *, because: str, version: int, at: datetime) -> CohortSession:
    """The session does not take place. Raises Conflict, and DomainError where attendance says that it did."""
    cohort = lock_cohort(db.session.get_one(CohortSession, session_id).cohort_id)
    session = db.session.get_one(CohortSession, session_id, populate_existing=True)
    if session.cancelled_at:
        return session
    _refuse_stale(session, version)
    refuse_over(cohort)
    if not because.strip():
        raise DomainError("Write down why the session is called off. The candidates read it.")
    if _has_attendance(session_id):
        raise DomainError("Somebody’s attendance has been recorded, so it took place. Take the attendance back first.")
    session.cancelled_at, session.cancelled_because = at, because.strip()
    session.version += 1
    db.session.flush()
    tell_of_session(session, at=at)
    cohort.attendance_version += 1
    return session


def over_on(cohort: Cohort) -> date:
    """The first day on which nothing of the cohort takes place any more: after the training and the assessment."""
    return max(cohort.ends_on, days_after(cohort.assessment_on or cohort.starts_on, 1))


def _refuse(cohort: Cohort, plan: SessionPlan) -> None:
    refuse_over(cohort)
    if faults := faults_of(plan, cohort.starts_on, over_on(cohort)):
        raise DomainError(*faults)
    known = {member.person.counted.id for member in staff_of(cohort.id) if member.role == "trainer"}
    if not set(plan.trainers) <= known:
        raise DomainError("Only trainers of this cohort can deliver a session. Add them as trainers first.")


def _refuse_stale(session: CohortSession, version: int) -> None:
    if session.version != version:
        raise Conflict(f"{session.title} has changed since this page was made. Nothing was written. Look at it again.")


def _set_trainers(session: CohortSession, person_ids: Sequence[int]) -> None:
    wanted = set(person_ids)
    for row in db.session.query(SessionTrainer).filter_by(session_id=session.id):
        if row.person_id in wanted:
            wanted.discard(row.person_id)
        else:
            db.session.delete(row)
    db.session.add_all(SessionTrainer(session_id=session.id, person_id=person_id) for person_id in sorted(wanted))
    db.session.flush()
    db.session.expire(session, ["trainers"])


def _has_attendance(session_id: int) -> bool:
    return db.session.query(Attendance.id).filter_by(session_id=session_id).first() is not None
