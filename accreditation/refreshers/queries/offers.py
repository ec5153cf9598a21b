"""Which days have an offer that is over or a free seat that somebody waits for, and what would be a late apology."""

from datetime import date, datetime

from sqlalchemy import and_, exists, func, or_, select

from accreditation.core.database import db
from accreditation.core.settings import get_setting
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules import SEATED
from accreditation.refreshers.rules.offers import LATE_NOTICE, late_from


def days_to_look_at(on: date, at: datetime) -> list[int]:
    """The ids, in order. What is found there is decided on again under the lock of the day."""
    taken = (
        select(func.count())
        .select_from(Booking)
        .where(Booking.day_id == RefresherDay.id, Booking.state.in_(SEATED))
        .correlate(RefresherDay)
        .scalar_subquery()
    )
    overdue = exists().where(Booking.day_id == RefresherDay.id, Booking.state == "offered", Booking.answer_by <= at)
    waits = exists().where(Booking.day_id == RefresherDay.id, Booking.state == "waitlisted")
    coming = and_(RefresherDay.state == "planned", RefresherDay.held_on >= on, RefresherDay.starts_at > at)
    found = select(RefresherDay.id).where(or_(overdue, and_(coming, waits, taken < RefresherDay.capacity)))
    return list(db.session.scalars(found.order_by(RefresherDay.id)))


def would_be_late(booking: Booking, at: datetime) -> bool:
    """Whether giving the seat back at that moment is a late apology."""
    if booking.state != "booked" or booking.unconfirmed or booking.day.starts_at is None:
        return False
    notice = get_setting("refresher_late_notice") or LATE_NOTICE
    return at >= late_from(booking.day.held_on, booking.day.starts_at, notice)
