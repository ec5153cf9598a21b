"""Who drops out and who comes in between two points of the forecast, and why: exactly the people it counts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased, defer

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.people.models import Person, Unit
from accreditation.people.queries import visible_to
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.models import StandingPeriod
from accreditation.standing.queries.evidence import facts_of_all
from accreditation.standing.queries.explain import NOT_SHOWN, Explanation, explain, sees_details
from accreditation.standing.queries.forecast import DEPLOYABLE
from accreditation.standing.queries.lead_times import lead_times
from accreditation.standing.queries.requirements import NextStep, next_step
from accreditation.standing.queries.schemes import history_of
from accreditation.standing.queries.standing import standing_from, standing_of_row
from accreditation.standing.rules.evidence import known
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.tense import tense_of
from accreditation.web.paging import By, Page, page_of

AT_ONCE = 500  # people of an export fetched and judged at a time


@dataclass(frozen=True)
class Week:
    """What is asked of the days between two points: after `after`, and by `by` (the later point).

    `because` and `last_day` (inclusive) narrow who drops out.
    """

    scheme: Scheme
    after: date
    by: date
    unit_id: int | None = None
    because: str | None = None
    last_day: date | None = None

    @property
    def whole(self) -> "Week":
        return replace(self, because=None, last_day=None)


@dataclass(frozen=True)
class Dropping:
    """Somebody who may work for the last time on `last_day`, because of what `because` says, and what can be done.

    `too_late`: the day on which the work on it should have begun has passed.
    """

    reference: str
    name: str
    unit: str | None
    last_day: date | None
    because: str
    step: NextStep | None
    too_late: bool


@dataclass(frozen=True)
class Arriving:
    """Somebody who may work again, or for the first time, from `first_day`; `before`: how they stand until then."""

    reference: str
    name: str
    unit: str | None
    first_day: date
    before: Explanation | None


def dropping_page(
    viewer: Viewer,
    week: Week,
    today: date,
    *,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
    size: int | None = None,
) -> Page[Dropping]:
    """Who drops out, the first to go first. Raises DamagedPlace."""
    end = StandingPeriod.limiting_end
    query = select(Person, StandingPeriod, Unit.name).options(defer(Person.search_text)).select_from(StandingPeriod)
    query = _of(query.join(Person, Person.id == StandingPeriod.person_id), viewer, _drops(week), week)
    page = page_of(
        query.outerjoin(Unit, Unit.id == Person.unit_id),
        [By(end, date), By(Person.sort_name, str), By(Person.id, int)],
        place=place,
        key=lambda row: (row[1].limiting_end, row[0].sort_name, row[0].id),
        address=address,
        size=size,
    )
    return replace(page, rows=_dropping(page.rows, viewer, week.scheme, today))


def arriving_page(
    viewer: Viewer,
    week: Week,
    today: date,
    *,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
    size: int | None = None,
) -> Page[Arriving]:
    """Who comes in, the first to come first. Raises DamagedPlace."""
    earlier = aliased(StandingPeriod)
    just_before = and_(
        earlier.person_id == StandingPeriod.person_id,
        earlier.edition == StandingPeriod.edition,
        earlier.ends_on == StandingPeriod.starts_on,
    )
    query = select(Person, StandingPeriod, earlier, Unit.name).options(defer(Person.search_text))
    query = query.select_from(StandingPeriod).join(Person, Person.id == StandingPeriod.person_id)
    query = _of(query, viewer, _comes(week), week).outerjoin(Unit, Unit.id == Person.unit_id)
    page = page_of(
        query.outerjoin(earlier, just_before),
        [By(StandingPeriod.starts_on, date), By(Person.sort_name, str), By(Person.id, int)],
        place=place,
        key=lambda row: (row[1].starts_on, row[0].sort_name, row[0].id),
        address=address,
        size=size,
    )
    return replace(page, rows=[_arriving(row, viewer, week.scheme, today) for row in page.rows])


def count_dropping(viewer: Viewer, week: Week) -> int:
    """How many `dropping_page` lists on all its pages."""
    return _count(viewer, _drops(week), week)


def count_arriving(viewer: Viewer, week: Week) -> int:
    """How many `arriving_page` lists on all its pages."""
    return _count(viewer, _comes(week), week)


def everyone_dropping(viewer: Viewer, week: Week, today: date) -> Iterator[Dropping]:
    """All of them in the order of the pages: for an export."""
    yield from _all(lambda place: dropping_page(viewer, week, today, place=place, size=AT_ONCE))


def everyone_arriving(viewer: Viewer, week: Week, today: date) -> Iterator[Arriving]:
    """All of them in the order of the pages: for an export."""
    yield from _all(lambda place: arriving_page(viewer, week, today, place=place, size=AT_ONCE))


def reasons_in(viewer: Viewer, week: Week) -> list[str]:
    """The codes of what ends somebody's run in these days, for a filter."""
    query = select(StandingPeriod.limiting_requirement).join(Person, Person.id == StandingPeriod.person_id)
    found = db.session.scalars(_of(query, viewer, _drops(week.whole), week).distinct())
    return sorted(code for code in found if code)


def _all(page_at: Callable[[str | None], Page[Any]]) -> Iterator[Any]:
    place: str | None = None
    while True:
        page = page_at(place)
        yield from page.rows
        if (place := page.next_token) is None:
            return


def _drops(week: Week) -> list[ColumnElement[bool]]:
    """A run that has an end is limited by that end, and nothing else is: the index on the limit finds them."""
    end = StandingPeriod.limiting_end
    conditions = [end > week.after, end <= week.by]
    if week.because:
        conditions.append(StandingPeriod.limiting_requirement == week.because)
    if week.last_day:
        conditions.append(end == days_after(week.last_day, 1))
    return conditions


def _comes(week: Week) -> list[ColumnElement[bool]]:
    return [
        StandingPeriod.verdict == DEPLOYABLE,
        StandingPeriod.starts_on > week.after,
        StandingPeriod.starts_on <= week.by,
    ]


def _of(
    query: Select[*tuple[Any, ...]], viewer: Viewer, conditions: Sequence[ColumnElement[bool]], week: Week
) -> Select[*tuple[Any, ...]]:
    query = query.where(StandingPeriod.edition == week.scheme.edition, *conditions, visible_to(sees_details(viewer)))
    return query if week.unit_id is None else query.where(Person.unit_id == week.unit_id)


def _count(viewer: Viewer, conditions: Sequence[ColumnElement[bool]], week: Week) -> int:
    query = select(func.count()).select_from(StandingPeriod).join(Person, Person.id == StandingPeriod.person_id)
    return db.session.scalar(_of(query, viewer, conditions, week)) or 0


def _dropping(rows: Sequence[Any], viewer: Viewer, scheme: Scheme, today: date) -> list[Dropping]:
    """The engine is asked once for each of a page: what can be done about it stands in no projection."""
    facts, history = facts_of_all([person.id for person, _, _ in rows]), history_of(scheme.code)
    found, leads = [], lead_times()
    for person, period, unit in rows:
        whose = Subject(person_id=person.id, unit_id=person.unit_id)
        on = max(today, period.starts_on)
        explained = explain(standing_of_row(period, scheme, whose, on), viewer, tense_of(on, today))
        standing = standing_from(history, whose, known(facts.get(person.id, []), None), on)
        step = next_step(standing, viewer, leads=leads, limiting_only=True)
        found.append(
            Dropping(
                reference=person.reference,
                name=_listed(person),
                unit=unit,
                last_day=explained.valid_through,
                because=explained.limiting or NOT_SHOWN,
                step=step,
                too_late=bool(step and step.by and step.by < today),
            )
        )
    return found


def _arriving(row: Any, viewer: Viewer, scheme: Scheme, today: date) -> Arriving:
    person, period, earlier, unit = row
    before = None
    if earlier is not None:
        on = max(today, earlier.starts_on)
        standing = standing_of_row(earlier, scheme, Subject(person_id=person.id, unit_id=person.unit_id), on)
        before = explain(standing, viewer, tense_of(on, today))
    return Arriving(person.reference, _listed(person), unit, period.starts_on, before)


def _listed(person: Person) -> str:
    return f"{person.family_name}, {person.given_name}" if person.given_name else person.family_name
