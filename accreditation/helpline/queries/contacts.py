"""Contacts, for helpline advisers. Lists never load the advice: one contact at a time does, and leaves a mark."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import aliased

from accreditation.core.calendar import anniversary, days_after
from accreditation.core.clock import LONDON
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Role
from accreditation.helpline.models import Contact, Escalation
from accreditation.people.models import Person
from accreditation.people.queries import everyone_with, found_by, of_one_person, visible_to
from accreditation.people.rules import Viewer, looked_for
from accreditation.standing.queries import Explanation, explain, main_scheme, standings_on
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, Part, page_of, page_of_parts

FOUND_AT_MOST = 8
"""People a search offers at once: more would not be read."""

EARLIER = 5
"""Contacts that stand beside the form; the others are a page away."""


@dataclass(frozen=True)
class ContactRow:
    """A contact without its advice."""

    id: int
    person: Person
    adviser_name: str | None
    owner_name: str | None
    contacted_at: datetime
    channel: str
    category: str
    outcome: str
    minutes: int
    case_reference: str | None
    follow_up_on: date | None
    followed_up_on: date | None

    @property
    def owed(self) -> bool:
        return self.follow_up_on is not None and self.followed_up_on is None


@dataclass(frozen=True)
class Found:
    """Somebody a search found, with what a helpline adviser may know of their standing."""

    person: Person
    explained: Explanation | None


def contacts_page(
    viewer: Viewer,
    *,
    category: str | None = None,
    outcome: str | None = None,
    adviser_id: int | None = None,
    person_id: int | None = None,
    on: date | None = None,
    place: str | None,
    address: Callable[[str | None], str],
) -> Page[ContactRow]:
    """Contacts, the latest first, narrowed by what is given; `on`: those of that day in London."""
    query = _rows().where(_contacted(viewer, on))
    for column, value in (
        (Contact.category, category),
        (Contact.outcome, outcome),
        (Contact.adviser_id, adviser_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if person_id is not None:
        query = query.where(of_one_person(Contact.person_id, person_id))
    order = [By(Contact.contacted_at, datetime, descending=True), By(Contact.id, int, descending=True)]
    page = page_of(query, order, place=place, key=lambda row: (row.contacted_at, row.id), address=address)
    return Page([_row(found) for found in page.rows], page.next_token, page.previous_token, page.address)


def latest_contacts(viewer: Viewer, person_id: int, *, most: int) -> list[ContactRow]:
    """The last contacts of one mediator, at most so many, whenever they were recorded."""
    query = _rows().where(_contacted(viewer, None), of_one_person(Contact.person_id, person_id))
    query = query.order_by(Contact.contacted_at.desc(), Contact.id.desc()).limit(most)
    return [_row(found) for found in db.session.execute(query)]


def follow_ups_page(
    viewer: Viewer,
    *,
    adviser_id: int | None = None,
    until: date | None = None,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[ContactRow]:
    """Follow-ups that are owed, by the adviser where one is given, what is due first coming first.

    `until` (inclusive) leaves out those due later.
    """
    query = _rows().where(_owed(viewer, adviser_id, until))
    order = [By(Contact.follow_up_on, date), By(Contact.id, int)]
    page = page_of(query, order, place=place, key=lambda row: (row.follow_up_on, row.id), address=address)
    return Page([_row(found) for found in page.rows], page.next_token, page.previous_token, page.address)


def count_follow_ups(viewer: Viewer, *, adviser_id: int | None = None, until: date | None = None) -> int:
    """How many follow-ups are owed; `until` (inclusive) leaves out those due later."""
    query = select(func.count()).select_from(Contact).join(Person, Person.id == Contact.person_id)
    return db.session.scalar(query.where(_owed(viewer, adviser_id, until))) or 0


@dataclass(frozen=True)
class Owed:
    """How many follow-ups are owed on a day: of the viewer's own and of everybody's; `due` by the day itself."""

    mine: int
    mine_overdue: int
    everybodys: int
    due: int
    overdue: int


def count_owed(viewer: Viewer, on: date) -> Owed:
    """The numbers of `follow_ups_page`, narrowed in each of these ways. One statement."""
    mine, due, overdue = Contact.owner_id == viewer.person_id, Contact.follow_up_on <= on, Contact.follow_up_on < on
    ways = (mine, and_(mine, overdue), true(), due, overdue)
    counts = (func.count().filter(way) for way in ways)
    query = select(*counts).select_from(Contact).join(Person, Person.id == Contact.person_id)
    numbers: Any = db.session.execute(query.where(_owed(viewer, None, None))).one()
    return Owed(*numbers)


def count_contacts(viewer: Viewer, *, on: date) -> int:
    """How many contacts were had on that day in London."""
    query = select(func.count()).select_from(Contact).join(Person, Person.id == Contact.person_id)
    return db.session.scalar(query.where(_contacted(viewer, on))) or 0


def get_contact(contact_id: int, viewer: Viewer) -> Contact:
    """One contact in full. Raises NotFound, in the same words whether there is none or not for this viewer."""
    query = select(Contact).join(Contact.person).where(Contact.id == contact_id, visible_to(viewer))
    contact = db.session.scalar(query)
    if contact is None:
        raise NotFound("There is no such contact.")
    return contact


def find_mediators(words: str, viewer: Viewer, on: date) -> list[Found]:
    """The people whose name, reference or pay number has every word, at most eight, each with whether they may work."""
    within = visible_to(viewer)
    if not looked_for(words):
        return []
    query = select(Person).where(within, found_by(words))
    query = query.order_by(Person.sort_name, Person.id).limit(FOUND_AT_MOST)
    people = list(db.session.scalars(query))
    standings = standings_on([person.id for person in people], main_scheme(on), on)
    return [
        Found(person, explain(standings[person.id], viewer) if person.id in standings else None) for person in people
    ]


def london_day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _contacted(viewer: Viewer, on: date | None) -> ColumnElement[bool]:
    had = visible_to(viewer)
    if on is not None:
        begins, ends = (datetime.combine(one, time(), LONDON) for one in (on, days_after(on, 1)))
        had &= (Contact.contacted_at >= begins) & (Contact.contacted_at < ends)
    return had


def _owed(viewer: Viewer, adviser_id: int | None, until: date | None) -> ColumnElement[bool]:
    owed = Contact.follow_up_on.is_not(None) & Contact.followed_up_on.is_(None) & visible_to(viewer)
    if adviser_id is not None:
        owed &= Contact.owner_id == adviser_id
    if until is not None:
        owed &= Contact.follow_up_on <= until
    return owed


_Adviser = aliased(Person)
_Owner = aliased(Person)


def _rows() -> Any:
    return (
        select(
            Contact.id,
            Person,
            _Adviser.given_name,
            _Adviser.family_name,
            _Owner.given_name,
            _Owner.family_name,
            Contact.contacted_at,
            Contact.channel,
            Contact.category,
            Contact.outcome,
            Contact.minutes,
            Contact.case_reference,
            Contact.follow_up_on,
            Contact.followed_up_on,
        )
        .join(Person, Person.id == Contact.person_id)
        .outerjoin(_Adviser, _Adviser.id == Contact.adviser_id)
        .outerjoin(_Owner, _Owner.id == Contact.owner_id)
    )


def _row(found: Any) -> ContactRow:
    contact_id, person, given, family, owner_given, owner_family, *rest = found
    return ContactRow(contact_id, person, _name(given, family), _name(owner_given, owner_family), *rest)


def _name(given: str | None, family: str | None) -> str | None:
    return f"{given} {family}".strip() if given is not None else None


def escalations_of(contact_id: int) -> list[Escalation]:
    """What was passed on from a contact, for whoever may read the contact."""
    rows = select(Escalation).where(Escalation.contact_id == contact_id).order_by(Escalation.id)
    return list(db.session.scalars(rows))


def passed_on_to(
    viewer: Viewer,
    *,
    unread: bool = False,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[Escalation]:
    """What advisers passed on to this very person: what they have not said they read, then the rest; the latest first.

    `unread`: only what they have not said they read.
    """
    scope_asked()
    rows = select(Escalation).where(Escalation.to_id == viewer.person_id)
    newest = [By(Escalation.passed_on_at, datetime, descending=True), By(Escalation.id, int, descending=True)]
    states = (
        [Escalation.seen_at.is_(None)] if unread else [Escalation.seen_at.is_(None), Escalation.seen_at.is_not(None)]
    )
    parts = [Part(rows.where(state), newest, lambda row: (row[0].passed_on_at, row[0].id)) for state in states]
    page = page_of_parts(parts, place=place, address=address)
    return Page([row for (row,) in page.rows], page.next_token, page.previous_token, page.address)


def count_passed_on(viewer: Viewer) -> int:
    """How many of them are unread."""
    rows = select(func.count(Escalation.id)).where(Escalation.to_id == viewer.person_id, Escalation.seen_at.is_(None))
    return db.session.scalar(rows) or 0


def get_passed_on(escalation_id: int, viewer: Viewer) -> Escalation:
    """One that was passed on to this very person. Raises NotFound for any other, in the same words."""
    scope_asked()
    rows = select(Escalation).where(Escalation.id == escalation_id, Escalation.to_id == viewer.person_id)
    escalation = db.session.scalar(rows)
    if escalation is None:
        raise NotFound("There is nothing here that was passed on to you.")
    return escalation


def who_decides(on: date) -> list[Person]:
    """Whom a risk or a complaint can be passed on to: the practice managers."""
    return everyone_with(Role.PRACTICE_MANAGER, on)


def themes_by_month(viewer: Viewer | None, first: date, last: date) -> dict[date, dict[str, int]]:
    """Contacts of each category by the first day of their month in London, from `first` through `last`.

    Counted from their moments, in one statement: nobody's name, and no text, is read. Without a viewer they are those
    of the whole service, for whoever tells them by `rules.themes` alone.
    """
    months = list(_months(first, last))
    columns = [
        func.count().filter(Contact.contacted_at >= start, Contact.contacted_at < end) for _, start, end in months
    ]
    rows = (
        select(Contact.category, *columns)
        .join(Person, Person.id == Contact.person_id)
        .where(Contact.contacted_at >= months[0][1], Contact.contacted_at < months[-1][2])
        .where(visible_to(viewer) if viewer else true())
        .group_by(Contact.category)
    )
    found: dict[date, dict[str, int]] = {month: {} for month, _, _ in months}
    for category, *numbers in db.session.execute(rows):
        for (month, _, _), number in zip(months, numbers, strict=True):
            if number:
                found[month][category] = number
    return found


def _months(first: date, last: date) -> Iterator[tuple[date, datetime, datetime]]:
    """Each month that a day of the period is in: its first day, and the moments between which its days of it lie."""
    month = first.replace(day=1)
    while month <= last:
        following = anniversary(month, 1)
        start, end = max(first, month), min(days_after(last, 1), following)
        yield month, datetime.combine(start, time(), LONDON), datetime.combine(end, time(), LONDON)
        month = following
