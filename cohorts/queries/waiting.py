"""The waiting list of a cohort: first come, first served."""

from collections.abc import Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import contains_eager

from accreditation.core.database import db
from cohorts.models import Enrolment

IN_ORDER = (Enrolment.enrolled_on, Enrolment.id)


def waiting_list(cohort_id: int) -> Sequence[Enrolment]:
    """Those who wait for a place, whose turn it is first. For who may see the cohort."""
    found = select(Enrolment).join(Enrolment.person).options(contains_eager(Enrolment.person))
    found = found.where(Enrolment.cohort_id == cohort_id, Enrolment.state == "waitlisted")
    return db.session.scalars(found.order_by(*IN_ORDER)).all()


def position_of(place: Enrolment) -> int:
    """1 for whose turn it is next."""
    ahead = select(func.count(Enrolment.id)).where(
        Enrolment.cohort_id == place.cohort_id,
        Enrolment.state == "waitlisted",
        tuple_(*IN_ORDER) < tuple_(place.enrolled_on, place.id),
    )
    return (db.session.scalar(ahead) or 0) + 1
