"""The register: who has which standing on a day, for somebody, filtered, in order, page by page.

Time is an index here: the projection answers for any day, and the engine is not asked. What a filter or an order would
tell is asked only of people of whom the viewer may know it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import defer
from sqlalchemy.sql.elements import True_

from accreditation.core.calendar import FOREVER
from accreditation.core.database import db
from accreditation.desk.queries.stamp import counted_once
from accreditation.desk.rules.asking import Asked
from accreditation.people.models import Person, Unit
from accreditation.people.queries import has_words, visible_to
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.models import StandingPeriod
from accreditation.standing.queries.editions import current_key
from accreditation.standing.queries.explain import Explanation, explain, sees_details
from accreditation.standing.queries.schemes import get_scheme
from accreditation.standing.queries.standing import standing_of_row
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.tense import Tense
from accreditation.standing.rules.verdict import Verdict
from accreditation.web.paging import By, Page, Part, page_of_parts

MAY_WORK = (Verdict.DEPLOYABLE.value, Verdict.CO_MEDIATION_ONLY.value)
FEW = 1000
"""Standings that are sorted in no time."""
AT_ONCE = 500  # rows of an export fetched with one statement


@dataclass(frozen=True)
class RegisterRow:
    """One line: who, and what this viewer may know of their standing."""

    person_id: int
    reference: str
    name: str
    sort_name: str
    unit: str | None
    pay_number: str | None
    explained: Explanation


def register_page(
    viewer: Viewer, asked: Asked, *, place: str | None = None, address: Callable[[str | None], str] | None = None
) -> Page[RegisterRow]:
    """A page of the register, with the standing that holds on the day. Raises DamagedPlace, NotFound for the scheme."""
    scheme = get_scheme(asked.scheme, asked.on)
    page = page_of_parts(_parts(viewer, asked, scheme.edition), place=place, address=address)
    return replace(page, rows=[_row(found, scheme, asked, viewer) for found in page.rows])


def register_rows(viewer: Viewer, asked: Asked) -> Iterator[RegisterRow]:
    """Everyone the filters show, in the order of the pages: for an export."""
    scheme = get_scheme(asked.scheme, asked.on)
    place: str | None = None
    while True:
        page = page_of_parts(_parts(viewer, asked, scheme.edition), place=place, size=AT_ONCE)
        yield from (_row(found, scheme, asked, viewer) for found in page.rows)
        if (place := page.next_token) is None:
            return


def verdict_counts(viewer: Viewer, asked: Asked) -> dict[Verdict, int]:
    """How many the filters show, by verdict. Counted once until something in the register changes."""
    key = (viewer.grants, replace(asked, sort="name", descending=False))
    return counted_once(key, partial(_count, viewer, asked))


def _count(viewer: Viewer, asked: Asked) -> dict[Verdict, int]:
    edition = current_key(asked.scheme)
    query = select(StandingPeriod.verdict, func.count()).where(*_on_the_day(asked, edition), *_narrowed(asked))
    if about_people := _people(viewer, asked):
        query = query.join(Person, Person.id == StandingPeriod.person_id).where(*about_people)
    query = query.group_by(StandingPeriod.verdict)
    return {Verdict(verdict): number for verdict, number in db.session.execute(query)}


def _parts(viewer: Viewer, asked: Asked, edition: str) -> list[Part]:
    """The list in its order. By unit and by end there is a second part: those without a unit, or without an end."""
    rows = select(Person, StandingPeriod, Unit.name).options(defer(Person.search_text)).where(*_people(viewer, asked))
    on_the_day = and_(StandingPeriod.person_id == Person.id, *_on_the_day(asked, edition))
    walks = _walks(viewer, asked)

    def standing(found: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        if not walks:
            return found.join(StandingPeriod, on_the_day).where(*_narrowed(asked))
        # An outer join that keeps only whom it finds: the same rows, but no planner begins with the standing, sorts
        # all of it, and throws away everything but fifty. coalesce() hides from SQLite that it may be turned round.
        found = found.outerjoin(StandingPeriod, on_the_day).where(func.coalesce(StandingPeriod.person_id, 0) > 0)
        return found.where(*_narrowed(asked, hidden=True))

    any_unit = standing(rows.outerjoin(Unit, Unit.id == Person.unit_id))
    by_unit = rows.select_from(Unit).outerjoin(Person, Person.unit_id == Unit.id)
    with_unit = standing(by_unit.where(func.coalesce(Person.id, 0) > 0))
    down = asked.descending
    by_name = [By(Person.sort_name, str, down), By(Person.id, int, down)]
    if asked.sort == "unit":
        return [
            Part(with_unit, [By(Unit.name, str, down), *by_name], lambda row: (row[2], row[0].sort_name, row[0].id)),
            Part(any_unit.where(Person.unit_id.is_(None)), by_name, _name_key),
        ]
    if asked.sort == "ends":
        end = StandingPeriod.limiting_end
        return [
            Part(
                any_unit.where(end > asked.on),
                [By(end, date, down), By(Person.id, int, down)],
                lambda row: (row[1].limiting_end, row[0].id),
            ),
            Part(any_unit.where(end.is_(None)), by_name, _name_key),
        ]
    return [Part(any_unit, by_name, _name_key)]


def _walks(viewer: Viewer, asked: Asked) -> bool:
    """Whether to walk through people in order and look at each one's standing, or to begin with few standings.

    A walk stops after a page, soon where many fit; where few fit, it would go through everybody to find them. On a day
    long past nearly nobody has a standing.
    """
    if asked.sort == "ends":
        return False
    narrowed = asked.verdict or asked.limiting or asked.ends_within is not None or asked.tense is not Tense.NOW
    if not narrowed or asked.unit_id is not None or asked.words:
        return True
    return sum(verdict_counts(viewer, asked).values()) > FEW


def _name_key(row: Any) -> tuple[Any, ...]:
    return (row[0].sort_name, row[0].id)


def _people(viewer: Viewer, asked: Asked) -> list[ColumnElement[bool]]:
    """What is asked of the person; nothing when everyone is meant."""
    reach = sees_details(viewer) if asked.asks_details else viewer
    within = visible_to(reach)
    people = [] if isinstance(within, True_) else [within]
    if asked.unit_id is not None:
        people.append(Person.unit_id == asked.unit_id)
    return people + has_words(Person, asked.words)


def _on_the_day(asked: Asked, edition: str) -> list[ColumnElement[bool]]:
    """The period that holds on the day."""
    return [
        StandingPeriod.edition == edition,
        StandingPeriod.starts_on <= asked.on,
        StandingPeriod.ends_on > asked.on,
    ]


def _narrowed(asked: Asked, *, hidden: bool = False) -> list[ColumnElement[bool]]:
    """What is asked of the standing; `hidden` so that no index on it is used and a walk stays a walk."""

    def column(plain: Any, absent: object) -> Any:
        return func.coalesce(plain, absent) if hidden else plain

    narrowed: list[ColumnElement[bool]] = []
    if asked.verdict:
        narrowed.append(column(StandingPeriod.verdict, "") == asked.verdict)
    if asked.may_work is not None:
        may = column(StandingPeriod.verdict, "").in_(MAY_WORK)
        narrowed.append(may if asked.may_work else ~may)
    if asked.ends_by:
        end = column(StandingPeriod.limiting_end, FOREVER)
        narrowed.append(and_(end > asked.on, end <= asked.ends_by))
    if asked.limiting:
        narrowed.append(column(StandingPeriod.limiting_requirement, "") == asked.limiting)
    return narrowed


def _row(found: Any, scheme: Scheme, asked: Asked, viewer: Viewer) -> RegisterRow:
    person, period, unit = found
    whose = Subject(person_id=person.id, unit_id=person.unit_id)
    explained = explain(standing_of_row(period, scheme, whose, asked.on), viewer, asked.tense)
    return RegisterRow(
        person_id=person.id,
        reference=person.reference,
        name=person.name,
        sort_name=f"{person.family_name}, {person.given_name}" if person.given_name else person.family_name,
        unit=unit,
        pay_number=person.pay_number if explained.in_full else None,
        explained=explained,
    )
