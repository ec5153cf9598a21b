"""Refresher days with their seats. Everybody who may see days sees the same days; who sits on them is another query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules import ENDED, SEATED
from accreditation.web.paging import By, Page, page_of


@dataclass(frozen=True)
class DayRow:
    """A day as lists show it. `mine` is the state of the asking person's live booking, None if there is none.

    `to_confirm`: we wait for their word that they come.
    """

    day: RefresherDay
    taken: int
    waiting: int
    mine: str | None = None
    my_booking_id: int | None = None
    to_confirm: bool | None = False

    @property
    def left(self) -> int:
        """Seats nobody has taken."""
        return max((self.day.capacity or 0) - self.taken, 0)


def get_day(day_id: int) -> RefresherDay:
    """Raises NotFound when there is no such day."""
    day = db.session.get(RefresherDay, day_id)
    if day is None:
        raise NotFound("There is no such refresher day.")
    return day


def lock_day(day_id: int) -> RefresherDay:
    """For services: nobody else books, cancels or changes this day until the transaction ends. Raises NotFound."""
    day = db.session.get(RefresherDay, day_id, with_for_update=True, populate_existing=True)
    if day is None:
        raise NotFound("There is no such refresher day.")
    return day


def later_of_series(day: RefresherDay) -> list[RefresherDay]:
    """The planned days of its series after it, in order; none for a day that was planned by itself."""
    if day.series_id is None:
        return []
    later = select(RefresherDay).where(RefresherDay.series_id == day.series_id, RefresherDay.state == "planned")
    later = later.where(RefresherDay.held_on > day.held_on).order_by(RefresherDay.held_on, RefresherDay.id)
    return list(db.session.scalars(later))


def titles_on(dates: Iterable[date]) -> dict[date, str]:
    """The title of a planned day on each of these dates that has one."""
    found = select(RefresherDay.held_on, RefresherDay.title).where(
        RefresherDay.held_on.in_(list(dates)), RefresherDay.state == "planned"
    )
    return {row.held_on: row.title for row in db.session.execute(found.order_by(RefresherDay.id))}


def seats_taken(day_id: int) -> int:
    return db.session.scalar(_taken_of(Booking.day_id == day_id)) or 0


def coming_days(on: date, person_id: int | None = None, *, most: int | None = None) -> list[DayRow]:
    """The planned days from `on` (inclusive) on, in order, with that person's own booking; at most `most`."""
    found = db.session.execute(_coming(most), {"on": on, "person_id": person_id})
    return [_row(row) for row in found]


@cache
def _coming(most: int | None) -> Any:
    query = _rows().where(RefresherDay.held_on >= bindparam("on"), RefresherDay.state == "planned")
    return query.order_by(RefresherDay.held_on, RefresherDay.id).limit(most)


def bookable_days(on: date, person_id: int) -> list[DayRow]:
    """The coming days on which this person has no booking yet, the ones without a seat left included."""
    return [row for row in coming_days(on, person_id) if row.mine is None]


def past_days(on: date, *, place: str | None, address: object = None) -> Page[DayRow]:
    """The days before `on`, and those held or cancelled whenever they were; the latest first."""
    query = _rows().where((RefresherDay.held_on < on) | (RefresherDay.state != "planned"))
    order = [By(RefresherDay.held_on, date, descending=True), By(RefresherDay.id, int, descending=True)]
    page = page_of(
        query,
        order,
        place=place,
        key=lambda found: (found[0].held_on, found[0].id),
        address=address,  # type: ignore[arg-type]
    )
    rows: Sequence[DayRow] = [_row(found) for found in page.rows]
    return Page(rows, page.next_token, page.previous_token, page.address)


def days_without_attendance(on: date) -> list[DayRow]:
    """The days that are over and on which attendance has not been recorded: what the office still owes."""
    query = _rows().where(RefresherDay.held_on < on, RefresherDay.state == "planned")
    return [_row(found) for found in db.session.execute(query.order_by(RefresherDay.held_on, RefresherDay.id))]


def day_row(day_id: int, person_id: int | None = None) -> DayRow:
    """One day with its seats. Raises NotFound."""
    asked = _rows().where(RefresherDay.id == day_id)
    found = db.session.execute(asked, {"person_id": person_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such refresher day.")
    return _row(found)


def _taken_of(which: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(Booking).where(which, Booking.state.in_(SEATED))


@cache
def _rows() -> Any:
    """With the booking of the person `person_id`, of nobody unless one is given. Put together once."""
    own, person_id = aliased(Booking), bindparam("person_id", None, type_=Integer)
    seated = _taken_of(Booking.day_id == RefresherDay.id).correlate(RefresherDay).scalar_subquery()
    waiting = (
        select(func.count())
        .select_from(Booking)
        .where(Booking.day_id == RefresherDay.id, Booking.state == "waitlisted")
        .correlate(RefresherDay)
        .scalar_subquery()
    )
    mine = and_(own.day_id == RefresherDay.id, own.person_id == person_id, own.state.not_in(ENDED))
    to_confirm = and_(own.state == "booked", own.confirm_by.is_not(None), own.confirmed_on.is_(None))
    return select(RefresherDay, seated, waiting, own.state, own.id, to_confirm).outerjoin(own, mine)


def _row(found: Sequence[object]) -> DayRow:
    return DayRow(*found)  # type: ignore[arg-type]
