"""The vetting officer's lists: what ends when, what is under way and how old it is, what is overdue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from accreditation.core.calendar import anniversary, last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.web.paging import By, Page, page_of
from vetting.models import Clearance, ClearanceApplication
from vetting.queries.records import not_replaced
from vetting.rules.steps import GRANTING, OPEN

MONTHS_AHEAD = 12


@dataclass(frozen=True)
class EndingRow:
    """A clearance whose last good day is `valid_through`; `applied`: a new one of the level is under way."""

    person: Person
    clearance_id: int
    level: str
    granted_on: date | None
    ends_on: date
    applied: bool

    @property
    def valid_through(self) -> date:
        return last_good_day(self.ends_on)


@dataclass(frozen=True)
class ProgressRow:
    person: Person
    application_id: int
    level: str
    state: str
    initiated_on: date
    state_on: date


@dataclass(frozen=True)
class MonthCount:
    """How many clearances have their last good day in the month that begins on `first`."""

    first: date
    number: int


def ending_page(
    viewer: Viewer,
    *,
    on: date,
    month: date | None,
    overdue: bool,
    level: str | None,
    unit_id: int | None,
    place: str | None,
    address: Callable[[str | None], str],
) -> Page[EndingRow]:
    """Clearances in the order in which they end. `overdue`: those that have ended by the day and were not replaced;
    otherwise those that end later, or with `month` (its first day) those whose last good day is in that month."""
    under_way = (
        select(ClearanceApplication.id)
        .where(
            ClearanceApplication.person_id == Clearance.person_id,
            ClearanceApplication.level == Clearance.level,
            ClearanceApplication.state.in_(OPEN),
        )
        .correlate(Clearance)
        .exists()
    )
    query = (
        select(Person, Clearance.id, Clearance.level, Clearance.granted_on, Clearance.ends_on, under_way)
        .join(Person, Person.id == Clearance.person_id)
        .where(_current(viewer, on), _days(on, month, overdue), *_narrowed(Clearance.level, level, unit_id))
    )
    page = page_of(
        query,
        [By(Clearance.ends_on, date), By(Clearance.id, int)],
        place=place,
        key=lambda row: (row.ends_on, row.id),
        address=address,
    )
    return _mapped(page, lambda row: EndingRow(*row))


def progress_page(
    viewer: Viewer,
    *,
    level: str | None,
    unit_id: int | None,
    initiated_before: date | None = None,
    place: str | None,
    address: Callable[[str | None], str],
) -> Page[ProgressRow]:
    """The open applications, the oldest first; `initiated_before` leaves out those begun on that day or later."""
    row = ClearanceApplication
    query = (
        select(Person, row.id, row.level, row.state, row.initiated_on, row.state_on)
        .join(Person, Person.id == row.person_id)
        .where(row.decided_on.is_(None), visible_to(viewer), *_narrowed(row.level, level, unit_id))
    )
    if initiated_before is not None:
        query = query.where(row.initiated_on < initiated_before)
    page = page_of(
        query,
        [By(row.initiated_on, date), By(row.id, int)],
        place=place,
        key=lambda found: (found.initiated_on, found.id),
        address=address,
    )
    return _mapped(page, lambda found: ProgressRow(*found))


def ending_by_month(viewer: Viewer, on: date) -> list[MonthCount]:
    """For this month and the eleven after it, how many clearances have their last good day in it from `on` on."""
    first = on.replace(day=1)
    months = [anniversary(first, ahead) for ahead in range(MONTHS_AHEAD + 1)]
    columns = [
        func.count().filter(and_(Clearance.ends_on > start, Clearance.ends_on <= end))
        for start, end in pairwise(months)
    ]
    query = (
        select(*columns)
        .select_from(Clearance)
        .join(Person, Person.id == Clearance.person_id)
        .where(_current(viewer, on), Clearance.ends_on > on, Clearance.ends_on <= months[-1])
    )
    counts = db.session.execute(query).one()
    return [MonthCount(month, number) for month, number in zip(months, counts, strict=False)]


def count_overdue(viewer: Viewer, on: date) -> int:
    """Clearances that have ended and were not replaced, of people who are still in the service."""
    query = select(func.count()).select_from(Clearance).join(Person, Person.id == Clearance.person_id)
    return db.session.scalar(query.where(_current(viewer, on), Clearance.ends_on <= on)) or 0


def count_open(viewer: Viewer, *, initiated_before: date | None = None) -> int:
    """Open applications, or those of them that were begun before that day."""
    row = ClearanceApplication
    query = select(func.count()).select_from(row).join(Person, Person.id == row.person_id)
    query = query.where(row.decided_on.is_(None), visible_to(viewer))
    if initiated_before is not None:
        query = query.where(row.initiated_on < initiated_before)
    return db.session.scalar(query) or 0


def count_to_declare_anew(blocks: bool) -> int:
    """Clearances that are still declared by the other rule about what is overdue."""
    return db.session.scalar(select(func.count()).where(Clearance.blocks.is_(not blocks))) or 0


def _current(viewer: Viewer, on: date) -> ColumnElement[bool]:
    still_here = or_(Person.left_on.is_(None), Person.left_on > on)
    return and_(
        Clearance.state.in_(GRANTING),
        Clearance.struck_out_on.is_(None),
        still_here,
        visible_to(viewer),
        not_replaced(),
    )


def _days(on: date, month: date | None, overdue: bool) -> ColumnElement[bool]:
    if overdue:
        return Clearance.ends_on <= on
    if month is None:
        return Clearance.ends_on > on
    # The last good day is the day before the end, so that the month's ends run from its second day to the next first.
    return and_(Clearance.ends_on > max(month, on), Clearance.ends_on <= anniversary(month, 1))


def _narrowed(column: Any, level: str | None, unit_id: int | None) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if level is not None:
        narrowed.append(column == level)
    if unit_id is not None:
        narrowed.append(Person.unit_id == unit_id)
    return narrowed


def _mapped(page: Page[Any], make: Callable[[Any], Any]) -> Page[Any]:
    return Page([make(row) for row in page.rows], page.next_token, page.previous_token, page.address)
