"""Giving roles to people with an account, and ending them. What changes holds from the next request on."""

from datetime import date

from sqlalchemy import select

from accreditation.accounts.models import Account
from accreditation.accounts.queries.accounts import in_force
from accreditation.core.database import db
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import GrantRow
from accreditation.people.queries import counted_id, lock_person
from accreditation.people.services import end_grant, grant_role


def give_role(
    person_id: int, role: Role, scope: Scope, scope_id: int | None, *, on: date, granted_by: int | None
) -> GrantRow:
    """The role from `on` (inclusive). Raises NotAllowed for oneself, DomainError for a role that they have already."""
    if counted_id(person_id) == granted_by:
        raise NotAllowed("Nobody gives a role to themselves. Ask another administrator.")
    lock_person(person_id)
    place = (GrantRow.scope == scope.value) & GrantRow.scope_id.is_not_distinct_from(scope_id)
    same = (GrantRow.role == role.value) & place
    if db.session.scalar(select(GrantRow.id).where(GrantRow.person_id == person_id, in_force(on), same).limit(1)):
        raise DomainError("They have this role already.")
    return grant_role(person_id, role, scope, scope_id, on=on, granted_by=granted_by)


def take_role(person_id: int, grant_id: int, *, on: date) -> GrantRow:
    """`on` is the first day without it. Raises DomainError for a grant that is not theirs or has ended, and for the
    last administrator's.
    """
    grant = db.session.get(GrantRow, grant_id)
    if grant is None or grant.person_id != person_id or (grant.ends_on is not None and grant.ends_on <= on):
        raise DomainError("This role has ended already.")
    if grant.role == Role.ADMINISTRATOR:
        refuse_without_administrator(person_id, on=on)
    end_grant(grant_id, on=on)
    db.session.flush()
    return grant


def refuse_without_administrator(person_id: int, *, on: date) -> None:
    """Raises DomainError when this person is the last who can sign in as administrator.

    The grants are locked, so that of two administrators who end each other at once one stays.
    """
    holders = select(GrantRow.person_id).where(GrantRow.role == Role.ADMINISTRATOR.value, in_force(on))
    people = set(db.session.scalars(holders.order_by(GrantRow.id).with_for_update()))
    if person_id not in people:
        return
    others = select(Account.id).where(
        Account.person_id.in_(people - {person_id}), Account.disabled_at.is_(None), Account.password_hash.is_not(None)
    )
    if db.session.scalar(others.limit(1)) is None:
        raise DomainError("This is the last administrator who can sign in. Make somebody else administrator first.")
