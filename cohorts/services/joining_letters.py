"""What fills the letters about sessions and places at the moment they are handed over, calendar files included."""

from collections.abc import Iterable
from datetime import datetime
from email.utils import parseaddr

from flask import current_app
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db
from accreditation.core.ics import Attachment, invitation
from accreditation.core.outbox import NoLongerTrue, facts_for
from cohorts.models import Cohort, CohortSession, Enrolment, SessionNotice
from cohorts.queries.calendar import session_event
from cohorts.queries.sessions import last_notices
from cohorts.queries.waiting import position_of
from cohorts.rules import states
from cohorts.services.joining import JOINING, SESSION_CHANGED
from cohorts.services.places import PLACE_ENDED, WAITLISTED


def calendar_files(
    told: Iterable[tuple[CohortSession, SessionNotice]], place: Enrolment, cohort: Cohort, at: datetime
) -> list[Attachment]:
    """One file for each session: a calendar takes one event at a time. None for who has no address to be invited at."""
    to = place.person.email
    if to is None:
        return []
    organiser = parseaddr(str(current_app.config["MAIL_FROM"]))[1]
    files = []
    for number, (session, notice) in enumerate(told, 1):
        cancelled = notice.kind == "cancel"
        event = session_event(session, sequence=notice.sequence, link=session.link)
        content = invitation(event, organiser=organiser, to=to, at=at, cancelled=cancelled)
        files.append(Attachment(f"session-{number}.ics", content, "CANCEL" if cancelled else "REQUEST"))
    return files


def _place_held(enrolment_id: int) -> tuple[Enrolment, Cohort]:
    place = db.session.get_one(Enrolment, enrolment_id)
    cohort = db.session.get_one(Cohort, place.cohort_id)
    if place.state not in states.HOLDS_A_PLACE or cohort.state == "cancelled":
        raise NoLongerTrue("The place has been given up since.")
    return place, cohort


@facts_for(JOINING, called="Joining instructions")
def joining(enrolment_id: int) -> dict[str, object]:
    place, cohort = _place_held(enrolment_id)
    now = clock.now()
    last = last_notices(cohort.id, [place.id])
    found = db.session.scalars(
        select(CohortSession)
        .where(CohortSession.id.in_([session_id for session_id, _ in last]), CohortSession.cancelled_at.is_(None))
        .order_by(CohortSession.starts_at, CohortSession.id)
    )
    sessions = [session for session in found if session.ends_at > now]
    if not sessions:
        raise NoLongerTrue("There is no session to come any more.")
    told = [(session, last[session.id, place.id]) for session in sessions]
    return {
        "title": cohort.title,
        "provider": cohort.provider.name,
        "starts_on": sessions[0].starts_at,
        "sessions": sessions,
        "words": cohort.joining_text or "",
        "calendar": calendar_files(told, place, cohort, now),
    }


@facts_for(SESSION_CHANGED, called="Training session changed")
def session_changed(notice_id: int) -> dict[str, object]:
    notice = db.session.get_one(SessionNotice, notice_id)
    place, cohort = _place_held(notice.enrolment_id)
    session = db.session.get_one(CohortSession, notice.session_id)
    latest = last_notices(cohort.id, [place.id])[session.id, place.id]
    if latest.id != notice.id:
        raise NoLongerTrue("A later letter says how it stands now.")
    now = clock.now()
    if session.ends_at <= now:
        raise NoLongerTrue("The session is over.")
    return {
        "session": session,
        "provider": cohort.provider.name,
        "cancelled": session.cancelled_at is not None,
        "calendar": calendar_files([(session, notice)], place, cohort, now),
    }


@facts_for(PLACE_ENDED, called="Place in a cohort ended")
def place_ended(enrolment_id: int) -> dict[str, object]:
    place = db.session.get_one(Enrolment, enrolment_id)
    cohort = db.session.get_one(Cohort, place.cohort_id)
    if place.state in states.HOLDS_A_PLACE or place.state == "waitlisted":
        raise NoLongerTrue("The place was given back.")
    now = clock.now()
    last = last_notices(cohort.id, [place.id])
    withdrawn = {session_id: notice for (session_id, _), notice in last.items() if notice.kind == "cancel"}
    sessions = db.session.scalars(
        select(CohortSession)
        .where(CohortSession.id.in_(withdrawn), CohortSession.starts_at > now)
        .order_by(CohortSession.starts_at, CohortSession.id)
    )
    moved_to = db.session.scalar(select(Enrolment).where(Enrolment.came_from_id == place.id).order_by(Enrolment.id))
    if place.state == "transferred" and moved_to is None:
        raise NoLongerTrue("It is not known where the place was moved to.")
    return {
        "title": cohort.title,
        "state": place.state,
        "moved_to": moved_to.cohort.title if moved_to else "",
        "moved_starts_on": moved_to.cohort.starts_on if moved_to else None,
        "calendar": calendar_files([(session, withdrawn[session.id]) for session in sessions], place, cohort, now),
    }


@facts_for(WAITLISTED, called="Waiting list of a cohort")
def waitlisted(enrolment_id: int) -> dict[str, object]:
    place = db.session.get_one(Enrolment, enrolment_id)
    cohort = db.session.get_one(Cohort, place.cohort_id)
    if place.state != "waitlisted" or cohort.state not in states.TAKES_PEOPLE:
        raise NoLongerTrue("They are not on the waiting list any more.")
    return {"title": cohort.title, "starts_on": cohort.starts_on, "position": position_of(place)}
