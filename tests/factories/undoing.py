"""What was done to results, and undone."""

from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.desk.undoing.models import Undoing
from accreditation.desk.undoing.queries.prospects import prospects_of
from accreditation.desk.undoing.services import undo
from cohorts.models import Cohort, ResultAct
from tests.factories import cohorts as office
from tests.factories.people import person

__all__ = ["act_of", "undo_act", "undoing"]


def act_of(cohort_id: int, kind: str = "released") -> ResultAct:
    """The last act of that kind."""
    found = select(ResultAct).where(ResultAct.cohort_id == cohort_id, ResultAct.kind == kind)
    return db.session.scalars(found.order_by(ResultAct.id.desc())).first()


def undo_act(act_id: int, *, by: int | None = None, reason: str = "The wrong column was filled in.") -> Undoing:
    """Undone by somebody who has seen the preview; unless told, by somebody who had nothing to do with it."""
    by = by or person().id
    act = db.session.get_one(ResultAct, act_id)
    seen = prospects_of(act, db.session.get_one(Cohort, act.cohort_id), by=by).digest
    with transaction():
        return undo(act_id, reason=reason, seen=seen, at=office.NOW, undone_by=by)


def undoing(provider_id: int) -> Undoing:
    """A draft of another cohort of this provider that was recorded and taken back again."""
    cohort_id = office.cohort(provider_id=provider_id, candidates=1).id
    office.drafts(cohort_id, "pass")
    return undo_act(act_of(cohort_id, "recorded").id)
