"""What the people booked on a day would be offered instead, if we called it off."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from accreditation.core.calendar import days_after, last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.days import DayRow, coming_days
from accreditation.refreshers.queries.due import lapse_dates
from accreditation.refreshers.queries.prospects import who_cannot
from accreditation.refreshers.rules.displacing import Displaced, Elsewhere, OtherDay, seats_elsewhere

MOST_DAYS = 8
"""So many of the days to come are looked at."""


@dataclass(frozen=True)
class Instead:
    """One person, the last day their refresher is met now (None: it is not), and the day they are offered, if any."""

    person: Person
    valid_through: date | None
    day: RefresherDay | None
    seat: bool
    lapses: bool


def other_days(day: RefresherDay, on: date) -> list[DayRow]:
    """The next planned days after today, but this one."""
    coming = coming_days(days_after(on, 1), most=MOST_DAYS + 1)  # the day itself may be among them
    return [row for row in coming if row.day.id != day.id and row.day.capacity][:MOST_DAYS]


def seats_instead(day: RefresherDay, on: date) -> list[Elsewhere]:
    """For everybody who has or is offered a seat on the day, earliest lapse first."""
    people = _seated(day)
    rows = other_days(day, on)
    lapses = lapse_dates([person.counted.id for person in people], on)
    cannot: dict[int, set[int]] = {}
    for row in rows:
        for person_id in who_cannot(people, row.day, leaving=day):
            cannot.setdefault(person_id, set()).add(row.day.id)
    return seats_elsewhere(
        [
            Displaced(person.id, lapses.get(person.counted.id), frozenset(cannot.get(person.id, ())))
            for person in people
        ],
        [OtherDay(row.day.id, row.day.held_on, row.left if not row.waiting else 0) for row in rows],
        day.held_on,
    )


def shown_instead(day: RefresherDay, viewer: Viewer, on: date) -> list[Instead]:
    """The same with names, of the people this viewer may know of. `lapses`: met now, and no seat before it ends."""
    found = seats_instead(day, on)
    ids = [one.person_id for one in found]
    people = {
        person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids), visible_to(viewer)))
    }
    days = {row.day.id: row.day for row in other_days(day, on)}
    lapses = lapse_dates([person.counted.id for person in people.values()], on)
    shown = []
    for one in found:
        if (person := people.get(one.person_id)) is None:
            continue
        lapses_on = lapses.get(person.counted.id)
        shown.append(
            Instead(
                person,
                last_good_day(lapses_on) if lapses_on else None,
                days.get(one.day_id) if one.day_id else None,
                one.seat,
                lapses_on is not None and not one.in_time,
            )
        )
    return shown


def _seated(day: RefresherDay) -> list[Person]:
    query = (
        select(Person)
        .join(Booking, Booking.person_id == Person.id)
        .where(Booking.day_id == day.id, Booking.state.in_(("offered", "booked")))
        .order_by(Person.id)
    )
    return list(db.session.scalars(query))
