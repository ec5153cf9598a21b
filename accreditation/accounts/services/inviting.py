"""Inviting a colleague: a person, an account, a role and a letter in one act."""

from datetime import date, datetime

from accreditation.accounts.models import PROVISIONAL, Account
from accreditation.accounts.queries.accounts import find_account_of
from accreditation.accounts.rules.reaches import scope_of
from accreditation.accounts.services.accounts import invite
from accreditation.accounts.services.roles import give_role
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person
from accreditation.people.queries import find_person_by_reference
from accreditation.people.services import add_person, add_staff


def invite_colleague(
    email: str,
    role: Role,
    reach: str,
    *,
    reference: str | None = None,
    given_name: str = "",
    family_name: str = "",
    now: datetime,
    on: date,
    invited_by: int | None,
    by_letter: bool = True,
) -> Account:
    """Somebody of the register by reference, or somebody new by name, with the role from `on`.

    `reach` is what the role is for, as `rules.reaches` writes it. Raises DomainError.
    """
    person = _person(reference, given_name, family_name, role)
    scope, scope_id = scope_of(reach, person.id)
    give_role(person.id, role, scope, scope_id, on=on, granted_by=invited_by)
    invite(person.id, email, now=now, by_letter=by_letter)
    account = find_account_of(person.id)
    assert account is not None
    return account


def invite_first_administrator(*, now: datetime, on: date) -> Account:
    """An account that waits for its owner: the invitation asks who they are."""
    return invite_colleague(
        f"setup{PROVISIONAL}",
        Role.ADMINISTRATOR,
        Scope.SERVICE.value,
        given_name="First",
        family_name="Administrator",
        now=now,
        on=on,
        invited_by=None,
        by_letter=False,
    )


def _person(reference: str | None, given_name: str, family_name: str, role: Role) -> Person:
    if reference is None:
        add = add_person if role is Role.MEDIATOR else add_staff
        return add(given_name=given_name, family_name=family_name)
    person = find_person_by_reference(reference) or find_person_by_reference(reference.upper())
    if person is None:
        raise DomainError(f"Nobody in the register has the reference {reference}.")
    return person.counted
