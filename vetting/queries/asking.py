"""What somebody asks of the clearances, and the conditions that say it: one place for lists, counts and forecasts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, literal_column, or_, select

from accreditation.core.calendar import anniversary, days_after
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from vetting.models import Clearance, ClearanceApplication
from vetting.queries.records import not_replaced
from vetting.rules.steps import GRANTING, OPEN

SOON_DAYS = 30
"""Days in which an application is to be started to be decided in time: what the list “To start” looks ahead."""

LeadDays = Mapping[str, int]
"""By level: days from submission to decision."""


class Which(StrEnum):
    """Which clearances a list holds; every one but the last without those that have been replaced."""

    ENDING = "ending"  # that end later
    TO_START = "start"  # no application, and the last day to submit one is in the next days
    TOO_LATE = "late"  # no application, and one submitted today would be decided after the end
    OVERDUE = "overdue"  # that have ended
    MISSING = "dates"  # a date is still to be asked for


@dataclass(frozen=True)
class Asked:
    """What somebody asks of the clearances: `month` (its first day) is that of the last good day."""

    on: date
    leads: LeadDays
    which: Which = Which.ENDING
    month: date | None = None
    level: str | None = None
    unit_id: int | None = None


def wanted(viewer: Viewer, asked: Asked) -> ColumnElement[bool]:
    """The clearances asked for, of the people this viewer may know of."""
    within = narrowed(Clearance.level, asked.level, asked.unit_id)
    if asked.which is Which.MISSING:
        # Written out, not handed over as a value: so that SQLite knows that its small index holds every such row.
        missing = and_(Clearance.ends_source == literal_column("'to_be_asked'"), Clearance.struck_out_on.is_(None))
        return and_(missing, visible_to(viewer), *within)
    return and_(current(viewer, asked.on), _days(asked), *within)


def current(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """Granted, not replaced by one that runs longer, and of somebody who is still in the service."""
    still_here = or_(Person.left_on.is_(None), Person.left_on > on)
    return and_(
        Clearance.state.in_(GRANTING),
        Clearance.struck_out_on.is_(None),
        still_here,
        visible_to(viewer),
        not_replaced(),
    )


def _days(asked: Asked) -> ColumnElement[bool]:
    on = asked.on
    match asked.which:
        case Which.OVERDUE:
            return Clearance.ends_on <= on
        case Which.TOO_LATE:
            return and_(Clearance.ends_on > on, _ends_by(asked.leads, on), ~under_way())
        case Which.TO_START:
            until = days_after(on, SOON_DAYS)
            return and_(~_ends_by(asked.leads, on), _ends_by(asked.leads, until), ~under_way())
    if asked.month is None:
        return Clearance.ends_on > on
    # The last good day is the day before the end, so that the month's ends run from its second day to the next first.
    return and_(Clearance.ends_on > max(asked.month, on), Clearance.ends_on <= anniversary(asked.month, 1))


def _ends_by(leads: LeadDays, on: date) -> ColumnElement[bool]:
    """Those of which an application submitted on the day would be decided after the end, each by its level's days."""
    by_days: dict[int, list[str]] = {}
    for level, days in leads.items():
        by_days.setdefault(days, []).append(level)
    conditions = []
    for days, found in by_days.items():
        ends = Clearance.ends_on <= days_after(on, days)
        conditions.append(ends if len(by_days) == 1 else and_(Clearance.level.in_(found), ends))
    return or_(*conditions) if conditions else false()


def under_way() -> ColumnElement[bool]:
    """A new one of the level is under way."""
    return (
        select(ClearanceApplication.id)
        .where(
            ClearanceApplication.person_id == Clearance.person_id,
            ClearanceApplication.level == Clearance.level,
            ClearanceApplication.decided_on.is_(None),
            ClearanceApplication.state.in_(OPEN),
        )
        .correlate(Clearance)
        .exists()
    )


def narrowed(column: Any, level: str | None, unit_id: int | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if level is not None:
        found.append(column == level)
    if unit_id is not None:
        found.append(Person.unit_id == unit_id)
    return found
