"""The vetting officer's lists: what ends when, what is to be started, what is under way and how old it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from accreditation.core.calendar import anniversary, days_after, last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.web.paging import By, Page, page_of
from vetting.models import AftercareFact, Clearance, ClearanceApplication
from vetting.queries.records import not_replaced
from vetting.rules.aftercare import ACTIONS
from vetting.rules.forecast import MONTHS_AHEAD as FORECAST_MONTHS
from vetting.rules.forecast import Levelled, MonthOfRenewals, level_load
from vetting.rules.lead_times import submit_by
from vetting.rules.steps import GRANTING, OPEN

MONTHS_AHEAD = 12
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


@dataclass(frozen=True)
class EndingRow:
    """A clearance whose last good day is `valid_through`; `applied`: a new one of the level is under way.

    `submit_by`: the last day on which an application would be decided in time, None where no end is known.
    """

    person: Person
    clearance_id: int
    level: str
    granted_on: date | None
    ends_on: date | None
    applied: bool
    submit_by: date | None

    @property
    def valid_through(self) -> date | None:
        return last_good_day(self.ends_on) if self.ends_on else None


@dataclass(frozen=True)
class ProgressRow:
    person: Person
    application_id: int
    level: str
    state: str
    initiated_on: date
    state_on: date


@dataclass(frozen=True)
class ReportRow:
    """The next action after something was reported, and who owes it by when."""

    person: Person
    report_id: int
    action: str
    owner: str
    due_on: date


@dataclass(frozen=True)
class MonthCount:
    """How many clearances have their last good day in the month that begins on `first`."""

    first: date
    number: int


@dataclass(frozen=True)
class Forecast:
    """Renewals by month, what is too late already, and the levelling suggestion behind the months."""

    months: tuple[MonthOfRenewals, ...]
    too_late: int
    levelled: Levelled


def ending_page(
    viewer: Viewer, asked: Asked, *, place: str | None, address: Callable[[str | None], str], size: int | None = None
) -> Page[EndingRow]:
    """The clearances asked for, in the order in which they end. `size`: rows of a page, if not as many as usual."""
    query = (
        select(Person, Clearance.id, Clearance.level, Clearance.granted_on, Clearance.ends_on, _under_way())
        .join(Person, Person.id == Clearance.person_id)
        .where(_wanted(viewer, asked))
    )
    order = [By(Clearance.ends_on, date), By(Clearance.id, int)]
    if asked.which is Which.MISSING:
        order = [By(Clearance.id, int)]
    page = page_of(
        query,
        order,
        place=place,
        key=lambda row: (row.id,) if asked.which is Which.MISSING else (row.ends_on, row.id),
        address=address,
        size=size,
    )

    def shown(row: Any) -> EndingRow:
        person, clearance_id, level, granted_on, ends_on, applied = row
        by = submit_by(ends_on, asked.leads[level]) if ends_on else None
        return EndingRow(person, clearance_id, level, granted_on, ends_on, applied, by)

    return _mapped(page, shown)


def count_of(viewer: Viewer, asked: Asked) -> int:
    """How many `ending_page` lists."""
    query = select(func.count()).select_from(Clearance).join(Person, Person.id == Clearance.person_id)
    return db.session.scalar(query.where(_wanted(viewer, asked))) or 0


@dataclass(frozen=True)
class Renewal:
    """A clearance that is to be renewed: whose, of which level, and when it ends."""

    clearance_id: int
    person: Person
    level: str
    ends_on: date | None


def clearances_to_renew(viewer: Viewer, asked: Asked, *, limit: int) -> list[Renewal]:
    """What is asked for and not under way, in the order in which it ends."""
    return _renewals(and_(_wanted(viewer, asked), ~_under_way()), limit)


def clearances_picked(viewer: Viewer, ids: list[int], *, limit: int) -> list[Renewal]:
    """These clearances, as far as the viewer may know of them."""
    return _renewals(and_(Clearance.id.in_(ids[:limit]), Clearance.struck_out_on.is_(None), visible_to(viewer)), limit)


def _renewals(wanted: ColumnElement[bool], limit: int) -> list[Renewal]:
    query = (
        select(Clearance.id, Person, Clearance.level, Clearance.ends_on)
        .join(Person, Person.id == Clearance.person_id)
        .where(wanted)
        .order_by(Clearance.ends_on, Clearance.id)
        .limit(limit)
    )
    return [Renewal(*row) for row in db.session.execute(query)]


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


def reports_owed(viewer: Viewer) -> list[ReportRow]:
    """What is to be done about reports to the vetting unit, the most urgent first."""
    fact = AftercareFact
    rows = db.session.scalars(
        select(fact)
        .join(Person, Person.id == fact.person_id)
        .where(fact.due_on.is_not(None), fact.done_on.is_(None), fact.struck_out_on.is_(None), visible_to(viewer))
        .order_by(fact.due_on, fact.id)
        .limit(200)
    )
    return [
        ReportRow(row.person, row.id, ACTIONS[row.next_action], row.owner.name if row.owner else "", row.due_on)
        for row in rows
        if row.next_action and row.due_on
    ]


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


def forecast_of(viewer: Viewer, on: date, leads: LeadDays, early_months: int, level: str | None = None) -> Forecast:
    """The next months from that of `on` on. One statement; what is under way already is not asked for again."""
    months = [anniversary(on.replace(day=1), ahead) for ahead in range(FORECAST_MONTHS + 1)]
    # The end of the horizon is that of the submissions, which lie before the ends that they are for.
    until = days_after(months[-1], max(leads.values()) + 1)
    each = (
        select(Clearance.level, Clearance.ends_on, _under_way().label("applied"))
        .select_from(Clearance)
        .join(Person, Person.id == Clearance.person_id)
        .where(_current(viewer, on), Clearance.ends_on > on, Clearance.ends_on <= until)
    )
    if level is not None:
        each = each.where(Clearance.level == level)
    row = each.subquery().c
    query = select(row.level, row.ends_on, row.applied, func.count()).group_by(row.level, row.ends_on, row.applied)
    ending, due, too_late = [0] * FORECAST_MONTHS, [0] * FORECAST_MONTHS, 0
    for found, ends_on, applied, number in db.session.execute(query):
        if (place := _months_between(months[0], last_good_day(ends_on))) < FORECAST_MONTHS:
            ending[place] += number
        by = submit_by(ends_on, leads[found])
        if applied:
            continue
        if by < on:
            too_late += number
        elif (place := _months_between(months[0], by)) < FORECAST_MONTHS:
            due[place] += number
    levelled = level_load(due, early_months)
    return Forecast(
        tuple(MonthOfRenewals(*row) for row in zip(months, ending, due, levelled.loads, strict=False)),
        too_late,
        levelled,
    )


def _months_between(first: date, day: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month


def count_overdue(viewer: Viewer, on: date) -> int:
    """Clearances that have ended and were not replaced, of people who are still in the service."""
    return count_of(viewer, Asked(on, {}, Which.OVERDUE))


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


# --- conditions ------------------------------------------------------------------------------------------------------


def _wanted(viewer: Viewer, asked: Asked) -> ColumnElement[bool]:
    narrowed = _narrowed(Clearance.level, asked.level, asked.unit_id)
    if asked.which is Which.MISSING:
        missing = and_(Clearance.ends_source == "to_be_asked", Clearance.struck_out_on.is_(None))
        return and_(missing, visible_to(viewer), *narrowed)
    return and_(_current(viewer, asked.on), _days(asked), *narrowed)


def _current(viewer: Viewer, on: date) -> ColumnElement[bool]:
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
            return and_(Clearance.ends_on > on, _ends_by(asked.leads, on), ~_under_way())
        case Which.TO_START:
            until = days_after(on, SOON_DAYS)
            return and_(~_ends_by(asked.leads, on), _ends_by(asked.leads, until), ~_under_way())
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


def _under_way() -> ColumnElement[bool]:
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


def _narrowed(column: Any, level: str | None, unit_id: int | None) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if level is not None:
        narrowed.append(column == level)
    if unit_id is not None:
        narrowed.append(Person.unit_id == unit_id)
    return narrowed


def _mapped(page: Page[Any], make: Callable[[Any], Any]) -> Page[Any]:
    return Page([make(row) for row in page.rows], page.next_token, page.previous_token, page.address)
