"""What was undone."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.outbox import Letter
from accreditation.desk.undoing.models import Undoing, UndoingLine
from accreditation.people.rules import Viewer
from cohorts.models import Cohort, ResultAct
from cohorts.queries.cohorts import cohorts_visible_to


@dataclass(frozen=True)
class UndoingRow:
    """One undoing with its act and the cohort."""

    undoing: Undoing
    act: ResultAct
    cohort: Cohort

    @property
    def reversed(self) -> list[UndoingLine]:
        return [line for line in self.undoing.lines if line.kept_because is None]

    @property
    def kept(self) -> list[UndoingLine]:
        return [line for line in self.undoing.lines if line.kept_because is not None]


def get_undoing(undoing_id: int, viewer: Viewer) -> UndoingRow:
    """Raises NotFound, in the same words whether there is no such undoing or not for this viewer to know of."""
    row = db.session.execute(
        select(Undoing, ResultAct, Cohort)
        .join(ResultAct, ResultAct.id == Undoing.act_id)
        .join(Cohort, Cohort.id == ResultAct.cohort_id)
        .options(joinedload(Undoing.undoer), selectinload(Undoing.lines).joinedload(UndoingLine.person))
        .where(Undoing.id == undoing_id, cohorts_visible_to(viewer))
    ).first()
    if row is None:
        raise NotFound("There is no such undoing.")
    return UndoingRow(*row)


def correction_letters(undoing: Undoing) -> list[Letter]:
    """The letters of correction that it owes, in order: held until somebody confirms them."""
    ids = [line.id for line in undoing.lines if line.letter == "to_confirm"]
    found = select(Letter).where(Letter.template == CORRECTED, Letter.about_id.in_(ids)).order_by(Letter.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


CORRECTED = "email/desk/release_undone.txt"
"""The letter of correction; it is about a line of the undoing."""


def undoings_of(act_id: int) -> list[Undoing]:
    """What was undone of an act, the first time first."""
    return list(db.session.scalars(select(Undoing).where(Undoing.act_id == act_id).order_by(Undoing.id)))
