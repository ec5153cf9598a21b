"""Supervision that was arranged beforehand: for the mediator, for the office, and for whoever arranged it."""

from collections.abc import Callable, Iterable
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager, joinedload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.queries import of_one_person, visible_to
from accreditation.people.rules import Viewer
from accreditation.practice.models import ArrangedSupervision, PracticeEntry
from accreditation.web.paging import By, Page, page_of


def arranged_of(person_id: int) -> list[ArrangedSupervision]:
    """What is arranged for this mediator and neither logged nor called off, the soonest first."""
    rows = select(ArrangedSupervision).where(_open(), of_one_person(ArrangedSupervision.person_id, person_id))
    return list(db.session.scalars(rows.order_by(ArrangedSupervision.held_on, ArrangedSupervision.id)))


def sessions_from(person_id: int, on: date) -> list[ArrangedSupervision]:
    """The same of this mediator for that day or later."""
    rows = select(ArrangedSupervision).where(
        _open(), of_one_person(ArrangedSupervision.person_id, person_id), ArrangedSupervision.held_on >= on
    )
    return list(db.session.scalars(rows.order_by(ArrangedSupervision.held_on, ArrangedSupervision.id)))


def arranged_page(
    viewer: Viewer, *, place: str | None, address: Callable[[str | None], str]
) -> Page[ArrangedSupervision]:
    """What is arranged, of everybody this viewer may know of, the soonest first."""
    rows = (
        select(ArrangedSupervision).join(ArrangedSupervision.person).options(contains_eager(ArrangedSupervision.person))
    )
    order = [By(ArrangedSupervision.held_on, date), By(ArrangedSupervision.id, int)]
    page = page_of(
        rows.where(_open(), visible_to(viewer)),
        order,
        place=place,
        key=lambda row: (row[0].held_on, row[0].id),
        address=address,
    )
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, page.address)


def count_arranged(viewer: Viewer) -> int:
    """How many `arranged_page` lists."""
    rows = select(func.count(ArrangedSupervision.id)).join(ArrangedSupervision.person)
    return db.session.scalar(rows.where(_open(), visible_to(viewer))) or 0


def get_arranged(arranged_id: int, viewer: Viewer) -> ArrangedSupervision:
    """Raises NotFound, in the same words whether there is none or not for this viewer to know of."""
    rows = select(ArrangedSupervision).join(ArrangedSupervision.person)
    found = db.session.scalar(rows.where(ArrangedSupervision.id == arranged_id, visible_to(viewer)))
    if found is None:
        raise NotFound("There is no such session.")
    return found


def arranged_from(source: tuple[str, int]) -> list[ArrangedSupervision]:
    """What was arranged after this record, for whoever may read the record."""
    rows = select(ArrangedSupervision).options(joinedload(ArrangedSupervision.entry))
    rows = rows.where(ArrangedSupervision.source_type == source[0], ArrangedSupervision.source_id == source[1])
    return list(db.session.scalars(rows.order_by(ArrangedSupervision.id)))


def arranged_before(entries: Iterable[PracticeEntry]) -> dict[int, ArrangedSupervision]:
    """By the id of an entry: how the session was arranged, where it was. One statement."""
    ids = [entry.id for entry in entries if entry.kind == "supervision"]
    if not ids:
        return {}
    rows = db.session.scalars(select(ArrangedSupervision).where(ArrangedSupervision.entry_id.in_(ids)))
    return {arranged.entry_id: arranged for arranged in rows if arranged.entry_id is not None}


def _open() -> ColumnElement[bool]:
    return ArrangedSupervision.entry_id.is_(None) & ArrangedSupervision.called_off_at.is_(None)
