"""How schemes are assessed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from cohorts.models import Assessment, Component


def assessments(scheme: str | None = None) -> Sequence[Assessment]:
    """Those in use, by scheme and title; of one scheme, or of all."""
    found = select(Assessment).where(Assessment.active).order_by(Assessment.scheme, Assessment.title)
    if scheme is not None:
        found = found.where(Assessment.scheme == scheme)
    return db.session.scalars(found.options(selectinload(Assessment.components).selectinload(Component.criteria))).all()


def get_assessment(assessment_id: int) -> Assessment:
    """Raises NotFound; what is no longer in use can be looked at too."""
    found = db.session.get(Assessment, assessment_id)
    if found is None:
        raise NotFound("There is no such assessment.")
    return found


def usual_assessment(scheme: str) -> Assessment | None:
    """What a new cohort of the scheme is assessed by, unless somebody says otherwise: the one there is, if only one."""
    found = assessments(scheme)
    return found[0] if len(found) == 1 else None
