"""Finding accounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from accreditation.accounts.models import PROVISIONAL, Account, UserSession
from accreditation.core.database import db, rows_of
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Role
from accreditation.people.models import GrantRow, Person, Provider, Unit
from accreditation.people.queries import has_words, visible_to
from accreditation.people.rules import Viewer, plain
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of

STATES = ("active", "invited", "disabled")


def get_account(account_id: int, viewer: Viewer) -> Account:
    """Raises NotFound, in the same words whether there is none or not for this viewer to know of."""
    query = select(Account).join(Person, Person.id == Account.person_id)
    account = db.session.scalar(query.where(Account.id == account_id, visible_to(viewer)))
    if account is None:
        raise NotFound("There is no such account.")
    return account


def find_account_by_email(email: str) -> Account | None:
    """`email` as `normal_email` writes it."""
    return db.session.scalar(select(Account).where(Account.email == email))


def find_account_of(person_id: int) -> Account | None:
    return db.session.scalar(select(Account).where(Account.person_id == person_id))


def get_own_account(account_id: int) -> Account:
    """The one somebody is signed in with: a person of whom two records were merged may have two."""
    return db.session.get_one(Account, account_id)


def has_administrator(on: date) -> bool:
    """Whether somebody can sign in as administrator on the day."""
    query = select(Account.id).join(GrantRow, GrantRow.person_id == Account.person_id)
    query = query.where(GrantRow.role == Role.ADMINISTRATOR.value, in_force(on))
    query = query.where(Account.password_hash.is_not(None), Account.disabled_at.is_(None))
    return db.session.scalar(query.limit(1)) is not None


def find_first_administrator() -> Account | None:
    """The account that waits for whoever opens the invitation of a new installation."""
    return db.session.scalar(select(Account).where(Account.email.endswith(PROVISIONAL)).limit(1))


@dataclass(frozen=True)
class GrantLine:
    """A role as a page says it: “Training provider, CMP”. `ends_on` is the first day without it, or None."""

    id: int
    person_id: int
    role: Role
    reach: str
    starts_on: date
    ends_on: date | None

    def __str__(self) -> str:
        return f"{self.role.label}, {self.reach}" if self.reach else self.role.label


@dataclass(frozen=True)
class AccountLine:
    """One row of the list of accounts."""

    account: Account
    grants: Sequence[GrantLine]
    last_seen_at: datetime | None


def accounts_page(
    viewer: Viewer,
    *,
    on: date,
    role: str | None = None,
    state: str | None = None,
    words: str | None = None,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[AccountLine]:
    """By name. `role`: who holds it on the day; `state`: one of STATES; `words`: parts of a name or the address."""
    query: Select[*tuple[Any, ...]] = select(Account, Person.sort_name, Person.id).join(
        Person, Person.id == Account.person_id
    )
    query = query.where(visible_to(viewer))
    if role:
        query = query.where(Person.id.in_(select(GrantRow.person_id).where(GrantRow.role == role, in_force(on))))
    if state:
        query = query.where(_in_state(state))
    for word in plain(words or "").split():
        named = and_(true(), *has_words(Person, word, anywhere=True))
        query = query.where(or_(named, Account.email.contains(word, autoescape=True)))
    page = page_of(
        query,
        [By(Person.sort_name, str), By(Person.id, int)],
        place=place,
        key=lambda row: (row.sort_name, row.id),
        address=address,
    )
    accounts = [row[0] for row in page.rows]
    grants = grants_by_person([account.person_id for account in accounts], on)
    seen = _last_seen([account.id for account in accounts])
    lines = [AccountLine(a, grants.get(a.person_id, []), seen.get(a.id)) for a in accounts]
    return Page(lines, page.next_token, page.previous_token, address)


def count_accounts(viewer: Viewer) -> dict[str, int]:
    """How many `accounts_page` lists for each of STATES. One statement."""
    scope_asked()
    return dict(zip(STATES, rows_of(_counting(viewer)).one(), strict=True))


@lru_cache(maxsize=256)
def _counting(viewer: Viewer) -> Any:
    columns = [func.count().filter(_in_state(state)) for state in STATES]
    query = select(*columns).select_from(Account).join(Person, Person.id == Account.person_id)
    return query.where(visible_to(viewer))


def in_force(on: date) -> ColumnElement[bool]:
    return (GrantRow.starts_on <= on) & or_(GrantRow.ends_on.is_(None), GrantRow.ends_on > on)


def _in_state(state: str) -> ColumnElement[bool]:
    if state == "disabled":
        return Account.disabled_at.is_not(None)
    accepted = Account.password_hash.is_not(None)
    return Account.disabled_at.is_(None) & (accepted if state == "active" else ~accepted)


def _last_seen(account_ids: Sequence[int]) -> dict[int, datetime]:
    query = select(UserSession.account_id, func.max(UserSession.last_seen_at)).group_by(UserSession.account_id)
    return {row[0]: row[1] for row in db.session.execute(query.where(UserSession.account_id.in_(account_ids)))}


def grants_by_person(person_ids: Sequence[int], on: date, *, past: bool = False) -> dict[int, list[GrantLine]]:
    """The roles in force on the day (with `past`: and those that have ended), by person, in the order of giving."""
    query = (
        select(GrantRow, Unit.name, Provider.name, Person.given_name, Person.family_name)
        .outerjoin(Unit, (GrantRow.scope == "unit") & (Unit.id == GrantRow.scope_id))
        .outerjoin(Provider, (GrantRow.scope == "provider") & (Provider.id == GrantRow.scope_id))
        .outerjoin(Person, (GrantRow.scope == "person") & (Person.id == GrantRow.scope_id))
        .where(GrantRow.person_id.in_(person_ids))
        .order_by(GrantRow.id)
    )
    if not past:
        query = query.where(in_force(on))
    found: dict[int, list[GrantLine]] = {}
    for row in db.session.execute(query):
        found.setdefault(row[0].person_id, []).append(_line(row))
    return found


def _line(row: Any) -> GrantLine:
    grant, unit, provider, given, family = row
    if grant.scope == "person":
        reach = "own record" if grant.scope_id == grant.person_id else f"{given} {family}"
    else:
        reach = unit or provider or "whole service"
    return GrantLine(grant.id, grant.person_id, Role(grant.role), reach, grant.starts_on, grant.ends_on)
