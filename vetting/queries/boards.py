"""The vetting officer's lists: what ends when, what is to be started, what is under way and how old it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.web.paging import By, Page, page_of
from vetting.models import AftercareFact, Clearance, ClearanceApplication
from vetting.queries.asking import Asked, Which, narrowed, under_way, wanted
from vetting.rules.aftercare import ACTIONS
from vetting.rules.lead_times import submit_by


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


def ending_page(
    viewer: Viewer, asked: Asked, *, place: str | None, address: Callable[[str | None], str], size: int | None = None
) -> Page[EndingRow]:
    """The clearances asked for, in the order in which they end. `size`: rows of a page, if not as many as usual."""
    query = (
        select(Person, Clearance.id, Clearance.level, Clearance.granted_on, Clearance.ends_on, under_way())
        .join(Person, Person.id == Clearance.person_id)
        .where(wanted(viewer, asked))
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


@dataclass(frozen=True)
class Renewal:
    """A clearance that is to be renewed: whose, of which level, and when it ends."""

    clearance_id: int
    person: Person
    level: str
    ends_on: date | None


def clearances_to_renew(viewer: Viewer, asked: Asked, *, limit: int) -> list[Renewal]:
    """What is asked for and not under way, in the order in which it ends."""
    return _renewals(and_(wanted(viewer, asked), ~under_way()), limit)


def clearances_picked(viewer: Viewer, ids: list[int], *, limit: int) -> list[Renewal]:
    """These clearances, as far as the viewer may know of them."""
    return _renewals(and_(Clearance.id.in_(ids[:limit]), Clearance.struck_out_on.is_(None), visible_to(viewer)), limit)


def _renewals(condition: ColumnElement[bool], limit: int) -> list[Renewal]:
    query = (
        select(Clearance.id, Person, Clearance.level, Clearance.ends_on)
        .join(Person, Person.id == Clearance.person_id)
        .where(condition)
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
        .where(row.decided_on.is_(None), visible_to(viewer), *narrowed(row.level, level, unit_id))
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


def reports_page(viewer: Viewer, *, place: str | None, address: Callable[[str | None], str]) -> Page[ReportRow]:
    """What is to be done about reports to the vetting unit, the most urgent first."""
    page = page_of(
        select(AftercareFact).join(AftercareFact.person).where(_owed(viewer)),
        [By(AftercareFact.due_on, date), By(AftercareFact.id, int)],
        place=place,
        key=lambda found: (found[0].due_on, found[0].id),
        address=address,
    )
    return _mapped(page, lambda found: _report(found[0]))


def count_reports(viewer: Viewer) -> int:
    """How many `reports_page` lists."""
    rows = select(func.count(AftercareFact.id)).join(AftercareFact.person)
    return db.session.scalar(rows.where(_owed(viewer))) or 0


def _owed(viewer: Viewer) -> ColumnElement[bool]:
    fact = AftercareFact
    due = fact.due_on.is_not(None) & fact.next_action.is_not(None)
    return due & fact.done_on.is_(None) & fact.struck_out_on.is_(None) & visible_to(viewer)


def _report(row: AftercareFact) -> ReportRow:
    assert row.next_action
    assert row.due_on
    return ReportRow(row.person, row.id, ACTIONS[row.next_action], row.owner.name if row.owner else "", row.due_on)


def _mapped(page: Page[Any], make: Callable[[Any], Any]) -> Page[Any]:
    return Page([make(row) for row in page.rows], page.next_token, page.previous_token, page.address)
