"""What was done to results in one go, and what of it nothing else has built on since."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.rules import Viewer
from cohorts.models import ActLine, Cohort, Result, ResultAct
from cohorts.queries.appeals import open_appeals_of
from cohorts.queries.cohorts import cohorts_visible_to
from cohorts.rules.acts import Copy

Judge = Callable[[ActLine, Result | None, list[Result], set[int]], str | None]
SHOWN = 100
"""Acts on the page of a cohort's history; a cohort has a few of them."""


def copy_of(result: Result) -> Copy:
    """The result as it is now."""
    return Copy(
        attempt=result.attempt,
        outcome=result.outcome,
        event_on=result.event_on,
        note=result.note,
        state=result.state,
        recorded_by=result.recorded_by,
        parts={
            str(part.component_id): [part.outcome, {str(mark.criterion_id): mark.met for mark in part.marks}]
            for part in result.parts
        },
    )


@dataclass(frozen=True)
class ActRow:
    """An act in a list: how many results it touched, and how many of those were reversed."""

    act: ResultAct
    touched: int
    reversed: int

    @property
    def is_undone(self) -> bool:
        return self.reversed >= self.touched


def acts_of(cohort_id: int) -> list[ActRow]:
    """The acts of a cohort that the viewer may see in whole (`get_cohort_to_record`), the newest first."""
    counted = (
        select(ActLine.act_id, func.count(ActLine.id), func.count(ActLine.reversed_at))
        .join(ResultAct, ResultAct.id == ActLine.act_id)
        .where(ResultAct.cohort_id == cohort_id)
        .group_by(ActLine.act_id)
    )
    counts = {act_id: (touched, undone) for act_id, touched, undone in db.session.execute(counted)}
    found = (
        select(ResultAct)
        .options(joinedload(ResultAct.doer))
        .where(ResultAct.cohort_id == cohort_id)
        .order_by(ResultAct.id.desc())
        .limit(SHOWN)
    )
    return [ActRow(act, *counts.get(act.id, (0, 0))) for act in db.session.scalars(found)]


def get_act(act_id: int, viewer: Viewer) -> ResultAct:
    """Raises NotFound, in the same words whether there is no such act or not for this viewer to know of."""
    act = db.session.scalar(
        select(ResultAct)
        .join(Cohort, Cohort.id == ResultAct.cohort_id)
        .where(ResultAct.id == act_id, cohorts_visible_to(viewer))
    )
    if act is None:
        raise NotFound("There is no such act.")
    return act


def find_act_of_upload(upload_id: int) -> int | None:
    return db.session.scalar(select(ResultAct.id).where(ResultAct.upload_id == upload_id))


@dataclass(frozen=True)
class Reversal:
    """One line of an act, the result as it is now, and why the line cannot be reversed; None: it can."""

    line: ActLine
    result: Result | None
    why_not: str | None

    @property
    def person(self) -> Person:
        return self.line.person

    @property
    def before(self) -> Copy | None:
        return Copy.from_json(self.line.before) if self.line.before else None

    @property
    def after(self) -> Copy | None:
        return Copy.from_json(self.line.after) if self.line.after else None


def reversals_of(act: ResultAct) -> list[Reversal]:
    """The lines that were not reversed yet, by name. Reads only: the preview asks, and the undoing under its lock."""
    lines = db.session.scalars(
        select(ActLine)
        .join(ActLine.person)
        .options(contains_eager(ActLine.person))
        .where(ActLine.act_id == act.id, ActLine.reversed_at.is_(None))
        .order_by(Person.sort_name, Person.id, ActLine.id)
        .execution_options(populate_existing=True)
    ).all()
    standing = _results_of([line.enrolment_id for line in lines])
    judge = _recorded if act.kind == "recorded" else _released
    appealed = open_appeals_of({line.result_id for line in lines})
    return [_reversal(line, standing.get(line.enrolment_id, []), judge, appealed) for line in lines]


def _results_of(enrolment_ids: Sequence[int]) -> dict[int, list[Result]]:
    found: dict[int, list[Result]] = {}
    query = select(Result).where(Result.enrolment_id.in_(enrolment_ids)).order_by(Result.attempt, Result.id)
    for result in db.session.scalars(query.execution_options(populate_existing=True)):
        found.setdefault(result.enrolment_id or 0, []).append(result)
    return found


def _reversal(line: ActLine, results: list[Result], judge: Judge, appealed: set[int]) -> Reversal:
    result = next((result for result in results if result.id == line.result_id), None)
    return Reversal(line, result, judge(line, result, results, appealed))


def _recorded(line: ActLine, result: Result | None, results: list[Result], _: set[int]) -> str | None:
    """Why a recording cannot be reversed: somebody has gone on from it."""
    after = Copy.from_json(line.after) if line.after else None
    if after is None:
        before = Copy.from_json(line.before or "")
        if any(other.attempt >= before.attempt or other.state == "draft" for other in results):
            return "Another result has been recorded since."
        return None
    if result is None:
        return "The draft has been taken back since."
    if result.state in ("in_moderation", "submitted"):
        return "The result has been submitted since. Send it back first."
    if result.state != "draft":
        return "The result has been released since. Undo the release first, then send the result back."
    return None if copy_of(result).says_the_same(after) else "Somebody has changed this draft since."


def _released(line: ActLine, result: Result | None, results: list[Result], appealed: set[int]) -> str | None:
    """Why a release cannot be reversed: something rests on it."""
    if result is None or result.state not in ("released", "superseded"):
        return "The result is no longer released."
    if result.state == "superseded":
        return "The result has been corrected since, and the correction is released. Undo that release first."
    if any(other.supersedes_id == result.id for other in results):
        return "A correction of it waits for release. Have that settled first."
    if line.result_id in appealed:
        return "An appeal against it is open. Decide about the appeal first."
    if later := [other for other in results if other.attempt > result.attempt]:
        return f"Attempt {later[-1].attempt} has been recorded since."
    return None
