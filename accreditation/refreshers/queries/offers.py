"""Which days have an offer that is over or a free seat that somebody waits for, and what would be a late apology."""

from datetime import date, datetime, time

from sqlalchemy import and_, exists, func, or_, select

from accreditation.core.calendar import LONDON, days_after
from accreditation.core.database import db
from accreditation.core.settings import get_setting
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules import SEATED
from accreditation.refreshers.rules.offers import LATE_NOTICE, late_from
from accreditation.web.words import clock_time
from accreditation.web.words import day as in_words


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


def late_after(day: RefresherDay) -> datetime | None:
    """The first moment at which giving a seat back is a late apology; None for a day without times."""
    if day.starts_at is None:
        return None
    return late_from(day.held_on, day.starts_at, get_setting("refresher_late_notice") or LATE_NOTICE)


def late_in_words(day: RefresherDay, at: datetime) -> str | None:
    """Until when a seat on the day can be given back without a late apology, to be said before it is booked."""
    late = late_after(day)
    if late is None:
        return None
    if late <= at:
        return "The day is so close that giving the seat back counts as a late apology."
    here = late.astimezone(LONDON)
    if here.time() == time():
        last = f"the end of {in_words(days_after(here.date(), -1))}"
    else:
        last = f"{clock_time(late)} on {in_words(here)}"
    return f"You can give the seat back up to {last}. Later than that it counts as a late apology."


def would_be_late(booking: Booking, at: datetime) -> bool:
    """Whether giving the seat back at that moment is a late apology."""
    late = late_after(booking.day)
    return booking.state == "booked" and not booking.unconfirmed and late is not None and at >= late
