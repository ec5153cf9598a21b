"""Who owes which follow-up, and how it came to be theirs. For advisers alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from accreditation.core.database import db
from accreditation.helpline.models import Contact, HandOver
from accreditation.helpline.queries.advisers import adviser_ids
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer


@dataclass(frozen=True)
class Owing:
    """An adviser with follow-ups owed: how many, how many of them overdue; whether they still are an adviser."""

    person: Person
    owed: int
    overdue: int
    is_adviser: bool


def owing(viewer: Viewer, on: date) -> list[Owing]:
    """Everybody who owes a follow-up, by name; a person who is no adviser any more comes first."""
    counted = (
        select(
            Contact.owner_id,
            func.count().label("owed"),
            func.count().filter(Contact.follow_up_on < on).label("overdue"),
        )
        .join(Person, Person.id == Contact.person_id)
        .where(Contact.follow_up_on.is_not(None), Contact.followed_up_on.is_(None), visible_to(viewer))
        .where(Contact.owner_id.is_not(None))
        .group_by(Contact.owner_id)
        .subquery()
    )
    rows = select(Person, counted.c.owed, counted.c.overdue).join(counted, counted.c.owner_id == Person.id)
    advisers = adviser_ids(on)
    found = [Owing(person, owed, overdue, person.id in advisers) for person, owed, overdue in db.session.execute(rows)]
    return sorted(found, key=lambda one: (one.is_adviser, one.person.sort_name, one.person.id))


def owed_by(person_ids: Collection[int]) -> int:
    """How many follow-ups these records owe: a number for whoever looks at a leaving, and nothing of what about."""
    rows = select(func.count(Contact.id)).where(
        Contact.owner_id.in_(person_ids), Contact.follow_up_on.is_not(None), Contact.followed_up_on.is_(None)
    )
    return db.session.scalar(rows) or 0


def hand_overs_of(contact_id: int) -> list[HandOver]:
    """How a follow-up came to whoever owes it, in order, for whoever may read the contact."""
    rows = select(HandOver).options(joinedload(HandOver.giver), joinedload(HandOver.to))
    return list(db.session.scalars(rows.where(HandOver.contact_id == contact_id).order_by(HandOver.id)))
