"""What a rehearsed draft would change, for those who may know it of the people concerned."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person, Unit
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import RehearsedChange
from accreditation.standing.rules.verdict import Verdict
from accreditation.web.paging import By, Page, page_of


@dataclass(frozen=True)
class ChangeRow:
    """One person, before and after; the last good days inclusive, None without an end or where they may not work."""

    reference: str
    name: str
    unit: str | None
    change: str
    differs_from: date
    verdict_before: Verdict
    verdict_after: Verdict
    last_day_before: date | None
    last_day_after: date | None


def changes_page(
    edition_id: int,
    viewer: Viewer,
    *,
    change: str | None = None,
    unit_id: int | None = None,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
    size: int = 50,
) -> Page[ChangeRow]:
    """Whom the draft concerns, by name."""
    query = _changes(edition_id, viewer, change, unit_id)
    page = page_of(
        query,
        [By(Person.sort_name, str), By(Person.id, int)],
        place=place,
        key=lambda row: (row[1].sort_name, row[1].id),
        address=address,
        size=size,
    )
    return replace(page, rows=[_row(*found) for found in page.rows])


def every_change(edition_id: int, viewer: Viewer, *, change: str | None, unit_id: int | None) -> Iterator[ChangeRow]:
    """The same rows in the same order, for a workbook."""
    place: str | None = None
    while True:
        page = changes_page(edition_id, viewer, change=change, unit_id=unit_id, place=place, size=500)
        yield from page.rows
        if (place := page.next_token) is None:
            return


def changes_by_unit(edition_id: int, viewer: Viewer) -> list[tuple[int | None, str, dict[str, int]]]:
    """(unit id, unit, how many people each kind of change concerns), by the unit's name; those without one last."""
    query = (
        select(Person.unit_id, Unit.name, RehearsedChange.change, func.count())
        .select_from(RehearsedChange)
        .join(Person, Person.id == RehearsedChange.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(RehearsedChange.edition_id == edition_id, visible_to(viewer))
        .group_by(Person.unit_id, Unit.name, RehearsedChange.change)
    )
    found: dict[tuple[int | None, str], dict[str, int]] = {}
    for unit_id, name, change, number in db.session.execute(query):
        found.setdefault((unit_id, name or "No unit"), {})[change] = number
    order = sorted(found, key=lambda unit: (unit[0] is None, unit[1]))
    return [(unit_id, name, found[unit_id, name]) for unit_id, name in order]


def _changes(edition_id: int, viewer: Viewer, change: str | None, unit_id: int | None) -> Select[*tuple[Any, ...]]:
    query = (
        select(RehearsedChange, Person, Unit.name)
        .join(Person, Person.id == RehearsedChange.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(RehearsedChange.edition_id == edition_id, visible_to(viewer))
    )
    if change is not None:
        query = query.where(RehearsedChange.change == change)
    return query if unit_id is None else query.where(Person.unit_id == unit_id)


def _row(change: RehearsedChange, person: Person, unit: str | None) -> ChangeRow:
    return ChangeRow(
        reference=person.reference,
        name=person.name,
        unit=unit,
        change=change.change,
        differs_from=change.differs_from,
        verdict_before=Verdict(change.verdict_before),
        verdict_after=Verdict(change.verdict_after),
        last_day_before=last_good_day(change.end_before) if change.end_before else None,
        last_day_after=last_good_day(change.end_after) if change.end_after else None,
    )
