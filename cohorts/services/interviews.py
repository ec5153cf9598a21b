"""Times for interviews: laid out by the manager, chosen by applicants or given to them. One time, one applicant."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from cohorts.models import Application, InterviewSlot, Marking, PanelMember, SlotPanel
from cohorts.queries.applications import lock_application
from cohorts.queries.intakes import lock_intake
from cohorts.rules import stages
from cohorts.rules.links import APPLICANT
from cohorts.services.links import applicant_link, find_link
from cohorts.services.marking import INTERVIEWERS, give_interview

BOOKED = "email/cohorts/interview_booked.txt"


def lay_out_slots(
    intake_id: int,
    *,
    first_at: datetime,
    minutes: int,
    pause_minutes: int,
    number: int,
    place: str,
    panel: Collection[int],
) -> list[InterviewSlot]:
    """So many times one after the other, each with the same panel. Raises DomainError with every reason.

    `first_at` is a moment; times that follow are counted in elapsed minutes.
    """
    lock_intake(intake_id)
    interviewers = select(PanelMember.person_id).filter_by(intake_id=intake_id, role="interviewer", active=True)
    known = set(db.session.scalars(interviewers))
    problems = []
    if len(set(panel)) != INTERVIEWERS or not set(panel) <= known:
        problems.append("Choose two different people from those who interview for this intake.")
    starts = [first_at + timedelta(minutes=(minutes + pause_minutes) * turn) for turn in range(number)]
    ends_at = starts[-1] + timedelta(minutes=minutes)
    taken = (
        select(InterviewSlot.id)
        .join(SlotPanel, SlotPanel.slot_id == InterviewSlot.id)
        .where(
            SlotPanel.interviewer_id.in_(panel),
            InterviewSlot.cancelled_at.is_(None),
            InterviewSlot.starts_at < ends_at,
            InterviewSlot.ends_at > first_at,
        )
    )
    if db.session.scalar(taken.limit(1)) is not None:
        problems.append("One of them has an interview in that time already.")
    if problems:
        raise DomainError(*problems)
    slots = []
    for starts_at in starts:
        slot = InterviewSlot(
            intake_id=intake_id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), place=place
        )
        db.session.add(slot)
        db.session.flush()
        db.session.add_all(SlotPanel(slot_id=slot.id, interviewer_id=person_id) for person_id in sorted(set(panel)))
        slots.append(slot)
    db.session.flush()
    return slots


def call_off_slot(slot_id: int, *, at: datetime) -> InterviewSlot:
    """Nobody can choose it any more. Raises DomainError while an applicant has it."""
    slot = _lock_slot(slot_id)
    if slot.application_id is not None:
        raise DomainError("An applicant has this time. Give them another one first.")
    slot.cancelled_at = slot.cancelled_at or at
    return slot


def pick_slot(token: str, slot_id: int, *, at: datetime) -> InterviewSlot:
    """The applicant chooses a time through their link. Raises DeadLink, DomainError when it has gone."""
    application = lock_application(find_link(token, APPLICANT, now=at).application_id)
    return _book(application, slot_id, at=at, by=None)


def give_slot(application_id: int, slot_id: int, *, at: datetime, by: int) -> InterviewSlot:
    """The manager gives somebody a time. Raises DomainError when it has gone."""
    return _book(lock_application(application_id), slot_id, at=at, by=by)


def _book(application: Application, slot_id: int, *, at: datetime, by: int | None) -> InterviewSlot:
    if application.stage != stages.INTERVIEW:
        raise DomainError("There is no interview to choose a time for.")
    before = db.session.scalar(
        select(InterviewSlot.id).where(
            InterviewSlot.application_id == application.id, InterviewSlot.cancelled_at.is_(None)
        )
    )
    if before == slot_id:
        return db.session.get_one(InterviewSlot, slot_id)
    wanted = {slot_id} if before is None else {slot_id, before}
    slots = {found: _lock_slot(found) for found in sorted(wanted)}
    slot = slots[slot_id]
    if slot.intake_id != application.intake_id or slot.cancelled_at is not None or slot.starts_at <= at:
        raise DomainError("This time cannot be chosen any more. Choose another one.")
    if slot.application_id is not None:
        raise DomainError("Somebody else has just taken this time. Choose another one.")
    if _has_marks(application.id):
        raise DomainError("The interview has taken place already.")
    if before is not None:
        slots[before].application_id = None
        db.session.flush()
    slot.application_id = application.id
    db.session.flush()
    panel = list(db.session.scalars(select(SlotPanel.interviewer_id).where(SlotPanel.slot_id == slot.id)))
    give_interview(application.id, panel, at=at, by=by)
    applicant_link(application.id, now=at)
    key = f"interview-booked:{slot.id}:{application.id}:{at:%Y%m%dT%H%M%S}"
    outbox.queue(application.person_id, BOOKED, about_id=application.id, key=key)
    return slot


def give_up_slot(application: Application, *, at: datetime) -> None:
    """Whoever leaves the way leaves a time that is still to come to somebody else. The caller holds the lock."""
    slot = db.session.scalar(
        select(InterviewSlot).where(
            InterviewSlot.application_id == application.id,
            InterviewSlot.cancelled_at.is_(None),
            InterviewSlot.starts_at > at,
        )
    )
    if slot is not None and not _has_marks(application.id):
        _lock_slot(slot.id).application_id = None
        db.session.flush()
        give_interview(application.id, (), at=at, by=None)


def _lock_slot(slot_id: int) -> InterviewSlot:
    slot = db.session.get(InterviewSlot, slot_id, with_for_update=True, populate_existing=True)
    if slot is None:
        raise DomainError("This time cannot be chosen any more. Choose another one.")
    return slot


def _has_marks(application_id: int) -> bool:
    found = select(Marking.id).where(
        Marking.application_id == application_id, Marking.step == "interview", Marking.state == "marked"
    )
    return db.session.scalar(found.limit(1)) is not None
