"""Adding people and changing what is known of them. Callers hold the transaction; nothing here commits."""

from datetime import date
from itertools import count

from sqlalchemy import delete, insert, select
from sqlalchemy.orm.attributes import flag_modified

from accreditation.core import clock
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.numbers import next_number
from accreditation.core.permissions import SCOPES, Role, Scope
from accreditation.core.settings import get_setting
from accreditation.people.models import ContactAddress, GrantRow, Person, PersonName, PersonWord, Provider, Unit
from accreditation.people.queries.people import find_person_by_pay_number, find_person_by_reference, lock_person
from accreditation.people.rules import search_text, search_words, sort_name
from accreditation.people.services.letters import tell_old_address


def add_person(
    *,
    given_name: str,
    family_name: str,
    reference: str | None = None,
    pay_number: str | None = None,
    unit_id: int | None = None,
    holder_kind: str | None = None,
    email: str | None = None,
) -> Person:
    """A new person, with the next free reference when none is given (M0001, M0002, …).

    Raises DomainError when the reference or the pay number is somebody's already.
    """
    reference = reference or _next_reference()
    problems = []
    if find_person_by_reference(reference):
        problems.append(f"The reference {reference} is already somebody's.")
    if pay_number and (holder := find_person_by_pay_number(pay_number)):
        problems.append(f"The pay number {pay_number} is already {holder.counted.reference}'s.")
    if problems:
        raise DomainError(*problems)
    person = Person(
        reference=reference,
        given_name=given_name,
        family_name=family_name,
        sort_name=sort_name(given_name, family_name),
        search_text=search_text(given_name, family_name, reference, pay_number),
        pay_number=pay_number,
        unit_id=unit_id,
        holder_kind=holder_kind,
    )
    db.session.add(person)
    db.session.flush()
    _write_words(person)
    if email:
        change_address(person.id, email)
    return person


STAFF = "S"
"""What references of staff begin with: M0001 must be free for the register that a service brings along."""


def add_staff(*, given_name: str, family_name: str) -> Person:
    """Somebody who has a role here and is no mediator: an administrator, a trainer. S0001, S0002, …"""
    reference = _next_free(STAFF, "staff")
    return add_person(given_name=given_name, family_name=family_name, reference=reference)


def _next_reference() -> str:
    return _next_free(get_setting("reference_prefix"), "person")


def _next_free(prefix: str, series: str) -> str:
    """Past those that an imported register brought along."""
    references = (f"{prefix}{next_number(series):04}" for _ in count())
    return next(reference for reference in references if not find_person_by_reference(reference))


def rename_person(person_id: int, *, given_name: str, family_name: str) -> None:
    """A new name from now on; the old one is kept in the history."""
    person = lock_person(person_id)
    if (person.given_name, person.family_name) == (given_name, family_name):
        return
    db.session.add(
        PersonName(person_id=person_id, given_name=person.given_name, family_name=person.family_name, until=clock.now())
    )
    person.given_name, person.family_name = given_name, family_name
    _index(person)


def change_details(
    person_id: int,
    *,
    pay_number: str | None,
    unit_id: int | None,
    holder_kind: str | None,
) -> None:
    """Raises DomainError when the pay number is somebody else's."""
    person = lock_person(person_id)
    if pay_number and (holder := find_person_by_pay_number(pay_number)) and holder.id != person_id:
        if holder.counted.id == person_id:
            raise DomainError(
                f"The pay number {pay_number} stands on {holder.reference}, which is merged into this record: it finds "
                "this person already. Leave the field as it was."
            )
        raise DomainError(f"The pay number {pay_number} is already {holder.counted.reference}'s.")
    person.pay_number, person.unit_id, person.holder_kind = pay_number, unit_id, holder_kind
    _index(person)


def edit_person(
    person_id: int,
    *,
    shown_version: int,
    given_name: str,
    family_name: str,
    pay_number: str | None,
    unit_id: int | None,
    holder_kind: str | None,
    email: str | None,
) -> None:
    """Everything that the edit page shows, at once. `shown_version`: the version of the record that it showed.

    An address that letters go to no longer gets one last letter, which says so.
    Raises Conflict when the record was changed since, DomainError when the pay number is somebody else's.
    """
    person = lock_person(person_id)
    if person.version != shown_version:
        raise Conflict("Somebody else changed this record while you had it open. Nothing of yours is saved yet.")
    change_details(person_id, pay_number=pay_number, unit_id=unit_id, holder_kind=holder_kind)
    rename_person(person_id, given_name=given_name, family_name=family_name)
    old = change_address(person_id, email)
    if old is not None:
        tell_old_address(person_id, old)


def _index(person: Person) -> None:
    person.sort_name = sort_name(person.given_name, person.family_name)
    person.search_text = search_text(person.given_name, person.family_name, person.reference, person.pay_number)
    theirs = delete(PersonWord).where(PersonWord.person_id == person.id)
    db.session.execute(theirs.execution_options(synchronize_session=False))
    _write_words(person)


def _write_words(person: Person) -> None:
    words = search_words(person.search_text)
    db.session.execute(insert(PersonWord), [{"word": word, "person_id": person.id} for word in words])


def change_address(person_id: int, address: str | None) -> int | None:
    """Letters go to this address from now on; None: to nobody. The old one is kept, ended now: its id, if there was."""
    person = lock_person(person_id)
    now = clock.now()
    address = address.lower() if address else None
    current = db.session.scalar(
        select(ContactAddress).where(ContactAddress.person_id == person_id, ContactAddress.ended_at.is_(None))
    )
    if current and current.address == address:
        return None
    if current:
        current.ended_at = now
        db.session.flush()
    if address:
        db.session.add(ContactAddress(person_id=person_id, address=address, since=now))
    flag_modified(person, "sort_name")  # an address is part of the record: whoever has it open is told that it changed
    db.session.flush()
    db.session.expire(person, ["addresses"])
    return current.id if current else None


def grant_role(
    person_id: int,
    role: Role,
    scope: Scope,
    scope_id: int | None = None,
    *,
    on: date,
    ends_on: date | None = None,
    granted_by: int | None,
) -> GrantRow:
    """The role from `on` (inclusive) to `ends_on` (exclusive; None: until it is ended).

    Raises DomainError for a scope that the role does not come in.
    """
    if scope not in SCOPES[role]:
        raise DomainError(f"{role.label} cannot be granted for {scope.value.replace('_', ' ')}.")
    if (scope is Scope.SERVICE) != (scope_id is None):
        raise DomainError("Choose what the role is for.")
    row = GrantRow(
        person_id=person_id,
        role=role.value,
        scope=scope.value,
        scope_id=scope_id,
        starts_on=on,
        ends_on=ends_on,
        granted_by=granted_by,
    )
    db.session.add(row)
    db.session.flush()
    return row


def end_grant(grant_id: int, *, on: date) -> None:
    """The role ends: `on` is the first day without it."""
    row = db.session.get_one(GrantRow, grant_id, with_for_update=True)
    row.ends_on = on


def add_unit(name: str) -> Unit:
    """Raises DomainError when there is a unit of that name."""
    if db.session.scalar(select(Unit).where(Unit.name == name)):
        raise DomainError(f"There is already a unit called {name}.")
    return find_or_add_unit(name)


def rename_unit(unit_id: int, name: str) -> None:
    """Raises DomainError when there is another unit of that name."""
    holder = db.session.scalar(select(Unit).where(Unit.name == name))
    if holder and holder.id != unit_id:
        raise DomainError(f"There is already a unit called {name}.")
    db.session.get_one(Unit, unit_id, with_for_update=True).name = name
    db.session.flush()


def find_or_add_unit(name: str) -> Unit:
    unit = db.session.scalar(select(Unit).where(Unit.name == name))
    if unit is None:
        unit = Unit(name=name)
        db.session.add(unit)
        db.session.flush()
    return unit


def add_provider(name: str) -> Provider:
    """Raises DomainError when there is a training provider of that name."""
    if db.session.scalar(select(Provider).where(Provider.name == name)):
        raise DomainError(f"There is already a training provider called {name}.")
    provider = Provider(name=name)
    db.session.add(provider)
    db.session.flush()
    return provider


def rename_provider(provider_id: int, name: str) -> None:
    """Raises DomainError when there is another training provider of that name."""
    holder = db.session.scalar(select(Provider).where(Provider.name == name))
    if holder and holder.id != provider_id:
        raise DomainError(f"There is already a training provider called {name}.")
    db.session.get_one(Provider, provider_id, with_for_update=True).name = name
    db.session.flush()
