"""Who was there. Having attended is what counts: it is declared as evidence, and struck out again if it was wrong."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from accreditation.core import audit
from accreditation.core.database import db, insert_if_absent
from accreditation.core.errors import Conflict, DomainError
from accreditation.people.queries import lock_person
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.bookings import find_live_booking
from accreditation.refreshers.queries.days import lock_day
from accreditation.refreshers.rules import COUNTING, ENDED, MARKS, Mark
from accreditation.refreshers.services.deadlines import keep_deadlines
from accreditation.standing.services import declare, declaring_many, void_source

SOURCE = "refresher_booking"


def record_attendance(day_id: int, marks: Iterable[Mark], *, on: date, recorded_by: int | None) -> int:
    """Record what changed in the grid, for the day that has come. How many bookings changed.

    Each mark carries the state that was shown: a line nobody touched changes nothing, and one that somebody else has
    changed since is refused. `attended` is declared as evidence of a refresher on the day itself; leaving
    that state strikes the evidence out. Raises DomainError with a reason for every line that cannot be so, Conflict for
    stale ones; then nothing is recorded.
    """
    day = lock_day(day_id)
    if day.state == "cancelled":
        raise DomainError("This day was cancelled: there is no attendance to record.")
    if day.held_on > on:
        raise DomainError("Attendance can be recorded from the day itself on.")
    wanted = {mark.booking_id: mark for mark in marks}
    query = select(Booking).where(Booking.day_id == day_id, Booking.id.in_(wanted)).order_by(Booking.person_id)
    bookings = list(db.session.scalars(query))
    for booking in bookings:
        lock_person(booking.person_id)
    changes = [(booking, wanted[booking.id]) for booking in bookings if _touched(booking, wanted[booking.id])]
    if stale := [booking for booking, mark in changes if booking.state != mark.was]:
        raise Conflict(
            *(f"Somebody else has recorded {booking.person.name} meanwhile. Look again." for booking in stale)
        )
    if reasons := [reason for booking, mark in changes for reason in _reasons_to_refuse(booking, mark)]:
        raise DomainError(*reasons)
    with declaring_many():
        for booking, mark in changes:
            _record(booking, day, mark, recorded_by)
    if changes and day.state == "planned":
        day.state = "held"
        day.version += 1
    db.session.flush()
    return len(changes)


def _touched(booking: Booking, mark: Mark) -> bool:
    if mark.state == mark.was:
        return mark.state == "part_attended" and booking.state == mark.was and booking.hours != mark.hours
    return True


def _reasons_to_refuse(booking: Booking, mark: Mark) -> list[str]:
    name = booking.person.name
    if booking.state == "late_apologies":
        there = find_live_booking(booking.person_id, booking.day_id)
        if there is not None and there.id != booking.id:
            return [f"{name} gave back this seat and booked again: record the other booking."]
    elif booking.state in ENDED or (booking.state in ("waitlisted", "offered") and mark.state != "attended"):
        return [f"{name} has no seat on this day."]
    if mark.state not in MARKS:
        return [f"Choose what to record for {name}."]
    if mark.state == "part_attended" and (mark.hours is None or mark.hours <= 0):
        return [f"Enter the hours that {name} attended."]
    return []


def _record(booking: Booking, day: RefresherDay, mark: Mark, recorded_by: int | None) -> None:
    counted, counts = booking.state in COUNTING, mark.state in COUNTING
    booking.state = mark.state
    booking.hours = mark.hours if mark.state == "part_attended" else None
    booking.attendance_by = recorded_by
    db.session.flush()
    keep_deadlines(booking, day)
    if counted and not counts:
        void_source((SOURCE, booking.id), reason="Attendance was corrected.", recorded_by=recorded_by)
    elif counts and not counted:
        _declare(booking, day, recorded_by)


def record_past_attendance(
    person_id: int,
    *,
    attended_on: date,
    title: str | None = None,
    topic: str | None = None,
    hours: Decimal | None = None,
    recorded_by: int | None,
) -> Booking:
    """That somebody attended a day which was never planned here: from a register or a certificate. Declares evidence.

    Everybody who attended a day of this title and topic on the same date shares one day. The same person and day again
    changes nothing.
    """
    lock_person(person_id)
    day = _recorded_day(attended_on, title or "Refresher day", topic)
    if there := find_live_booking(person_id, day.id):
        return there
    booking = Booking(
        person_id=person_id,
        day_id=day.id,
        state="attended",
        hours=hours,
        booked_on=attended_on,
        booked_by=recorded_by,
        attendance_by=recorded_by,
    )
    db.session.add(booking)
    db.session.flush()
    _declare(booking, day, recorded_by)
    return booking


def _recorded_day(attended_on: date, title: str, topic: str | None) -> RefresherDay:
    key = f"{attended_on.isoformat()}|{topic or ''}|{title}"
    query = select(RefresherDay).where(RefresherDay.recorded_key == key)
    if day := db.session.scalar(query):
        return day
    new_id = insert_if_absent(
        RefresherDay,
        title=title,
        topic=topic,
        further_topics=(),
        held_on=attended_on,
        state="held",
        minimum=0,
        version=1,
        recorded_key=key,
    )
    if new_id:
        audit.note("added", subject=("refresher_day", new_id), title=title, topic=topic, held_on=attended_on)
    return db.session.scalars(query).one()


def _declare(booking: Booking, day: RefresherDay, recorded_by: int | None) -> None:
    for fact in day.brings:
        declare(
            booking.person_id,
            kind=fact.kind,
            code=fact.code,
            starts_on=fact.starts_on,
            quantity=fact.quantity,
            source=(SOURCE, booking.id),
            recorded_by=recorded_by,
        )
