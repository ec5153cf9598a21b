"""Sessions of cohorts as the feeds of candidates show them, and of whoever runs the cohorts."""

from collections.abc import Iterable
from datetime import date, datetime, time

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from accreditation.core.calendar import LONDON
from accreditation.core.database import db
from accreditation.core.ics import Event
from accreditation.core.permissions import Permission, Scope
from accreditation.people.models import Feed
from accreditation.people.queries import calendar_source, kept_from, of_one_person
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked
from cohorts.models import Cohort, CohortSession, Enrolment, SessionNotice
from cohorts.queries.cohorts import HOLDS_A_PLACE


def session_event(session: CohortSession, *, sequence: int, link: str | None) -> Event:
    """The session as every calendar shows it, by letter and by feed. `link`: what its address property leads to."""
    return Event(
        uid=session.uid,
        sequence=sequence,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        title=f"{session.title}, {session.cohort.title}",
        place=session.venue or session.link,
        words="\n".join(part for part in (session.cohort.provider.name, session.link) if part),
        link=link,
    )


@calendar_source("sessions", "Sessions of your cohort", feed=Feed.OWN, permission=Permission.VIEW_OWN)
def own_sessions(viewer: Viewer, on: date) -> Iterable[Event]:
    """Those that the joining instructions or a later letter told of: what is still being planned is nobody's date."""
    latest = (
        select(func.max(SessionNotice.id))
        .join(Enrolment, Enrolment.id == SessionNotice.enrolment_id)
        .where(of_one_person(Enrolment.person_id, viewer.person_id), HOLDS_A_PLACE)
        .group_by(SessionNotice.session_id, SessionNotice.enrolment_id)
    )
    told = (
        select(CohortSession, SessionNotice.sequence)
        .join(SessionNotice, SessionNotice.session_id == CohortSession.id)
        .join(CohortSession.cohort)
        .join(Cohort.provider)
        .options(contains_eager(CohortSession.cohort).contains_eager(Cohort.provider))
        .where(SessionNotice.id.in_(latest), SessionNotice.kind == "request", Cohort.state != "cancelled")
        .where(CohortSession.cancelled_at.is_(None), CohortSession.ends_at >= _began(kept_from(on)))
        .order_by(CohortSession.starts_at, CohortSession.id)
    )
    for session, sequence in db.session.execute(told):
        yield session_event(session, sequence=sequence, link=session.link)


@calendar_source("sessions", "All sessions of the cohorts you run", feed=Feed.SERVICE, permission=Permission.RUN_COHORT)
def sessions_run(viewer: Viewer, on: date) -> Iterable[Event]:
    """Of every cohort for who manages the whole service, of their own for a training provider."""
    scope_asked()
    sessions = (
        select(CohortSession)
        .join(CohortSession.cohort)
        .join(Cohort.provider)
        .options(contains_eager(CohortSession.cohort).contains_eager(Cohort.provider))
        .where(CohortSession.cancelled_at.is_(None), CohortSession.ends_at >= _began(kept_from(on)))
        .where(Cohort.state != "cancelled")
        .order_by(CohortSession.starts_at, CohortSession.id)
    )
    if not viewer.ids(Scope.SERVICE):
        sessions = sessions.where(Cohort.provider_id.in_(viewer.ids(Scope.PROVIDER)))
    base = current_app.config["BASE_URL"]
    for session in db.session.scalars(sessions):
        yield session_event(session, sequence=session.version, link=f"{base}/cohorts/{session.cohort_id}/sessions")


def _began(on: date) -> datetime:
    return datetime.combine(on, time(), LONDON)
