"""The practice log, for managers and for the mediator whose log it is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import has_words, of_one_person, visible_to
from accreditation.people.rules import Viewer
from accreditation.practice.models import PracticeEntry
from accreditation.practice.rules.entries import Known, case_key, same_again
from accreditation.web.paging import By, Page, page_of


@dataclass(frozen=True)
class LogAsked:
    """Which entries a list is to hold. `words` are the beginnings of words of a name, a reference or a pay number."""

    state: str | None = None
    kind: str | None = None
    unit_id: int | None = None
    words: str = ""
    case: str = ""


def entries_page(
    viewer: Viewer, asked: LogAsked, *, place: str | None, address: Callable[[str | None], str]
) -> Page[PracticeEntry]:
    """Entries of the people this viewer may know of: those to be confirmed oldest first, any others latest first."""
    order = [By(PracticeEntry.id, int, descending=asked.state != "logged")]
    page = page_of(_asked(viewer, asked), order, place=place, key=lambda row: (row[0].id,), address=address)
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, page.address)


def every_entry(viewer: Viewer, asked: LogAsked) -> Iterator[PracticeEntry]:
    """The same without pages, for an export, in the same order."""
    by = PracticeEntry.id.asc() if asked.state == "logged" else PracticeEntry.id.desc()
    yield from db.session.scalars(_asked(viewer, asked).order_by(by).execution_options(yield_per=500))


def count_entries(viewer: Viewer, asked: LogAsked) -> int:
    """How many `entries_page` lists."""
    rows = _asked(viewer, asked).with_only_columns(func.count(PracticeEntry.id)).options()
    return db.session.scalar(rows) or 0


def _asked(viewer: Viewer, asked: LogAsked) -> Select[PracticeEntry]:
    query = select(PracticeEntry).join(PracticeEntry.person).options(contains_eager(PracticeEntry.person))
    query = query.where(visible_to(viewer))
    if asked.state is not None:
        query = query.where(PracticeEntry.state == asked.state)
    if asked.kind is not None:
        query = query.where(PracticeEntry.kind == asked.kind)
    if asked.unit_id is not None:
        query = query.where(Person.unit_id == asked.unit_id)
    if key := case_key(asked.case):
        query = query.where(PracticeEntry.case_key == key)
    return query.where(*has_words(Person, asked.words))


def entries_to_confirm(entry_ids: Sequence[int], viewer: Viewer) -> list[PracticeEntry]:
    """Those of these entries that this viewer may know of, by person and day. Raises NotFound where one is not."""
    query = select(PracticeEntry).join(PracticeEntry.person).options(contains_eager(PracticeEntry.person))
    query = query.where(PracticeEntry.id.in_(entry_ids), visible_to(viewer))
    found = list(db.session.scalars(query.order_by(Person.sort_name, Person.id, PracticeEntry.done_on)))
    if len(found) != len(set(entry_ids)):
        raise NotFound("There is no such entry.")
    return found


def said_before(entries: Iterable[PracticeEntry]) -> dict[int, PracticeEntry]:
    """For each of these entries the earliest other one of the same person that seems to say the same, by its id.

    One statement, whatever their number. Entries that were turned down or struck out are not looked at.
    """
    asked = list(entries)
    near = _near(asked)
    twins = {entry.id: _twins([_known(entry)], near) for entry in asked}
    return {entry_id: found[0] for entry_id, found in twins.items() if found}


def like_this(known: Known) -> list[PracticeEntry]:
    """What the person has logged that seems to say the same as what they are about to log."""
    return _twins([known], _near([known]))


def _twins(asked: Sequence[Known], near: Sequence[PracticeEntry]) -> list[PracticeEntry]:
    return [other for other in near if any(same_again(one, _known(other)) for one in asked)]


def _near(entries: Sequence[Any]) -> list[PracticeEntry]:
    """What lives of these people on the same days or about the same cases."""
    if not entries:
        return []
    keys = {entry.case_key for entry in entries if entry.case_key}
    near: ColumnElement[bool] = PracticeEntry.done_on.in_({entry.done_on for entry in entries})
    if keys:
        near = or_(near, PracticeEntry.case_key.in_(keys))
    query = select(PracticeEntry).where(
        PracticeEntry.person_id.in_({entry.person_id for entry in entries}),
        PracticeEntry.state.in_(("logged", "returned", "confirmed")),
        near,
    )
    return list(db.session.scalars(query.order_by(PracticeEntry.id)))


def _known(entry: PracticeEntry) -> Known:
    return Known(entry.id, entry.person_id, entry.kind, entry.code, entry.done_on, entry.quantity, entry.case_key)


def entries_of(person_id: int) -> list[PracticeEntry]:
    """The whole log of one person, the latest first: for the person, or for whom the caller has let see them."""
    query = select(PracticeEntry).where(of_one_person(PracticeEntry.person_id, person_id))
    return list(db.session.scalars(query.order_by(PracticeEntry.done_on.desc(), PracticeEntry.id.desc())))


def get_entry(entry_id: int, viewer: Viewer) -> PracticeEntry:
    """Raises NotFound, in the same words whether there is none or not for this viewer to know of."""
    query = select(PracticeEntry).join(PracticeEntry.person).where(PracticeEntry.id == entry_id, visible_to(viewer))
    entry = db.session.scalar(query)
    if entry is None:
        raise NotFound("There is no such entry.")
    return entry


def count_to_confirm(viewer: Viewer, *, logged_before: date | None = None) -> int:
    """Entries that wait for a manager, or those of them that were logged before that day."""
    query = select(func.count()).select_from(PracticeEntry).join(PracticeEntry.person)
    query = query.where(PracticeEntry.state == "logged", visible_to(viewer))
    if logged_before is not None:
        query = query.where(PracticeEntry.recorded_on < logged_before)
    return db.session.scalar(query) or 0
