"""What booking several people for a day would do, person by person, before it is done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.days import DayRow
from accreditation.refreshers.queries.due import Effect, in_order_of_lapse, what_it_brings_each
from accreditation.refreshers.rules import ENDED, NOT_THERE
from accreditation.standing.queries import main_scheme, standings_on


@dataclass(frozen=True)
class Prospect:
    """One person: "seat", "wait" or "there" (booked already), or why not; and what attending brings them."""

    person: Person
    gets: str | None
    reasons: tuple[str, ...]
    effect: Effect | None


def people_in_order(person_ids: Collection[int], viewer: Viewer, on: date) -> list[Person]:
    """Those of these people whom the viewer may know of, whose refresher ends first before the others."""
    found = {
        person.id: person
        for person in db.session.scalars(select(Person).where(Person.id.in_(person_ids), visible_to(viewer)))
    }
    return [found[person_id] for person_id in in_order_of_lapse(found, on)]


def prospects_of(people: Sequence[Person], row: DayRow, on: date) -> list[Prospect]:
    """In their order: seats while there are any, then the waiting list. Judged at the date of the day."""
    day, free, found = row.day, row.left, []
    effects = what_it_brings_each(people, day, on)
    reasons, there = _reasons(people, day), _booked(people, day)
    for person in people:
        why_not = reasons.get(person.id, ())
        gets = None if why_not else "there" if person.id in there else "seat" if free > 0 else "wait"
        free -= gets == "seat"
        found.append(Prospect(person, gets, tuple(why_not), effects.get(person.id)))
    return found


def who_cannot(people: Sequence[Person], day: RefresherDay, *, leaving: RefresherDay) -> set[int]:
    """Those who could not take a seat on the day in place of the one they leave: there, gone, away, clashing."""
    return {*_reasons(people, day, leaving), *_booked(people, day)}


def _booked(people: Sequence[Person], day: RefresherDay) -> set[int]:
    ids = [person.id for person in people]
    live = select(Booking.person_id).where(
        Booking.day_id == day.id, Booking.person_id.in_(ids), Booking.state.not_in(ENDED)
    )
    return set(db.session.scalars(live))


def _reasons(people: Sequence[Person], day: RefresherDay, leaving: RefresherDay | None = None) -> dict[int, list[str]]:
    """Why somebody cannot come: gone or away on that day, or on another day at the same time."""
    ids = [person.id for person in people]
    standings = standings_on(ids, main_scheme(day.held_on), day.held_on)
    reasons: dict[int, list[str]] = {}
    for person in people:
        standing = standings.get(person.id)
        if standing and standing.verdict in NOT_THERE:
            reasons.setdefault(person.id, []).append(NOT_THERE[standing.verdict].format(person.name))
    clashing = (
        select(Booking.person_id, RefresherDay.title)
        .join(RefresherDay, RefresherDay.id == Booking.day_id)
        .where(
            Booking.person_id.in_(ids),
            Booking.state == "booked",
            RefresherDay.state == "planned",
            RefresherDay.id.not_in([day.id, *([leaving.id] if leaving else [])]),
            RefresherDay.starts_at < day.ends_at,
            RefresherDay.ends_at > day.starts_at,
        )
    )
    for person_id, title in db.session.execute(clashing):
        reasons.setdefault(person_id, []).append(f"That is at the same time as “{title}”, which is booked already.")
    return reasons
