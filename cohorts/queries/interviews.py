"""Times for interviews."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from cohorts.models import Application, InterviewSlot, SlotPanel


def booked_slot_of(application_id: int) -> InterviewSlot | None:
    """The time the applicant has, past or to come."""
    return db.session.scalar(
        select(InterviewSlot).where(
            InterviewSlot.application_id == application_id, InterviewSlot.cancelled_at.is_(None)
        )
    )


def free_slots(application_id: int, now: datetime) -> Sequence[InterviewSlot]:
    """The times of the application's intake that nobody has and that are still to come."""
    intake_id = select(Application.intake_id).where(Application.id == application_id).scalar_subquery()
    found = select(InterviewSlot).where(
        InterviewSlot.intake_id == intake_id,
        InterviewSlot.application_id.is_(None),
        InterviewSlot.cancelled_at.is_(None),
        InterviewSlot.starts_at > now,
    )
    return list(db.session.scalars(found.order_by(InterviewSlot.starts_at, InterviewSlot.id)))


def slots_of(intake_id: int) -> Sequence[InterviewSlot]:
    """All times of an intake that were not called off, in order, with panel and applicant. For its manager."""
    found = select(InterviewSlot).where(InterviewSlot.intake_id == intake_id, InterviewSlot.cancelled_at.is_(None))
    with_people = found.options(
        joinedload(InterviewSlot.application),
        selectinload(InterviewSlot.panel).joinedload(SlotPanel.interviewer),
    )
    return list(db.session.scalars(with_people.order_by(InterviewSlot.starts_at, InterviewSlot.id)))


def get_slot(intake_id: int, slot_id: int) -> InterviewSlot:
    """Raises NotFound for a time of another intake."""
    slot = db.session.scalar(select(InterviewSlot).filter_by(id=slot_id, intake_id=intake_id))
    if slot is None:
        raise NotFound("There is no such time.")
    return slot
