"""Finding people, for somebody: whatever fetches for a person takes the viewer."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select, true

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import ContactAddress, GrantRow, Person, PersonName, Provider, Unit
from accreditation.people.rules import Grant, Subject, Viewer, plain
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The people this viewer may know of: one condition for the page, one person, the search and the export."""
    scope_asked()
    if viewer.ids(Scope.SERVICE):
        return true()
    return or_(Person.id.in_(viewer.ids(Scope.PERSON)), Person.unit_id.in_(viewer.ids(Scope.UNIT)))


def get_person(reference: str, viewer: Viewer) -> Person:
    """Raises NotFound, in the same words whether there is no such person or not for this viewer to know of."""
    person = db.session.scalar(select(Person).where(Person.reference == reference, visible_to(viewer)))
    if person is None:
        raise NotFound("There is no such person.")
    return person


def get_mediator(reference: str, viewer: Viewer) -> Person:
    """Raises NotFound, in the same words whether there is no such mediator or not for this viewer to know of."""
    person = db.session.scalar(select(Person).where(Person.reference == reference, visible_to(viewer)))
    if person is None:
        raise NotFound("There is no such mediator.")
    return person


def find_person_by_reference(reference: str) -> Person | None:
    """For services and commands that act for nobody in particular."""
    return db.session.scalar(select(Person).where(Person.reference == reference))


def find_person_by_pay_number(pay_number: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.pay_number == pay_number))


def people_with_address(address: str) -> list[Person]:
    """Everybody whose current address this is, whatever its capitals; an address may be shared."""
    current = ContactAddress.ended_at.is_(None)
    query = select(Person).join(ContactAddress, ContactAddress.person_id == Person.id)
    return list(db.session.scalars(query.where(current, ContactAddress.address == address.lower()).order_by(Person.id)))


def lock_person(person_id: int) -> Person:
    """For services: nobody else changes this person's evidence until the transaction ends."""
    return db.session.get_one(Person, person_id, with_for_update=True, populate_existing=True)


def subject_of(person: Person) -> Subject:
    return Subject(person_id=person.id, unit_id=person.unit_id)


def units() -> list[Unit]:
    return list(db.session.scalars(select(Unit).order_by(Unit.name)))


def providers() -> list[Provider]:
    return list(db.session.scalars(select(Provider).order_by(Provider.name)))


def grants_of(person_id: int, on: date) -> list[GrantRow]:
    """The grants in force on the day."""
    in_force = (GrantRow.starts_on <= on) & or_(GrantRow.ends_on.is_(None), GrantRow.ends_on > on)
    return list(db.session.scalars(select(GrantRow).where(GrantRow.person_id == person_id, in_force)))


def viewer_of(person_id: int, on: date) -> Viewer:
    """The person with the grants in force on the day."""
    rows = grants_of(person_id, on)
    return Viewer(person_id, frozenset(Grant(Role(row.role), Scope(row.scope), row.scope_id) for row in rows))


def everyone_with(role: Role, on: date) -> list[Person]:
    """The people who hold this role on the day, in any scope."""
    in_force = (GrantRow.starts_on <= on) & or_(GrantRow.ends_on.is_(None), GrantRow.ends_on > on)
    holders = select(GrantRow.person_id).where(GrantRow.role == role.value, in_force)
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
    query = select(Person.unit_id, func.count()).where(Person.unit_id.is_not(None)).group_by(Person.unit_id)
    return {int(unit_id): count for unit_id, count in db.session.execute(query) if unit_id is not None}


def names_of(person_id: int) -> list[PersonName]:
    """The names somebody had before, the last one first."""
    query = select(PersonName).where(PersonName.person_id == person_id)
    return list(db.session.scalars(query.order_by(PersonName.until.desc(), PersonName.id.desc())))


def people_page(
    viewer: Viewer,
    *,
    words: str | None = None,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[Person]:
    """The people this viewer may know of, by name. `words`: parts of a name, reference or pay number."""
    query = select(Person).where(visible_to(viewer))
    for word in plain(words or "").split():
        query = query.where(Person.search_text.contains(word, autoescape=True))
    page = page_of(
        query,
        [By(Person.sort_name, str), By(Person.id, int)],
        place=place,
        key=lambda row: (row[0].sort_name, row[0].id),
        address=address,
    )
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, address)
