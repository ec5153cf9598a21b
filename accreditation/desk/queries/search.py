"""The search in the masthead: people first, whatever the viewer may know of."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, case, or_, select
from sqlalchemy.orm import aliased

from accreditation.core.database import rows_of
from accreditation.people.models import Person, Unit
from accreditation.people.queries import Typed, found_by_beginnings, visible_to
from accreditation.people.queries.finding import Shape
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.queries.explain import Explanation, explain
from accreditation.standing.queries.schemes import main_scheme
from accreditation.standing.queries.standing import standings_on
from accreditation.web.guards import scope_asked

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
    typed = Typed(words)
    if not typed.sought:
        return Found([])
    scope_asked()
    called = {"reference": words.strip().upper(), "pay_number": words.strip()}
    rows = rows_of(_asking(viewer.grants, typed.shape), typed.values | called).all()
    standings = standings_on([row.id for row in rows], main_scheme(on), on) if rows else {}
    hits = [
        Hit(
            row.reference,
            f"{row.given_name} {row.family_name}".strip(),
            row.unit,
            explain(standings[row.id], viewer) if row.id in standings else None,
            bool(row.is_meant),
        )
        for row in rows[:SHOWN]
    ]
    return Found(hits, len(rows) > SHOWN)


@lru_cache(maxsize=512)
def _asking(grants: frozenset[Grant], shape: Shape) -> Any:
    """Put together once for all with these grants who ask for as many words (docs/decisions/0037)."""
    merged = aliased(Person)
    by_former = select(merged.merged_into_id).where(_is_called(merged))
    exact = or_(_is_called(Person), Person.id.in_(by_former))
    return (
        select(
            Person.id,
            Person.reference,
            Person.given_name,
            Person.family_name,
            Unit.name.label("unit"),
            exact.label("is_meant"),
        )
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(visible_to(Viewer(0, grants)), found_by_beginnings(shape))
        .order_by(case((exact, 0), else_=1), Person.sort_name, Person.id)
        .limit(SHOWN + 1)
    )


def _is_called(person: Any) -> ColumnElement[bool]:
    called = person.reference == bindparam("reference", type_=String())
    return or_(called, person.pay_number == bindparam("pay_number", type_=String()))
