"""What is due for the cohorts somebody runs, and by when: results, attendance, joining instructions, trainers.

Four statements, however many cohorts there are.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select

from accreditation.core.calendar import LONDON
from accreditation.core.database import rows_of
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked
from cohorts.models import Attendance, Cohort, CohortSession, CohortStaff, Enrolment, SessionNotice, SessionTrainer
from cohorts.queries.cohorts import (
    HOLDS_A_PLACE,
    RUNNING,
    STATEMENTS,
    CohortRow,
    cohorts_visible_to,
    results_outstanding,
)
from cohorts.rules.duties import ATTENDANCE, JOINING, RESULTS, TRAINERS, Duty

AHEAD = timedelta(days=28)
"""So long before a cohort begins its trainers are to be named and its candidates told when and where."""


def duties_of(viewer: Viewer, today: date, now: datetime, due: Sequence[CohortRow] | None = None) -> list[Duty]:
    """What is due now, what is late first and then by day.

    `due`: what `results_outstanding` says, where it was asked already.
    """
    scope_asked()
    found = [
        Duty(
            RESULTS,
            row.cohort.id,
            row.cohort.title,
            row.cohort.results_due_on,
            row.missing,
            row.taken,
            row.is_late(today),
        )
        for row in (results_outstanding(viewer, today) if due is None else due)
    ]
    found += _attendance(viewer, now) + _joining(viewer, now) + _trainers(viewer, today)
    return sorted(found, key=lambda duty: (not duty.late, duty.on, duty.cohort_id, duty.kind))


def _attendance(viewer: Viewer, now: datetime) -> list[Duty]:
    return [
        Duty(ATTENDANCE, cohort_id, title, first.astimezone(LONDON).date(), number, late=True)
        for cohort_id, title, number, first in rows_of(_without_attendance(viewer), {"now": now})
    ]


@lru_cache(maxsize=STATEMENTS)
def _without_attendance(viewer: Viewer) -> Any:
    return (
        select(Cohort.id, Cohort.title, func.count(), func.min(CohortSession.starts_at))
        .join(CohortSession, CohortSession.cohort_id == Cohort.id)
        .join(Enrolment, and_(Enrolment.cohort_id == Cohort.id, HOLDS_A_PLACE))
        .outerjoin(Attendance, and_(Attendance.session_id == CohortSession.id, Attendance.enrolment_id == Enrolment.id))
        .where(
            RUNNING,
            CohortSession.cancelled_at.is_(None),
            CohortSession.ends_at <= bindparam("now"),
            Attendance.id.is_(None),
            cohorts_visible_to(viewer),
        )
        .group_by(Cohort.id, Cohort.title)
    )


def _joining(viewer: Viewer, now: datetime) -> list[Duty]:
    soon = {"now": now, "soon": now + AHEAD}
    return [
        Duty(JOINING, cohort_id, title, first.astimezone(LONDON).date(), number)
        for cohort_id, title, number, first in rows_of(_not_told(viewer), soon)
    ]


@lru_cache(maxsize=STATEMENTS)
def _not_told(viewer: Viewer) -> Any:
    told = exists().where(SessionNotice.enrolment_id == Enrolment.id)
    begins = (
        select(func.min(CohortSession.starts_at))
        .where(CohortSession.cohort_id == Cohort.id, CohortSession.cancelled_at.is_(None))
        .correlate(Cohort)
        .scalar_subquery()
    )
    return (
        select(Cohort.id, Cohort.title, func.count(Enrolment.id), begins)
        .join(Enrolment, and_(Enrolment.cohort_id == Cohort.id, HOLDS_A_PLACE))
        .where(RUNNING, ~told, begins > bindparam("now"), begins <= bindparam("soon"), cohorts_visible_to(viewer))
        .group_by(Cohort.id, Cohort.title)
    )


def _trainers(viewer: Viewer, today: date) -> list[Duty]:
    rows = rows_of(_without_trainers(viewer), {"today": today, "soon": today + AHEAD})
    return [Duty(TRAINERS, cohort_id, title, starts_on) for cohort_id, title, starts_on in rows]


@lru_cache(maxsize=STATEMENTS)
def _without_trainers(viewer: Viewer) -> Any:
    named = exists().where(
        CohortStaff.cohort_id == Cohort.id, CohortStaff.role == "trainer", CohortStaff.ended_on.is_(None)
    )
    delivers = exists().where(SessionTrainer.session_id == CohortSession.id, CohortSession.cohort_id == Cohort.id)
    return select(Cohort.id, Cohort.title, Cohort.starts_on).where(
        RUNNING,
        Cohort.starts_on > bindparam("today"),
        Cohort.starts_on <= bindparam("soon"),
        ~named,
        ~delivers,
        cohorts_visible_to(viewer),
    )
