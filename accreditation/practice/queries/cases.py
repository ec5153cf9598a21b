"""The cases of the service, and the figures made of them: counted by the database, never case by case."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import contains_eager

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.people.models import Unit
from accreditation.people.rules import Viewer
from accreditation.practice.models import MediationCase, PracticeEntry
from accreditation.practice.rules.cases import CONCLUDED, OPEN, Figures
from accreditation.practice.rules.entries import case_key
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of

ENDED = "concluded_all"
"""In a list of cases: brought to an end, whatever came of it."""


@dataclass(frozen=True)
class CasesAsked:
    """Which cases: referred in [first, last], both inclusive and open where None; `outcome` may be OPEN or ENDED."""

    first: date | None = None
    last: date | None = None
    outcome: str | None = None
    unit_id: int | None = None
    no_unit: bool = False
    disputed: bool = False
    from_log: bool = False
    reference: str = ""


@dataclass(frozen=True)
class UnitFigures:
    """The figures of one unit; `unit_id` None: of the cases whose unit is not recorded."""

    unit_id: int | None
    name: str | None
    figures: Figures


def cases_visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """All cases for who sees the whole service; of a unit's manager those that came from their units."""
    scope_asked()
    if viewer.ids(Scope.SERVICE):
        return true()
    return MediationCase.unit_id.in_(viewer.ids(Scope.UNIT))


def cases_page(
    viewer: Viewer, asked: CasesAsked, *, place: str | None, address: Callable[[str | None], str]
) -> Page[MediationCase]:
    """The cases that count, the latest referral first."""
    order = [By(MediationCase.counted_on, date, descending=True), By(MediationCase.id, int, descending=True)]
    page = page_of(
        _asked(viewer, asked), order, place=place, key=lambda row: (row[0].counted_on, row[0].id), address=address
    )
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, page.address)


def every_case(viewer: Viewer, asked: CasesAsked) -> list[MediationCase]:
    """The same without pages, for an export."""
    rows = _asked(viewer, asked).order_by(MediationCase.counted_on.desc(), MediationCase.id.desc())
    return list(db.session.scalars(rows))


def count_cases(viewer: Viewer, asked: CasesAsked) -> int:
    """How many `cases_page` lists."""
    return db.session.scalar(select(func.count(MediationCase.id)).where(*_conditions(viewer, asked))) or 0


def get_case(case_id: int, viewer: Viewer) -> MediationCase:
    """Raises NotFound, in the same words whether there is none or not for this viewer to know of."""
    case = db.session.scalar(select(MediationCase).where(MediationCase.id == case_id, cases_visible_to(viewer)))
    if case is None:
        raise NotFound("There is no such case.")
    return case


def entries_about(case: MediationCase) -> list[PracticeEntry]:
    """What mediators logged about the case, the earliest first, struck out ones too."""
    rows = select(PracticeEntry).join(PracticeEntry.person).options(contains_eager(PracticeEntry.person))
    return list(db.session.scalars(rows.where(PracticeEntry.case_key == case.key).order_by(PracticeEntry.id)))


def figures_by_unit(viewer: Viewer, first: date, last: date) -> list[UnitFigures]:
    """Of the cases referred from `first` through `last`, both inclusive, what has become of them, unit by unit.

    One statement. Units without a case in the period are left out; cases without a unit come last.
    """
    rows = (
        select(
            MediationCase.unit_id,
            Unit.name,
            func.coalesce(MediationCase.outcome, OPEN),
            func.count(),
            func.count().filter(MediationCase.from_log),
        )
        .outerjoin(Unit, Unit.id == MediationCase.unit_id)
        .where(*_conditions(viewer, CasesAsked(first, last)))
        .group_by(MediationCase.unit_id, Unit.name, MediationCase.outcome)
    )
    found: dict[tuple[int | None, str | None], Figures] = {}
    for unit_id, name, outcome, number, from_log in db.session.execute(rows):
        key = (unit_id, name)
        found[key] = found.get(key, Figures()) + Figures(**{FIELDS[outcome]: number}, from_log=from_log)
    ordered = sorted(found.items(), key=lambda item: (item[0][0] is None, (item[0][1] or "").lower()))
    return [UnitFigures(unit_id, name, figures) for (unit_id, name), figures in ordered]


FIELDS = {
    OPEN: "open",
    "resolved": "resolved",
    "partly": "partly",
    "not": "not_resolved",
    "concluded": "concluded_only",
    "withdrawn": "withdrawn",
}


def total(parts: list[UnitFigures]) -> Figures:
    """All of them together."""
    return sum((part.figures for part in parts), Figures())


def _asked(viewer: Viewer, asked: CasesAsked) -> Select[MediationCase]:
    return select(MediationCase).where(*_conditions(viewer, asked))


def _conditions(viewer: Viewer, asked: CasesAsked) -> list[ColumnElement[bool]]:
    conditions = [MediationCase.counted_on.is_not(None), cases_visible_to(viewer)]
    if asked.first is not None:
        conditions.append(MediationCase.counted_on >= asked.first)
    if asked.last is not None:
        conditions.append(MediationCase.counted_on < days_after(asked.last, 1))
    if asked.outcome == OPEN:
        conditions.append(MediationCase.outcome.is_(None))
    elif asked.outcome == ENDED:
        conditions.append(MediationCase.outcome.in_(CONCLUDED))
    elif asked.outcome is not None:
        conditions.append(MediationCase.outcome == asked.outcome)
    if asked.unit_id is not None:
        conditions.append(MediationCase.unit_id == asked.unit_id)
    if asked.no_unit:
        conditions.append(MediationCase.unit_id.is_(None))
    if asked.disputed:
        conditions.append(and_(MediationCase.disputed))
    if asked.from_log:
        conditions.append(and_(MediationCase.from_log))
    if key := case_key(asked.reference):
        conditions.append(MediationCase.key == key)
    return conditions
