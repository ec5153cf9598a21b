"""What is so now, of everything that an upload or a release can reach: what undoing must bring back."""

from sqlalchemy import select

from accreditation.awards.models import Award
from accreditation.core.database import db
from accreditation.standing.models import Deadline, Evidence, EvidenceVoid, RequirementPeriod, StandingPeriod
from cohorts.models import Cohort, Enrolment, Result


def effective_state(cohort_id: int) -> dict[str, list]:
    """Verdicts, live evidence, results, places, duties and accreditations, without ids that history alone counts."""
    db.session.rollback()
    people = select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id)
    live = select(Evidence).outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
    cohort = db.session.get_one(Cohort, cohort_id)
    return {
        "verdicts": _rows(select(StandingPeriod).where(StandingPeriod.person_id.in_(people)), "id"),
        "requirements": _rows(select(RequirementPeriod).where(RequirementPeriod.person_id.in_(people)), "id"),
        "evidence": _rows(
            live.where(EvidenceVoid.id.is_(None), Evidence.person_id.in_(people)), "id", "recorded_at", "recorded_by"
        ),
        "results": _rows(select(Result).where(Result.cohort_id == cohort_id), "id"),
        "places": _rows(select(Enrolment).where(Enrolment.cohort_id == cohort_id)),
        "duties": _rows(select(Deadline).where(Deadline.source_id == cohort_id), "id"),
        "awards": _rows(select(Award).where(Award.person_id.in_(people), ~Award.voided)),
        "cohort": [cohort.state],
    }


def _rows(query, *without: str) -> list[str]:
    return sorted(
        repr(
            {
                name: value
                for name, value in row.__dict__.items()
                if not name.startswith("_") and name not in without and not hasattr(value, "_sa_instance_state")
            }
        )
        for row in db.session.scalars(query.execution_options(populate_existing=True))
    )
