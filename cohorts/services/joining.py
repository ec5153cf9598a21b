"""Joining instructions, and every later word about a session, each with what a calendar needs.

A calendar knows a session by its UID; `SessionNotice` counts what each candidate's was told (RFC 5546, SEQUENCE).
Callers hold the transaction; nothing here commits.
"""

from collections.abc import Iterable
from datetime import datetime

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from cohorts.models import Cohort, CohortSession, Enrolment, SessionNotice
from cohorts.queries.cohorts import HOLDS_A_PLACE, lock_cohort
from cohorts.queries.sessions import held_sessions, last_notices, told_candidates
from cohorts.services.staff import refuse_over

JOINING = "email/cohorts/joining.txt"
SESSION_CHANGED = "email/cohorts/session_changed.txt"


def write_joining_text(cohort_id: int, words: str) -> Cohort:
    """What the joining instructions say besides the sessions; "" for nothing."""
    cohort = lock_cohort(cohort_id)
    refuse_over(cohort)
    cohort.joining_text = words.strip().replace("\r\n", "\n") or None
    return cohort


def send_joining(cohort_id: int, *, again: bool = False, at: datetime) -> int:
    """A letter with every session to each candidate who has had none; `again`: to all of them. How many letters.

    Raises DomainError when there is no session to invite to.
    """
    cohort = lock_cohort(cohort_id)
    refuse_over(cohort)
    sessions = [session for session in held_sessions(cohort_id) if session.ends_at > at]
    if not sessions:
        raise DomainError("There is no session to come. Plan the sessions first.")
    told = told_candidates(cohort_id)
    places = db.session.query(Enrolment).filter(Enrolment.cohort_id == cohort_id, HOLDS_A_PLACE)
    wanted = [place for place in places.order_by(Enrolment.id) if again or place.id not in told]
    last = last_notices(cohort_id, [place.id for place in wanted])
    for place in wanted:
        sequence = 0
        for session in sessions:
            sequence = max(sequence, _note(session, place.id, last, "request", at))
        outbox.queue(place.person_id, JOINING, about_id=place.id, key=f"joining:{place.id}:{sequence}")
    return len(wanted)


def tell_of_session(session: CohortSession, *, at: datetime) -> int:
    """Everybody who has had the joining instructions is told of the session as it is now. How many letters.

    Of what is over nobody is told.
    """
    if session.ends_at <= at:
        return 0
    told = sorted(told_candidates(session.cohort_id))
    last = last_notices(session.cohort_id, told)
    kind = "cancel" if session.cancelled_at else "request"
    places = {place.id: place for place in db.session.query(Enrolment).filter(Enrolment.id.in_(told))}
    letters = 0
    for enrolment_id in told:
        before = last.get((session.id, enrolment_id))
        if kind == "cancel" and (before is None or before.kind == "cancel"):
            continue  # their calendar does not have it
        sequence = _note(session, enrolment_id, last, kind, at)
        notice = db.session.query(SessionNotice).filter_by(
            session_id=session.id, enrolment_id=enrolment_id, sequence=sequence
        )
        outbox.queue(
            places[enrolment_id].person_id,
            SESSION_CHANGED,
            about_id=notice.one().id,
            key=f"session:{session.id}:{enrolment_id}:{sequence}",
        )
        letters += 1
    return letters


def withdraw_invitations(enrolment_ids: Iterable[int], cohort_id: int, *, at: datetime) -> set[int]:
    """The sessions to come leave the calendars of those who leave the cohort. Which enrolments had any there."""
    wanted = list(enrolment_ids)
    last = last_notices(cohort_id, wanted)
    coming = {session.id: session for session in held_sessions(cohort_id) if session.ends_at > at}
    found = set()
    for (session_id, enrolment_id), notice in sorted(last.items()):
        if notice.kind == "request" and session_id in coming:
            _note(coming[session_id], enrolment_id, last, "cancel", at)
            found.add(enrolment_id)
    return found


def _note(
    session: CohortSession,
    enrolment_id: int,
    last: dict[tuple[int, int], SessionNotice],
    kind: str,
    at: datetime,
) -> int:
    before = last.get((session.id, enrolment_id))
    sequence = before.sequence + 1 if before else 0
    db.session.add(SessionNotice(session_id=session.id, enrolment_id=enrolment_id, sequence=sequence, kind=kind, at=at))
    db.session.flush()
    return sequence
