"""Sessions of a cohort, and what people's calendars were told of them. For who may see the cohort (`get_cohort`)."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from cohorts.models import CohortSession, Enrolment, SessionNotice, SessionTrainer
from cohorts.queries.cohorts import HOLDS_A_PLACE


def sessions_of(cohort_id: int) -> Sequence[CohortSession]:
    """All of them in order of time, those that were called off too, with their trainers."""
    found = select(CohortSession).options(selectinload(CohortSession.trainers).joinedload(SessionTrainer.person))
    found = found.where(CohortSession.cohort_id == cohort_id)
    return db.session.scalars(found.order_by(CohortSession.starts_at, CohortSession.id)).all()


def held_sessions(cohort_id: int) -> Sequence[CohortSession]:
    """Those that were not called off, in order of time."""
    found = select(CohortSession).where(CohortSession.cohort_id == cohort_id, CohortSession.cancelled_at.is_(None))
    return db.session.scalars(found.order_by(CohortSession.starts_at, CohortSession.id)).all()


def get_session(cohort_id: int, session_id: int) -> CohortSession:
    """Raises NotFound for a session of another cohort."""
    found = select(CohortSession).options(joinedload(CohortSession.cohort))
    session = db.session.scalar(found.where(CohortSession.id == session_id, CohortSession.cohort_id == cohort_id))
    if session is None:
        raise NotFound("There is no such session.")
    return session


def last_notices(cohort_id: int, enrolment_ids: Collection[int] | None = None) -> dict[tuple[int, int], SessionNotice]:
    """The last thing that each calendar was told of each session: by (session id, enrolment id)."""
    latest = (
        select(func.max(SessionNotice.id))
        .join(CohortSession, CohortSession.id == SessionNotice.session_id)
        .where(CohortSession.cohort_id == cohort_id)
        .group_by(SessionNotice.session_id, SessionNotice.enrolment_id)
    )
    if enrolment_ids is not None:
        latest = latest.where(SessionNotice.enrolment_id.in_(enrolment_ids))
    found = select(SessionNotice).where(SessionNotice.id.in_(latest))
    return {(notice.session_id, notice.enrolment_id): notice for notice in db.session.scalars(found)}


def told_candidates(cohort_id: int) -> set[int]:
    """The enrolments that hold a place and were told of a session: who has had the joining instructions."""
    found = (
        select(Enrolment.id)
        .join(SessionNotice, SessionNotice.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort_id, HOLDS_A_PLACE)
    )
    return set(db.session.scalars(found.distinct()))
