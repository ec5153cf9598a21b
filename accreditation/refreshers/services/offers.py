"""Offering freed seats to those who wait, and ending offers that nobody answered.

An offered seat is held: it counts against the capacity until the offer ends, so that nobody else can take it meanwhile.
What is due is read from the rows each time, so that doing this late, twice or in two processes does it once.
"""

from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.settings import get_setting
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.days import lock_day, seats_taken
from accreditation.refreshers.queries.due import lapse_dates
from accreditation.refreshers.queries.prospects import who_cannot_come
from accreditation.refreshers.rules import Waiting, london_moment, next_in_line
from accreditation.refreshers.rules.offers import OFFER_HOURS, answer_by

OFFERED = "email/refreshers/seat_freed.txt"
OVER = "email/refreshers/offer_over.txt"


def fill_freed_seats(day_id: int, *, on: date, at: datetime | None = None) -> list[Booking]:
    """Offer free seats to those who wait, earliest lapse first, and tell them. The caller has locked the day.

    Whoever could not come that day, on leave perhaps, is passed over and goes on waiting: no seat is held for nobody.
    `at`: the moment from which the time to answer counts; None: the beginning of the day `on`.
    """
    day = db.session.get_one(RefresherDay, day_id)
    moment = at or london_moment(on, time())
    if day.state != "planned" or day.capacity is None or day.starts_at is None or day.starts_at <= moment:
        return []
    free = day.capacity - seats_taken(day_id)
    if free <= 0:
        return []
    query = select(Booking).where(Booking.day_id == day_id, Booking.state == "waitlisted")
    waiting = list(db.session.scalars(query.options(joinedload(Booking.person))))
    cannot = who_cannot_come([booking.person.counted for booking in waiting], day)
    waiting = [booking for booking in waiting if booking.person.counted.id not in cannot]
    lapses = lapse_dates([booking.person_id for booking in waiting], on)
    line = next_in_line(
        [Waiting(booking.id, lapses.get(booking.person_id), booking.first_in_line) for booking in waiting]
    )
    by_id = {booking.id: booking for booking in waiting}
    offered = [by_id[one.booking_id] for one in line[:free]]
    for booking in offered:
        offer(booking, day, at=moment)
    db.session.flush()
    return offered


def offer(booking: Booking, day: RefresherDay, *, at: datetime) -> None:
    """Hold the seat for this person until the offer ends, and tell them. The caller has locked the day."""
    assert day.starts_at is not None
    hours = int(get_setting("refresher_offer_hours") or OFFER_HOURS)
    booking.answer_by, booking.state = answer_by(at, hours, day.starts_at), "offered"
    db.session.flush()
    outbox.queue(booking.person_id, OFFERED, about_id=booking.id, key=f"refresher-offer:{booking.id}")


def end_overdue_offers(day_id: int, *, on: date, at: datetime) -> int:
    """End the day's offers whose time is over, tell those people, and offer the seats to the next. How many ended."""
    lock_day(day_id)
    overdue = select(Booking).where(Booking.day_id == day_id, Booking.state == "offered", Booking.answer_by <= at)
    ended = list(db.session.scalars(overdue.order_by(Booking.id).with_for_update()))
    for booking in ended:
        booking.state = "offer_lapsed"
        outbox.queue(booking.person_id, OVER, about_id=booking.id, key=f"refresher-offer-over:{booking.id}")
    db.session.flush()
    fill_freed_seats(day_id, on=on, at=at)
    return len(ended)
