"""Appeals, for somebody."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from accreditation.core.clock import LONDON
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.queries import of_one_person, visible_to
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked
from cohorts.models import Cohort, Result, ResultAppeal
from cohorts.rules.appeals import APPEAL_DAYS, appeal_through

DECIDED_SHOWN = 50
"""Closed appeals at the foot of the list, the latest first."""


def find_open_appeal(result_id: int) -> ResultAppeal | None:
    return db.session.scalar(
        select(ResultAppeal).where(ResultAppeal.result_id == result_id, ResultAppeal.state == "open")
    )


def open_appeals_of(result_ids: Collection[int]) -> set[int]:
    """Of these results those against which an appeal is open."""
    found = select(ResultAppeal.result_id).where(ResultAppeal.result_id.in_(result_ids), ResultAppeal.state == "open")
    return set(db.session.scalars(found))


def count_open_appeals(cohort_id: int) -> int:
    found = select(func.count(ResultAppeal.id)).where(ResultAppeal.cohort_id == cohort_id, ResultAppeal.state == "open")
    return db.session.scalar(found) or 0


def last_day_to_appeal(result: Result, cohort: Cohort) -> date | None:
    """The last day on which a candidate can appeal; None where this result takes none."""
    if result.released_at is None:
        return None
    days = APPEAL_DAYS if cohort.assessment is None else cohort.assessment.appeal_days
    return appeal_through(result.released_at.astimezone(LONDON).date(), days)


def open_appeals(viewer: Viewer) -> Sequence[ResultAppeal]:
    """Those to decide, about people this viewer may see, the most urgent first."""
    found = _appeals(viewer).where(ResultAppeal.state == "open")
    return db.session.scalars(found.order_by(ResultAppeal.decide_by, ResultAppeal.id)).all()


def closed_appeals(viewer: Viewer) -> Sequence[ResultAppeal]:
    found = _appeals(viewer).where(ResultAppeal.state != "open")
    return db.session.scalars(found.order_by(ResultAppeal.id.desc()).limit(DECIDED_SHOWN)).all()


def _appeals(viewer: Viewer) -> Select[ResultAppeal]:
    return (
        select(ResultAppeal)
        .join(ResultAppeal.person)
        .options(contains_eager(ResultAppeal.person), joinedload(ResultAppeal.result))
        .where(visible_to(viewer))
    )


def get_appeal(appeal_id: int, viewer: Viewer) -> ResultAppeal:
    """Raises NotFound, in the same words whether there is no such appeal or not for this viewer to know of."""
    appeal = db.session.scalar(_appeals(viewer).where(ResultAppeal.id == appeal_id))
    if appeal is None:
        raise NotFound("There is no such appeal.")
    return appeal


def get_own_result(result_id: int, person_id: int) -> Result:
    """A released result of one's own. Raises NotFound for anybody else's."""
    scope_asked()
    result = db.session.scalar(
        select(Result).where(
            Result.id == result_id, Result.state == "released", of_one_person(Result.person_id, person_id)
        )
    )
    if result is None or result.cohort_id is None:
        raise NotFound("There is no such result.")
    return result


def own_appeals(person_id: int) -> dict[int, ResultAppeal]:
    """By result: the last appeal of one's own, open or closed."""
    found = select(ResultAppeal).where(of_one_person(ResultAppeal.person_id, person_id)).order_by(ResultAppeal.id)
    return {appeal.result_id: appeal for appeal in db.session.scalars(found)}
