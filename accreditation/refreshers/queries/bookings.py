"""Who is on a day, for somebody who may know it; and a person's own bookings."""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.orm import contains_eager

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import of_one_person, visible_to
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules import CANCELLABLE, ENDED


def get_booking(booking_id: int, viewer: Viewer) -> Booking:
    """Raises NotFound, in the same words whether there is no such booking or not for this viewer to know of."""
    query = select(Booking).join(Booking.person).where(Booking.id == booking_id, visible_to(viewer))
    booking = db.session.scalar(query)
    if booking is None:
        raise NotFound("There is no such booking.")
    return booking


def bookings_on(day_id: int, viewer: Viewer) -> list[Booking]:
    """The bookings of the people this viewer may know of, by name; those that have ended come too."""
    query = (
        select(Booking)
        .join(Booking.person)
        .options(contains_eager(Booking.person))
        .where(Booking.day_id == day_id, visible_to(viewer))
        .order_by(Person.sort_name, Person.id, Booking.id)
    )
    return list(db.session.scalars(query))


def count_bookings_on(day_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(Booking).where(Booking.day_id == day_id)) or 0


def coming_bookings_of(person_id: int, on: date) -> list[Booking]:
    """The person's live bookings of days that are not over, the next first: for their own page."""
    return list(db.session.scalars(_coming(), {"person_id": person_id, "on": on}))


@cache
def _coming() -> Any:
    """Put together once: every first page of a mediator asks for them."""
    person_id: Any = bindparam("person_id", type_=Integer)
    return (
        select(Booking)
        .join(Booking.day)
        .options(contains_eager(Booking.day))
        .where(of_one_person(Booking.person_id, person_id), Booking.state.in_(CANCELLABLE))
        .where(RefresherDay.held_on >= bindparam("on"), RefresherDay.state == "planned")
        .order_by(RefresherDay.held_on, RefresherDay.id)
    )


def find_live_booking(person_id: int, day_id: int) -> Booking | None:
    """The booking that has not been cancelled or moved, if there is one."""
    query = select(Booking).where(
        Booking.day_id == day_id, of_one_person(Booking.person_id, person_id), Booking.state.not_in(ENDED)
    )
    query = query.order_by(Booking.id).limit(1)
    return db.session.scalar(query)


def find_seat_instead(person_id: int, after_id: int) -> Booking | None:
    """What they were given when we called their day off: the next booking after that one, while it is still open."""
    query = select(Booking).where(Booking.person_id == person_id, Booking.id > after_id, Booking.first_in_line)
    query = query.where(Booking.state.in_(("offered", "waitlisted"))).order_by(Booking.id).limit(1)
    return db.session.scalar(query)


def other_days_at_the_time(person_id: int, day: RefresherDay) -> list[str]:
    """The titles of other planned days the person is booked on that overlap with this one."""
    query = (
        select(RefresherDay.title)
        .join(Booking, Booking.day_id == RefresherDay.id)
        .where(of_one_person(Booking.person_id, person_id), Booking.state == "booked", RefresherDay.state == "planned")
        .where(RefresherDay.id != day.id, RefresherDay.starts_at < day.ends_at, RefresherDay.ends_at > day.starts_at)
        .order_by(RefresherDay.starts_at)
    )
    return list(db.session.scalars(query))
