"""The calendar of ends: in which month each requirement runs out for how many, and for whom."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import defer
from sqlalchemy.sql.elements import True_

from accreditation.core.calendar import days_after, span_holding
from accreditation.core.database import db
from accreditation.people.models import Person, Unit
from accreditation.people.queries import visible_to
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.models import RequirementPeriod, StandingPeriod
from accreditation.standing.queries.evidence import facts_of_all
from accreditation.standing.queries.explain import NOT_SHOWN, Explanation, explain, label_for, sees_details
from accreditation.standing.queries.forecast import DEPLOYABLE
from accreditation.standing.queries.lead_times import lead_times
from accreditation.standing.queries.requirements import RequirementStatus, requirements_on
from accreditation.standing.queries.schemes import history_of
from accreditation.standing.queries.standing import Standing, standing_from
from accreditation.standing.rules.evidence import known
from accreditation.standing.rules.forecast import Ends, Month, by_month
from accreditation.standing.rules.scheme import Scheme
from accreditation.web.paging import By, Page, page_of

AT_ONCE = 500


@dataclass(frozen=True)
class Line:
    """One requirement and how many of those who may work today it runs out for in each month."""

    code: str
    label: str
    counts: Sequence[int]


@dataclass(frozen=True)
class Ending:
    """Somebody whose requirement ends: `status` is that requirement as the viewer may see it today."""

    reference: str
    name: str
    unit: str | None
    status: RequirementStatus
    explained: Explanation


def expiry_calendar(
    viewer: Viewer, scheme: Scheme, on: date, months: Sequence[Month], unit_id: int | None = None
) -> list[Line]:
    """In the scheme's order; a requirement that ends for nobody is left out. Grouped by the database, day by day."""
    query = select(RequirementPeriod.ends_on, RequirementPeriod.requirement, func.count())
    query = _ending(query, viewer, scheme, on, months[0].first, months[-1].last, unit_id)
    query = query.group_by(RequirementPeriod.requirement, RequirementPeriod.ends_on)
    counted = by_month(months, (Ends(*row) for row in db.session.execute(query)))
    return [
        Line(one.code, scheme.describe(one.code)[1], counted[one.code])
        for one in (*scheme.requirements, *scheme.also)
        if one.code in counted
    ]


def ending_page(
    viewer: Viewer,
    scheme: Scheme,
    on: date,
    month: Month,
    unit_id: int | None = None,
    code: str | None = None,
    *,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
    size: int | None = None,
) -> Page[Ending]:
    """Whose requirement (`code`, or any) ends in the month, the first to end first. Raises DamagedPlace."""
    query = select(Person, RequirementPeriod.requirement, RequirementPeriod.ends_on, Unit.name)
    query = _ending(
        query.options(defer(Person.search_text)), viewer, scheme, on, month.first, month.last, unit_id, listed=True
    )
    if code is not None:
        query = query.where(RequirementPeriod.requirement == code)
    page = page_of(
        query.outerjoin(Unit, Unit.id == Person.unit_id),
        [
            By(RequirementPeriod.ends_on, date),
            By(Person.sort_name, str),
            By(Person.id, int),
            By(RequirementPeriod.requirement, str),
        ],
        place=place,
        key=lambda row: (row[2], row[0].sort_name, row[0].id, row[1]),
        address=address,
        size=size,
    )
    return replace(page, rows=_rows(page.rows, viewer, scheme, on))


def everyone_ending(
    viewer: Viewer, scheme: Scheme, on: date, month: Month, unit_id: int | None = None, code: str | None = None
) -> Iterator[Ending]:
    """All of them in the order of the pages: for an export."""
    place: str | None = None
    while True:
        page = ending_page(viewer, scheme, on, month, unit_id, code, place=place, size=AT_ONCE)
        yield from page.rows
        if (place := page.next_token) is None:
            return


def count_ending(
    viewer: Viewer, scheme: Scheme, on: date, month: Month, unit_id: int | None = None, code: str | None = None
) -> int:
    """How many rows `ending_page` has on all its pages."""
    query = _ending(select(func.count()), viewer, scheme, on, month.first, month.last, unit_id)
    if code is not None:
        query = query.where(RequirementPeriod.requirement == code)
    return db.session.scalar(query) or 0


def _ending(
    query: Select[*tuple[Any, ...]],
    viewer: Viewer,
    scheme: Scheme,
    on: date,
    first: date,
    last: date,
    unit_id: int | None,
    *,
    listed: bool = False,
) -> Select[*tuple[Any, ...]]:
    """Of those who may work on the day: the requirements met on it whose last good day is from `first` to `last`.

    Who may work is found once, by the index on verdicts. coalesce() hides from SQLite that it could go the other way,
    through each of them and their requirements; persons are looked at only where not everyone is meant.
    """
    working = select(StandingPeriod.person_id).where(
        StandingPeriod.edition == scheme.edition,
        StandingPeriod.verdict == DEPLOYABLE,
        StandingPeriod.starts_on <= on,
        StandingPeriod.ends_on > on,
    )
    query = query.select_from(RequirementPeriod).where(
        RequirementPeriod.edition == scheme.edition,
        RequirementPeriod.requirement.in_([one.code for one in (*scheme.requirements, *scheme.also)]),
        RequirementPeriod.met,
        RequirementPeriod.starts_on <= on,
        RequirementPeriod.ends_on > max(on, first),
        RequirementPeriod.ends_on <= days_after(last, 1),
        func.coalesce(RequirementPeriod.person_id, 0).in_(working),
    )
    visible = visible_to(sees_details(viewer))
    if listed or unit_id is not None or not isinstance(visible, True_):
        query = query.join(Person, Person.id == RequirementPeriod.person_id).where(visible)
    return query if unit_id is None else query.where(Person.unit_id == unit_id)


def _rows(rows: Sequence[Any], viewer: Viewer, scheme: Scheme, on: date) -> list[Ending]:
    facts, history = facts_of_all({person.id for person, *_ in rows}), history_of(scheme.code)
    found, leads = [], lead_times()
    for person, code, _, unit in rows:
        whose = Subject(person_id=person.id, unit_id=person.unit_id)
        standing = standing_from(history, whose, known(facts.get(person.id, []), None), on)
        status = next((one for one in requirements_on(standing, viewer, leads) if one.code == code), None)
        found.append(
            Ending(
                person.reference,
                _listed(person),
                unit,
                status or _asked_later(standing, code, viewer),
                explain(standing, viewer),
            )
        )
    return found


def _asked_later(standing: Standing, code: str, viewer: Viewer) -> RequirementStatus:
    """What only a later version of the scheme asks for counts as met until the day before."""
    label = label_for(standing, code, viewer)
    spans = standing.result.requirements[code] if standing.result else []
    run = span_holding(spans, standing.on) if label else None
    return RequirementStatus(code, label or NOT_SHOWN, met=True, shown=label is not None, run=run)


def _listed(person: Person) -> str:
    return f"{person.family_name}, {person.given_name}" if person.given_name else person.family_name
