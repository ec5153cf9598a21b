"""Finding people, for somebody: whatever fetches for a person takes the viewer."""

from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from accreditation.core.database import db, rows_of
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import ContactAddress, GrantRow, Person, PersonName, Provider, Unit
from accreditation.people.queries.finding import found_by, has_words
from accreditation.people.rules import Grant, Subject, Viewer
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The people this viewer may know of: one condition for the page, one person, the search and the export."""
    scope_asked()
    if viewer.ids(Scope.SERVICE):
        return true()
    kept = aliased(Person)
    theirs = select(kept.id).where(_reached(kept, viewer))
    within = _reached(Person, viewer)
    if people := viewer.ids(Scope.PERSON):
        within = or_(within, Person.merged_into_id.in_(people))
    # What stands with a merged record is told to whoever may know of the one that counts for it.
    return and_(within, or_(Person.merged_into_id.is_(None), Person.merged_into_id.in_(theirs)))


def _reached(person: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Of a viewer with no grant for the whole service: by person, or by the unit they are in."""
    return or_(person.id.in_(viewer.ids(Scope.PERSON)), person.unit_id.in_(viewer.ids(Scope.UNIT)))


def counted(person: Any) -> ColumnElement[int]:
    """In a statement: the id of the record that counts for this person."""
    return func.coalesce(person.merged_into_id, person.id)


def get_person(reference: str, viewer: Viewer) -> Person:
    """The record that counts for the person with this reference, which may be that of one merged into it.

    Raises NotFound, in the same words whether there is no such person or not for this viewer to know of.
    """
    person = _counted_person(reference, viewer)
    if person is None:
        raise NotFound("There is no such person.")
    return person


def get_mediator(reference: str, viewer: Viewer) -> Person:
    """The same of a mediator."""
    person = _counted_person(reference, viewer)
    if person is None:
        raise NotFound("There is no such mediator.")
    return person


def _counted_person(reference: str, viewer: Viewer) -> Person | None:
    asked = aliased(Person)
    query = select(Person).join(asked, Person.id == counted(asked))
    return db.session.scalar(query.where(asked.reference == reference, visible_to(viewer)))


def get_record(reference: str, viewer: Viewer) -> Person:
    """The very record with this reference, merged or not. Raises NotFound as `get_person` does."""
    record = db.session.scalar(select(Person).where(Person.reference == reference, visible_to(viewer)))
    if record is None:
        raise NotFound("There is no such person.")
    return record


def find_person_by_reference(reference: str) -> Person | None:
    """The very record, merged or not. For services and commands that act for nobody in particular."""
    return db.session.scalar(select(Person).where(Person.reference == reference))


def find_person_by_pay_number(pay_number: str) -> Person | None:
    """The very record, merged or not."""
    return db.session.scalar(select(Person).where(Person.pay_number == pay_number))


def people_with_address(address: str) -> list[Person]:
    """Everybody whose current address this is, whatever its capitals; an address may be shared."""
    current = ContactAddress.ended_at.is_(None)
    query = select(Person).join(ContactAddress, ContactAddress.person_id == Person.id)
    found = db.session.scalars(query.where(current, ContactAddress.address == address.lower()).order_by(Person.id))
    return list({person.counted.id: person.counted for person in found}.values())


def lock_person(person_id: int) -> Person:
    """For services: nobody else changes this person's evidence until the transaction ends."""
    return db.session.get_one(Person, person_id, with_for_update=True, populate_existing=True)


def subject_of(person: Person) -> Subject:
    """Whom a permission about this person is asked for: the record that counts."""
    return Subject(person_id=person.counted.id, unit_id=person.counted.unit_id)


def units() -> list[Unit]:
    return list(db.session.scalars(select(Unit).order_by(Unit.name)))


def providers() -> list[Provider]:
    return list(db.session.scalars(select(Provider).order_by(Provider.name)))


def grants_of(person_id: int, on: date) -> list[GrantRow]:
    """The grants in force on the day."""
    return list(db.session.scalars(select(GrantRow).where(GrantRow.person_id == person_id, _in_force(on))))


def _in_force(on: date | BindParameter[date]) -> ColumnElement[bool]:
    return and_(GrantRow.starts_on <= on, or_(GrantRow.ends_on.is_(None), GrantRow.ends_on > on))


def viewer_of(person_id: int, on: date) -> Viewer:
    """The person with the grants in force on the day.

    Whoever signs in with the account of a merged record is the person that counts for it, and a grant that reaches a
    merged record reaches that person. The roles stay those given to the record of the account: merging somebody's
    record into another gives no one a role.
    """
    rows = rows_of(_grants_in_force(), {"person_id": person_id, "on": on}).all()
    kept = select(Person.merged_into_id).where(Person.id == person_id)
    me = (rows[0][3] if rows else db.session.scalar(kept)) or person_id
    return Viewer(me, frozenset(Grant(Role(role), Scope(scope), reach) for role, scope, reach, _ in rows))


def viewers_of(person_ids: Collection[int], on: date) -> dict[int, Viewer]:
    """The same for each of these, read together."""
    if not person_ids:
        return {}
    asked, reached = aliased(Person), aliased(Person)
    rows = (
        select(
            asked.id, asked.merged_into_id, GrantRow.role, GrantRow.scope,
            func.coalesce(reached.merged_into_id, GrantRow.scope_id),
        )
        .outerjoin(GrantRow, and_(GrantRow.person_id == asked.id, _in_force(on)))
        .outerjoin(reached, and_(GrantRow.scope == Scope.PERSON.value, reached.id == GrantRow.scope_id))
        .where(asked.id.in_(person_ids))
    )  # fmt: skip
    me = {person_id: person_id for person_id in person_ids}
    grants: dict[int, set[Grant]] = {person_id: set() for person_id in person_ids}
    for person_id, kept_id, role, scope, reach in db.session.execute(rows):
        me[person_id] = kept_id or person_id
        if role is not None:
            grants[person_id].add(Grant(Role(role), Scope(scope), reach))
    return {person_id: Viewer(me[person_id], frozenset(theirs)) for person_id, theirs in grants.items()}


@cache
def _grants_in_force() -> Select[str, str, int | None, int | None]:
    """Put together once: every request asks for them."""
    reached, person_id = aliased(Person), bindparam("person_id", type_=Integer)
    kept_id = select(Person.merged_into_id).where(Person.id == person_id).scalar_subquery()
    scope_id = func.coalesce(reached.merged_into_id, GrantRow.scope_id)
    return (
        select(GrantRow.role, GrantRow.scope, scope_id, kept_id)
        .outerjoin(reached, and_(GrantRow.scope == Scope.PERSON.value, reached.id == GrantRow.scope_id))
        .where(GrantRow.person_id == person_id, _in_force(bindparam("on", type_=Date)))
    )


def everyone_with(role: Role, on: date) -> list[Person]:
    """The people who hold this role on the day, in any scope."""
    holders = select(GrantRow.person_id).where(GrantRow.role == role.value, _in_force(on))
    return list(db.session.scalars(select(Person).where(Person.id.in_(holders)).order_by(Person.sort_name, Person.id)))


def find_unit(unit_id: int) -> Unit | None:
    return db.session.get(Unit, unit_id)


def find_provider(provider_id: int) -> Provider | None:
    return db.session.get(Provider, provider_id)


def find_unit_by_name(name: str) -> Unit | None:
    """Whatever its capitals."""
    return db.session.scalar(
        select(Unit).where(func.lower(Unit.name) == name.strip().lower()).order_by(Unit.id).limit(1)
    )


def find_provider_by_name(name: str) -> Provider | None:
    """Whatever its capitals."""
    same = func.lower(Provider.name) == name.strip().lower()
    return db.session.scalar(select(Provider).where(same).order_by(Provider.id).limit(1))


def people_by_unit() -> dict[int, int]:
    """How many people each unit has."""
    query = select(Person.unit_id, func.count()).where(Person.unit_id.is_not(None), Person.merged_into_id.is_(None))
    query = query.group_by(Person.unit_id)
    return {int(unit_id): count for unit_id, count in db.session.execute(query) if unit_id is not None}


def names_of(person_id: int) -> list[PersonName]:
    """The names somebody had before, the last one first."""
    query = select(PersonName).where(PersonName.person_id == person_id)
    return list(db.session.scalars(query.order_by(PersonName.until.desc(), PersonName.id.desc())))


def people_page(
    viewer: Viewer,
    *,
    words: str | None = None,
    merged: bool = False,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[Person]:
    """The people this viewer may know of, by name. `words`: parts of a name, reference or pay number.

    `merged`: the records that are merged into others, in place of the people.
    """
    query, words = select(Person).where(visible_to(viewer)), words or ""
    if merged:
        query = query.where(Person.merged_into_id.is_not(None), *has_words(Person, words, anywhere=True))
    else:
        query = query.where(found_by(words, anywhere=True))
    page = page_of(
        query,
        [By(Person.sort_name, str), By(Person.id, int)],
        place=place,
        key=lambda row: (row[0].sort_name, row[0].id),
        address=address,
    )
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, address)
