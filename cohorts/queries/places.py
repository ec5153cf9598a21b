"""The history of places. For who may manage the cohort (`get_cohort_to_manage`)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accreditation.core.database import db
from cohorts.models import EnrolmentStep


def steps_of_place(enrolment_id: int) -> Sequence[EnrolmentStep]:
    """Oldest first. What happened before the register kept steps is not among them."""
    found = select(EnrolmentStep).where(EnrolmentStep.enrolment_id == enrolment_id)
    return db.session.scalars(found.options(joinedload(EnrolmentStep.taker)).order_by(EnrolmentStep.id)).all()
