"""What booking several people for a day would do, person by person, before it is done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import Booking, DatesAway, RefresherDay
from accreditation.refreshers.queries.days import DayRow
from accreditation.refreshers.queries.due import Effect, in_order_of_lapse, what_it_brings_each
from accreditation.refreshers.rules import ENDED, NOT_THERE
from accreditation.standing.queries import main_scheme, standings_on
from accreditation.standing.rules.verdict import Verdict


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


def prospects_of(people: Sequence[Person], row: DayRow, viewer: Viewer, on: date) -> list[Prospect]:
    """In their order: seats while there are any, then the waiting list. Judged at the date of the day."""
    day, free, found = row.day, row.left, []
    effects = what_it_brings_each(people, day, viewer, on)
    reasons, there = _reasons(people, day, (day.id,)), _booked(people, day)
    for person in people:
        why_not = reasons.get(person.id, ())
        gets = None if why_not else "there" if person.id in there else "seat" if free > 0 else "wait"
        free -= gets == "seat"
        found.append(Prospect(person, gets, tuple(why_not), effects.get(person.id)))
    return found


@dataclass(frozen=True)
class Moment:
    """When a day is, or would be: its date in London, and the moments from which and up to which it lasts."""

    held_on: date
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True)
class Hindered:
    """Somebody with a seat on a day, and why they could not come if it were moved."""

    person: Person
    reasons: tuple[str, ...]


def who_cannot(people: Sequence[Person], day: RefresherDay, *, leaving: RefresherDay) -> set[int]:
    """Those who could not take a seat on the day in place of the one they leave: there, gone, away, clashing."""
    return {*_reasons(people, day, (day.id, leaving.id)), *_booked(people, day)}


def who_cannot_come(people: Sequence[Person], day: RefresherDay) -> set[int]:
    """Those who could not take a seat if it were offered to them now: gone or away then, or on another day then."""
    return set(_reasons(people, day, (day.id,)))


def who_cannot_after(
    day: RefresherDay, moved: Moment, viewer: Viewer, *, together: Collection[int] = ()
) -> list[Hindered]:
    """Of the people with a seat on the day, or offered one, who could not come then: by name, with every reason.

    Gone, on leave, on another day at that time, or they have said that they cannot make that date. `together`: the
    days that move with it, which are in nobody's way. Only people this viewer may know of.
    """
    seated = (
        select(Person)
        .join(Booking, Booking.person_id == Person.id)
        .where(Booking.day_id == day.id, Booking.state.in_(("offered", "booked")), visible_to(viewer))
        .order_by(Person.sort_name, Person.id)
    )
    people = list(db.session.scalars(seated))
    reasons = _reasons(people, moved, (day.id, *together))
    away = select(DatesAway.person_id).where(
        DatesAway.person_id.in_([person.id for person in people]),
        DatesAway.starts_on <= moved.held_on,
        moved.held_on < DatesAway.ends_on,
    )
    unable = set(db.session.scalars(away))
    for person in people:
        if person.id in unable:
            reasons.setdefault(person.id, []).append("They have said that they cannot make that date.")
    return [Hindered(person, tuple(reasons[person.id])) for person in people if person.id in reasons]


def _booked(people: Sequence[Person], day: RefresherDay) -> set[int]:
    ids = [person.id for person in people]
    live = select(Booking.person_id).where(
        Booking.day_id == day.id, Booking.person_id.in_(ids), Booking.state.not_in(ENDED)
    )
    return set(db.session.scalars(live))


def _reasons(people: Sequence[Person], day: RefresherDay | Moment, besides: Collection[int]) -> dict[int, list[str]]:
    """Why somebody cannot come: gone or away on that day, or at the same time on a day besides these."""
    ids = [person.id for person in people]
    standings = standings_on(ids, main_scheme(day.held_on), day.held_on)
    reasons: dict[int, list[str]] = {}
    for person in people:
        standing = standings.get(person.id)
        words = NOT_THERE.get(standing.verdict) if standing else None
        if words is None and person.left_on and person.left_on <= day.held_on:
            words = NOT_THERE[Verdict.LEFT]
        if words:
            reasons.setdefault(person.id, []).append(words.format(person.name))
    clashing = (
        select(Booking.person_id, RefresherDay.title)
        .join(RefresherDay, RefresherDay.id == Booking.day_id)
        .where(
            Booking.person_id.in_(ids),
            Booking.state == "booked",
            RefresherDay.state == "planned",
            RefresherDay.id.not_in(besides),
            RefresherDay.starts_at < day.ends_at,
            RefresherDay.ends_at > day.starts_at,
        )
    )
    for person_id, title in db.session.execute(clashing):
        reasons.setdefault(person_id, []).append(f"That is at the same time as “{title}”, which is booked already.")
    return reasons
