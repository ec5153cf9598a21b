"""Clearances counted: for the numbers of the board, by month, for the forecast. Few statements, however many rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from accreditation.core.calendar import anniversary, days_after, last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from vetting.models import Clearance, ClearanceApplication
from vetting.queries.asking import SOON_DAYS, Asked, LeadDays, Which, current, under_way, wanted
from vetting.rules.forecast import MONTHS_AHEAD as FORECAST_MONTHS
from vetting.rules.forecast import Levelled, MonthOfRenewals, level_load
from vetting.rules.lead_times import submit_by

MONTHS_AHEAD = 12


@dataclass(frozen=True)
class MonthCount:
    """How many clearances have their last good day in the month that begins on `first`."""

    first: date
    number: int


@dataclass(frozen=True)
class BoardNumbers:
    """What the board says above its lists: as many as each of them holds, and what ends in this month and the next."""

    overdue: int
    late: int
    start: int
    dates: int
    months: tuple[MonthCount, ...]


@dataclass(frozen=True)
class Forecast:
    """Renewals by month, what is too late already, and the levelling suggestion behind the months."""

    months: tuple[MonthOfRenewals, ...]
    too_late: int
    levelled: Levelled


@dataclass(frozen=True)
class Tallied:
    """So many clearances of a level that end on one day; `applied`: a new one is under way."""

    level: str
    ends_on: date
    applied: bool
    number: int


def board_numbers(viewer: Viewer, on: date, leads: LeadDays) -> BoardNumbers:
    """Everything counted in one pass over what has ended or ends soon; `count_of` says the same list by list."""
    first = on.replace(day=1)
    months = [anniversary(first, ahead) for ahead in range(MONTHS_AHEAD + 1)]
    until = max(months[-1], days_after(on, max(leads.values()) + SOON_DAYS))
    soon, by_month, overdue, late, start = days_after(on, SOON_DAYS), [0] * MONTHS_AHEAD, 0, 0, 0
    for row in _tally(viewer, on, until=until):
        if row.ends_on <= on:
            overdue += row.number
            continue
        if (place := _months_between(first, last_good_day(row.ends_on))) < MONTHS_AHEAD:
            by_month[place] += row.number
        if not row.applied:
            late += row.number if row.ends_on <= days_after(on, leads[row.level]) else 0
            start += row.number if on <= submit_by(row.ends_on, leads[row.level]) < soon else 0
    return BoardNumbers(
        overdue,
        late,
        start,
        count_of(viewer, Asked(on, leads, Which.MISSING)),
        tuple(MonthCount(month, number) for month, number in zip(months, by_month, strict=False)),
    )


def _tally(
    viewer: Viewer, on: date, *, until: date, after: date | None = None, level: str | None = None
) -> Iterator[Tallied]:
    """The clearances that end by `until` (and after that day), counted by level and end."""
    each = (
        select(Clearance.level, Clearance.ends_on, under_way().label("applied"))
        .select_from(Clearance)
        .join(Person, Person.id == Clearance.person_id)
        .where(current(viewer, on), Clearance.ends_on <= until)
    )
    if after is not None:
        each = each.where(Clearance.ends_on > after)
    if level is not None:
        each = each.where(Clearance.level == level)
    row = each.subquery().c
    query = select(row.level, row.ends_on, row.applied, func.count()).group_by(row.level, row.ends_on, row.applied)
    for found, ends_on, applied, number in db.session.execute(query):
        assert ends_on is not None
        yield Tallied(found, ends_on, bool(applied), number)


def count_of(viewer: Viewer, asked: Asked) -> int:
    """How many clearances a list holds."""
    query = select(func.count()).select_from(Clearance).join(Person, Person.id == Clearance.person_id)
    return db.session.scalar(query.where(wanted(viewer, asked))) or 0


def ending_by_month(viewer: Viewer, on: date) -> list[MonthCount]:
    """For this month and the eleven after it, how many clearances have their last good day in it from `on` on."""
    first = on.replace(day=1)
    months = [anniversary(first, ahead) for ahead in range(MONTHS_AHEAD + 1)]
    counts = [0] * MONTHS_AHEAD
    for row in _tally(viewer, on, until=months[-1], after=on):
        counts[_months_between(first, last_good_day(row.ends_on))] += row.number
    return [MonthCount(month, number) for month, number in zip(months, counts, strict=False)]


def forecast_of(viewer: Viewer, on: date, leads: LeadDays, early_months: int, level: str | None = None) -> Forecast:
    """The next months from that of `on` on. One statement; what is under way already is not asked for again."""
    months = [anniversary(on.replace(day=1), ahead) for ahead in range(FORECAST_MONTHS + 1)]
    # The end of the horizon is that of the submissions, which lie before the ends that they are for.
    until = days_after(months[-1], max(leads.values()) + 1)
    ending, due, too_late = [0] * FORECAST_MONTHS, [0] * FORECAST_MONTHS, 0
    for row in _tally(viewer, on, until=until, after=on, level=level):
        if (place := _months_between(months[0], last_good_day(row.ends_on))) < FORECAST_MONTHS:
            ending[place] += row.number
        by = submit_by(row.ends_on, leads[row.level])
        if row.applied:
            continue
        if by < on:
            too_late += row.number
        elif (place := _months_between(months[0], by)) < FORECAST_MONTHS:
            due[place] += row.number
    levelled = level_load(due, early_months)
    return Forecast(
        tuple(MonthOfRenewals(*each) for each in zip(months, ending, due, levelled.loads, strict=False)),
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
