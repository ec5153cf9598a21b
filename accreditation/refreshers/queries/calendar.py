"""Refresher days as calendars show them: in the feed of whoever has a seat, of whoever plans them, and in letters."""

from collections.abc import Iterable
from datetime import date

from flask import current_app
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import aliased, contains_eager

from accreditation.core.database import db
from accreditation.core.ics import Event
from accreditation.core.permissions import Permission
from accreditation.core.tokens import calendar_uid
from accreditation.people.models import Feed
from accreditation.people.queries import calendar_source, kept_from, of_one_person
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules import HAS_A_SEAT, SEATED


def seat_event(booking: Booking, *, cancelled: bool = False) -> Event | None:
    """The day in the calendar of whoever has this booking; None for a day that never had times.

    One event for a person and a day, by letter and by feed, however often the seat is given back and taken again. So
    its sequence rises with every change of the day (its version), with every booking that ended before this one, and
    once more when this one ends.
    """
    earlier = db.session.scalar(select(_earlier_turns()).where(Booking.id == booking.id)) or 0
    return _seat_event(booking, earlier, cancelled=cancelled)


def _seat_event(booking: Booking, earlier: int, *, cancelled: bool = False) -> Event | None:
    day = booking.day
    turns = 2 * earlier + cancelled
    return _event(day, f"seat on {day.id}", booking.person_id, later=turns, words=day.joining_text)


def _earlier_turns() -> ScalarSelect[int]:
    """How many bookings of the same person on the same day came before each."""
    before = aliased(Booking)
    counted = select(func.count(before.id)).where(
        before.day_id == Booking.day_id, before.person_id == Booking.person_id, before.id < Booking.id
    )
    return counted.correlate(Booking).scalar_subquery()


def _event(day: RefresherDay, what: str, number: int, *, later: int = 0, words: str | None) -> Event | None:
    if day.starts_at is None or day.ends_at is None:
        return None
    page = f"{current_app.config['BASE_URL']}/refreshers/{day.id}"
    return Event(
        uid=calendar_uid(str(current_app.config["SECRET_KEY"]), what, number),
        sequence=day.version + later,
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        title=day.title,
        place=day.venue or day.link,
        words="\n\n".join(part for part in (words, day.link, page) if part),
        link=page,
    )


@calendar_source("refreshers", "Refresher days on which you have a seat", feed=Feed.OWN, permission=Permission.VIEW_OWN)
def own_seats(viewer: Viewer, on: date) -> Iterable[Event]:
    seats = (
        select(Booking, _earlier_turns())
        .join(Booking.day)
        .options(contains_eager(Booking.day))
        .where(of_one_person(Booking.person_id, viewer.person_id), Booking.state.in_(HAS_A_SEAT))
        .where(RefresherDay.held_on >= kept_from(on), RefresherDay.state != "cancelled")
        .order_by(RefresherDay.held_on, Booking.id)
    )
    return [event for booking, earlier in db.session.execute(seats) if (event := _seat_event(booking, earlier))]


@calendar_source("refreshers", "All refresher days", feed=Feed.SERVICE, permission=Permission.MANAGE_REFRESHERS)
def all_days(viewer: Viewer, on: date) -> Iterable[Event]:
    seated = (
        select(func.count(Booking.id))
        .where(Booking.day_id == RefresherDay.id, Booking.state.in_(SEATED))
        .correlate(RefresherDay)
        .scalar_subquery()
    )
    days = (
        select(RefresherDay, seated)
        .where(
            RefresherDay.held_on >= kept_from(on),
            RefresherDay.state != "cancelled",
            RefresherDay.recorded_key.is_(None),
        )
        .order_by(RefresherDay.held_on, RefresherDay.id)
    )
    for day, taken in db.session.execute(days):
        words = f"{taken} of {day.capacity} seats taken." + (f"\nTrainer: {day.trainer}" if day.trainer else "")
        if event := _event(day, "refresher day", day.id, words=words):
            yield event
