"""What waits for line managers: for the one behind a link, for those with an account, and for the office."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from accreditation.core.database import db
from accreditation.people.models import ContactAddress, Person
from accreditation.people.queries import of_one_person, visible_to
from accreditation.people.rules import Viewer
from accreditation.practice.models import ConfirmationLink, LineManager, PracticeEntry
from accreditation.practice.queries.confirming import confirmers_of, is_named
from accreditation.practice.rules.line_managers import LINE_MANAGER


@dataclass(frozen=True)
class Waiting:
    """A mediator of whom entries wait for a line manager: how many, who that is, and when they were last asked."""

    person: Person
    number: int
    line_manager: LineManager | None
    asked_on: date | None


def find_line_manager(person_id: int) -> LineManager | None:
    """Whom the office has named for this mediator, whichever of their records it stands with."""
    query = select(LineManager).where(of_one_person(LineManager.person_id, person_id), LineManager.ended_at.is_(None))
    return db.session.scalars(query.order_by(LineManager.id.desc())).first()


def entries_for_line_manager(person_id: int, on: date) -> list[PracticeEntry]:
    """What of this mediator's log waits for a line manager, the earliest day first."""
    query = _logged().where(of_one_person(PracticeEntry.person_id, person_id))
    return _theirs(db.session.scalars(query.order_by(PracticeEntry.done_on, PracticeEntry.id)), on)


def entries_of_their_people(viewer: Viewer, on: date) -> list[PracticeEntry]:
    """What waits for a line manager of the people in the viewer's grants, by name and day; nothing of the viewer's own.

    `viewer` holds only the grants that let a line manager confirm.
    """
    if not is_named(LINE_MANAGER, on):
        visible_to(viewer)  # the question has been asked, and the answer is that nothing waits
        return []
    query = _logged().where(visible_to(viewer), ~of_one_person(PracticeEntry.person_id, viewer.person_id))
    return _theirs(
        db.session.scalars(query.order_by(Person.sort_name, Person.id, PracticeEntry.done_on, PracticeEntry.id)), on
    )


def waiting_for_line_managers(viewer: Viewer, on: date) -> list[Waiting]:
    """Every mediator this viewer may know of with entries that wait for a line manager, by name."""
    if not is_named(LINE_MANAGER, on):
        visible_to(viewer)
        return []
    found: dict[int, list[PracticeEntry]] = {}
    query = _logged().where(visible_to(viewer)).order_by(Person.sort_name, PracticeEntry.id)
    for entry in _theirs(db.session.scalars(query), on):
        found.setdefault(entry.person.counted.id, []).append(entry)
    named = line_managers_of(found)
    asked = last_asked([one.id for one in named.values()])
    return [
        Waiting(
            entries[0].person.counted,
            len(entries),
            named.get(person_id),
            asked.get(named[person_id].id) if person_id in named else None,
        )
        for person_id, entries in found.items()
    ]


def line_managers_of(person_ids: Iterable[int]) -> dict[int, LineManager]:
    """Whom the office has named, by the id of the record that counts; the latest where two records of one had any."""
    query = (
        select(LineManager)
        .join(LineManager.person)
        .options(contains_eager(LineManager.person))
        .where(LineManager.ended_at.is_(None))
        .order_by(LineManager.id)
    )
    wanted = set(person_ids)
    return {one.person.counted.id: one for one in db.session.scalars(query) if one.person.counted.id in wanted}


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
    if not is_named(LINE_MANAGER, on):
        return []
    query = _logged().where((Person.left_on.is_(None)) | (Person.left_on > on)).order_by(PracticeEntry.id)
    waiting = {entry.person.counted.id for entry in _theirs(db.session.scalars(query), on)}
    return sorted(line_managers_of(waiting))


def _logged() -> Select[PracticeEntry]:
    return (
        select(PracticeEntry)
        .join(PracticeEntry.person)
        .options(contains_eager(PracticeEntry.person))
        .where(PracticeEntry.state == "logged")
    )


def _theirs(entries: Iterable[PracticeEntry], on: date) -> list[PracticeEntry]:
    found = list(entries)
    named = confirmers_of(found, on)
    return [entry for entry in found if named[entry.id] == LINE_MANAGER]
