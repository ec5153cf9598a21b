"""What waits for line managers: for the one behind a link, for those with an account, and for the office."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, select
from sqlalchemy.orm import aliased, contains_eager

from accreditation.core.database import db
from accreditation.people.models import ContactAddress, Person
from accreditation.people.queries import counted, of_one_person, visible_to
from accreditation.people.rules import Viewer
from accreditation.practice.models import ConfirmationLink, LineManager, PracticeEntry
from accreditation.practice.queries.confirming import confirmed_by
from accreditation.practice.rules.line_managers import LINE_MANAGER
from accreditation.web.paging import By, Page, page_of

ON_A_PAGE = 25
"""Entries to be answered on one page: each takes a choice, so that fewer fit than in a list."""


@dataclass(frozen=True)
class Waiting:
    """A mediator of whom entries wait for a line manager: how many, who that is, and when they were last asked.

    `not_theirs`: who was asked, said that it is somebody else, and has nobody in their place yet.
    """

    person: Person
    number: int
    line_manager: LineManager | None
    asked_on: date | None
    not_theirs: LineManager | None = None


def find_line_manager(person_id: int) -> LineManager | None:
    """Whom the office has named for this mediator, whichever of their records it stands with."""
    query = select(LineManager).where(of_one_person(LineManager.person_id, person_id), LineManager.ended_at.is_(None))
    return db.session.scalars(query.order_by(LineManager.id.desc())).first()


def entries_for_line_manager(person_id: int, on: date) -> list[PracticeEntry]:
    """What of this mediator's log waits for a line manager, the earliest day first."""
    return list(db.session.scalars(_of_mediator(person_id, on).order_by(*(by.column for by in BY_DAY))))


def asked_page(
    person_id: int, on: date, *, place: str | None, address: Callable[[str | None], str]
) -> Page[PracticeEntry]:
    """The same, page by page."""
    page = page_of(
        _of_mediator(person_id, on),
        BY_DAY,
        place=place,
        key=lambda row: (row[0].done_on, row[0].id),
        address=address,
        size=ON_A_PAGE,
    )
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, page.address)


def entries_asked(person_id: int, on: date, entry_ids: Iterable[int]) -> list[PracticeEntry]:
    """Those of these entries that `asked_page` has on any of its pages, in its order."""
    query = _of_mediator(person_id, on).where(PracticeEntry.id.in_(list(entry_ids)))
    return list(db.session.scalars(query.order_by(*(by.column for by in BY_DAY))))


def count_asked(person_id: int, on: date) -> int:
    """How many entries are on all pages of `asked_page`."""
    mine = of_one_person(PracticeEntry.person_id, person_id)
    return db.session.scalar(_narrowed(select(func.count(PracticeEntry.id)), confirmed_by(LINE_MANAGER, on), mine)) or 0


def _of_mediator(person_id: int, on: date) -> Select[*tuple[Any, ...]]:
    return _entries(confirmed_by(LINE_MANAGER, on), of_one_person(PracticeEntry.person_id, person_id))


BY_DAY = (By(PracticeEntry.done_on, date), By(PracticeEntry.id, int))


BY_NAME_AND_DAY = (
    By(Person.sort_name, str),
    By(Person.id, int),
    By(PracticeEntry.done_on, date),
    By(PracticeEntry.id, int),
)


def confirming_page(
    viewer: Viewer, on: date, *, place: str | None, address: Callable[[str | None], str]
) -> Page[PracticeEntry]:
    """What waits for a line manager of the people in the viewer's grants, by name and day; nothing of the viewer's own.

    `viewer` holds only the grants that let a line manager confirm.
    """
    page = page_of(
        _entries(*_of_their_people(viewer, on)),
        BY_NAME_AND_DAY,
        place=place,
        key=lambda row: (row[0].person.sort_name, row[0].person.id, row[0].done_on, row[0].id),
        address=address,
        size=ON_A_PAGE,
    )
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, page.address)


def entries_of_their_people(viewer: Viewer, on: date, entry_ids: Iterable[int]) -> list[PracticeEntry]:
    """Those of these entries that `confirming_page` has on any of its pages, in its order."""
    query = _entries(*_of_their_people(viewer, on), PracticeEntry.id.in_(list(entry_ids)))
    return list(db.session.scalars(query.order_by(*(by.column for by in BY_NAME_AND_DAY))))


def count_confirming(viewer: Viewer, on: date) -> tuple[int, int]:
    """How many entries are on all pages of `confirming_page`, and of how many mediators."""
    numbers = select(func.count(PracticeEntry.id), func.count(counted(Person).distinct()))
    entries, people = db.session.execute(_narrowed(numbers, *_of_their_people(viewer, on))).one()
    return entries, people


def _of_their_people(viewer: Viewer, on: date) -> tuple[ColumnElement[bool], ...]:
    mine = of_one_person(PracticeEntry.person_id, viewer.person_id)
    return confirmed_by(LINE_MANAGER, on), visible_to(viewer), ~mine


def waiting_page(
    viewer: Viewer,
    on: date,
    *,
    not_theirs: bool = False,
    place: str | None,
    address: Callable[[str | None], str],
) -> Page[Waiting]:
    """Every mediator this viewer may know of with entries that wait for a line manager, by name.

    `not_theirs`: only those where whoever was asked said that it is somebody else.
    """
    waiting = _waiting_by_person(viewer, on, not_theirs=not_theirs)
    rows = select(Person, waiting.c.number).join(waiting, waiting.c.person_id == Person.id)
    page = page_of(
        rows,
        (By(Person.sort_name, str), By(Person.id, int)),
        place=place,
        key=lambda row: (row[0].sort_name, row[0].id),
        address=address,
    )
    named = line_managers_of(person.id for person, _ in page.rows)
    asked = last_asked([one.id for one in named.values()])
    disowned = said_not_theirs()
    found = [
        Waiting(
            person,
            number,
            named.get(person.id),
            asked.get(named[person.id].id) if person.id in named else None,
            disowned.get(person.id),
        )
        for person, number in page.rows
    ]
    return Page(found, page.next_token, page.previous_token, page.address)


def count_waiting(viewer: Viewer, on: date, *, not_theirs: bool = False) -> tuple[int, int]:
    """How many mediators are on all pages of `waiting_page`, and for how many of them nobody is named."""
    waiting, its = _waiting_by_person(viewer, on, not_theirs=not_theirs), aliased(Person)
    named = (
        exists()
        .where(LineManager.ended_at.is_(None))
        .where(LineManager.person_id == its.id, counted(its) == waiting.c.person_id)
    )
    people, unnamed = db.session.execute(select(func.count(), func.count().filter(~named)).select_from(waiting)).one()
    return people, unnamed


def count_not_theirs(viewer: Viewer, on: date) -> int:
    """How many mediators `waiting_page` lists where whoever was asked said that it is somebody else."""
    return count_waiting(viewer, on, not_theirs=True)[0] if said_not_theirs() else 0


def said_not_theirs() -> dict[int, LineManager]:
    """Who said that they are not the line manager, by the id of the record that counts; nobody was named since.

    One statement, of an index that is empty as nearly always.
    """
    its, whose = aliased(Person), aliased(Person)
    disowned = aliased(LineManager)
    said = select(counted(its)).where(disowned.person_id == its.id, disowned.not_theirs_at.is_not(None))
    query = select(LineManager, counted(whose)).join(whose, whose.id == LineManager.person_id)
    last: dict[int, LineManager] = {}
    for one, person_id in db.session.execute(query.where(counted(whose).in_(said)).order_by(LineManager.id)):
        if person_id not in last or last[person_id].ended_at is not None:  # who is named now stays the last word
            last[person_id] = one
    return {person_id: one for person_id, one in last.items() if one.not_theirs_at is not None}


def _waiting_by_person(viewer: Viewer, on: date, *, not_theirs: bool = False) -> Subquery:
    whose = counted(Person)
    rows = select(whose.label("person_id"), func.count(PracticeEntry.id).label("number")).group_by(whose)
    conditions = [confirmed_by(LINE_MANAGER, on), visible_to(viewer)]
    if not_theirs:
        conditions.append(whose.in_(said_not_theirs()))
    return _narrowed(rows, *conditions).subquery()


def line_managers_of(person_ids: Iterable[int]) -> dict[int, LineManager]:
    """Whom the office has named, by the id of the record that counts; the latest where two records of one had any."""
    query = (
        select(LineManager, counted(Person))
        .join(LineManager.person)
        .where(LineManager.ended_at.is_(None), counted(Person).in_(list(person_ids)))
    )
    return {person_id: one for one, person_id in db.session.execute(query.order_by(LineManager.id))}


def last_asked(line_manager_ids: Iterable[int]) -> dict[int, date]:
    """The day of the newest letter to each of them."""
    query = select(ConfirmationLink.line_manager_id, ConfirmationLink.asked_on).where(
        ConfirmationLink.line_manager_id.in_(list(line_manager_ids))
    )
    return {row[0]: row[1] for row in db.session.execute(query.order_by(ConfirmationLink.id))}


def own_addresses(person_id: int) -> list[str]:
    """Every address for letters that this person has or had."""
    query = select(ContactAddress.address).where(of_one_person(ContactAddress.person_id, person_id))
    return list(db.session.scalars(query))


def people_to_ask_about(on: date) -> list[int]:
    """The ids of everybody with a line manager named and something that waits for them; nobody who has left."""
    here = (Person.left_on.is_(None)) | (Person.left_on > on)
    waiting = db.session.scalars(_narrowed(select(counted(Person)), confirmed_by(LINE_MANAGER, on), here))
    named = select(counted(Person)).join_from(LineManager, Person, LineManager.person)
    return sorted(set(waiting) & set(db.session.scalars(named.where(LineManager.ended_at.is_(None)))))


def _entries(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return _narrowed(select(PracticeEntry).options(contains_eager(PracticeEntry.person)), *conditions)


def _narrowed(rows: Select[*tuple[Any, ...]], *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return rows.join_from(PracticeEntry, Person, PracticeEntry.person).where(*conditions)
