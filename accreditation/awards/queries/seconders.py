"""Who may be the second person for a decision about somebody."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from accreditation.accounts.models import Account
from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import GrantRow, Person
from accreditation.people.queries import counted, counted_id


@dataclass(frozen=True)
class Deciders:
    """Records that count: the person concerned, who manages them, and who administers the service.

    Only people with an account that is not closed: nobody waits for a manager who cannot come.
    """

    concerned: int
    managers: frozenset[int]
    administrators: frozenset[int]


def who_manages(on: date) -> frozenset[int]:
    """The records of those who manage the whole service on the day and can sign in."""
    rows = db.session.scalars(
        select(GrantRow.person_id)
        .join(Account, Account.person_id == GrantRow.person_id)
        .where(
            GrantRow.role == Role.PRACTICE_MANAGER.value,
            GrantRow.scope == Scope.SERVICE.value,
            GrantRow.starts_on <= on,
            or_(GrantRow.ends_on.is_(None), GrantRow.ends_on > on),
            Account.disabled_at.is_(None),
        )
    )
    return frozenset(rows)


def who_decides(person_id: int, on: date) -> Deciders:
    """Those whose roles on the day reach the person."""
    concerned = counted_id(person_id)
    unit_id = db.session.scalar(select(Person.unit_id).where(Person.id == concerned))
    holder = aliased(Person)
    reaches = or_(
        GrantRow.scope == Scope.SERVICE.value,
        and_(GrantRow.scope == Scope.UNIT.value, GrantRow.scope_id == unit_id),
    )
    rows = db.session.execute(
        select(GrantRow.role, counted(holder))
        .join(holder, holder.id == GrantRow.person_id)
        .join(Account, Account.person_id == holder.id)
        .where(
            GrantRow.role.in_((Role.PRACTICE_MANAGER.value, Role.ADMINISTRATOR.value)),
            GrantRow.starts_on <= on,
            or_(GrantRow.ends_on.is_(None), GrantRow.ends_on > on),
            Account.disabled_at.is_(None),
            reaches,
        )
    )
    by_role: dict[str, set[int]] = {}
    for role, who in rows:
        by_role.setdefault(role, set()).add(who)
    return Deciders(
        concerned,
        frozenset(by_role.get(Role.PRACTICE_MANAGER.value, ())),
        frozenset(by_role.get(Role.ADMINISTRATOR.value, ())),
    )
