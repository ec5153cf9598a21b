"""The search in the masthead: people first, whatever the viewer may know of."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import aliased

from accreditation.core.database import db
from accreditation.people.models import Person, Unit
from accreditation.people.queries import found_by, visible_to
from accreditation.people.rules import Viewer, plain
from accreditation.standing.queries.explain import Explanation, explain
from accreditation.standing.queries.schemes import main_scheme
from accreditation.standing.queries.standing import standings_on

SHOWN = 50


@dataclass(frozen=True)
class Hit:
    """Somebody found; `explained` is None for who has nothing recorded in the main scheme.

    `is_meant`: the words are their whole reference or pay number, or that of a record merged into theirs.
    """

    reference: str
    name: str
    unit: str | None
    explained: Explanation | None
    is_meant: bool = False


@dataclass(frozen=True)
class Found:
    """The first hits, those whose reference or pay number it is before others; `more`: there are more than shown."""

    hits: list[Hit]
    more: bool = False


def find_people(viewer: Viewer, words: str, on: date) -> Found:
    """Each word is the beginning of a name, a reference or a pay number. No words, no hits."""
    wanted = plain(words.replace(",", " ")).split()
    if not wanted:
        return Found([])
    merged = aliased(Person)
    exact = or_(
        _is_called(Person, words), Person.id.in_(select(merged.merged_into_id).where(_is_called(merged, words)))
    )
    rows = db.session.execute(
        select(Person, Unit.name, exact)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(visible_to(viewer))
        .where(found_by(f" {word}" for word in wanted))
        .order_by(case((exact, 0), else_=1), Person.sort_name, Person.id)
        .limit(SHOWN + 1)
    ).all()
    scheme = main_scheme(on)
    standings = standings_on([row[0].id for row in rows], scheme, on)
    hits = [
        Hit(
            person.reference,
            person.name,
            unit,
            explain(standings[person.id], viewer) if person.id in standings else None,
            bool(is_meant),
        )
        for person, unit, is_meant in rows[:SHOWN]
    ]
    return Found(hits, len(rows) > SHOWN)


def _is_called(person: Any, words: str) -> ColumnElement[bool]:
    return or_(person.reference == words.strip().upper(), person.pay_number == words.strip())
