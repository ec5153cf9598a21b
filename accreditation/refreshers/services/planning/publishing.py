"""Publishing: each planned seat becomes a provisional booking with a letter, one by one and exactly once.

Provisional: the seat is theirs, and they are asked whether they come.
A seat is booked in a transaction of its own, by the same service as any other seat (the day's row is locked first, so
capacity holds), and what came of it is written beside it in that transaction. So a plan that was interrupted goes on
where it stopped, and two who publish at once book nobody twice: the second finds the outcome, or the booking.
"""

from datetime import date, datetime

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.refreshers.models import Booking, PlannedSeat, RefresherPlan
from accreditation.refreshers.queries.bookings import find_live_booking
from accreditation.refreshers.queries.days import lock_day
from accreditation.refreshers.queries.planning import plan_facts
from accreditation.refreshers.queries.plans import asked_of
from accreditation.refreshers.services.bookings import NoSeatLeft, book_seat
from accreditation.refreshers.services.deadlines import last_day_to_confirm
from accreditation.refreshers.services.planning.making import lock_draft

LETTER = "email/refreshers/planned_seat.txt"

LAST_SEAT_GONE = "The last seat on that day was taken after the plan was made."


def start_publishing(plan_id: int, *, version: int, published_by: int, now: datetime) -> int:
    """From here on the plan cannot be changed. How many seats there are to book.

    Raises Conflict for a stale page, DomainError for a plan that is no draft or seats nobody.
    """
    kept = lock_draft(plan_id, version)
    seats = _seats(plan_id)
    if not seats:
        raise DomainError("Nobody has a seat in this plan, so that there is nothing to publish.")
    kept.state, kept.published_by, kept.published_at = "publishing", published_by, now
    kept.version += 1
    db.session.flush()
    return seats


def next_to_publish(plan_id: int, number: int = 50) -> list[tuple[int, int]]:
    """(planned seat, day) of the next seats without an outcome, day by day."""
    query = (
        select(PlannedSeat.id, PlannedSeat.day_id)
        .where(PlannedSeat.plan_id == plan_id, PlannedSeat.day_id.is_not(None), PlannedSeat.outcome.is_(None))
        .order_by(PlannedSeat.day_id, PlannedSeat.lapses_on, PlannedSeat.id)
        .limit(number)
    )
    return [(seat_id, day_id) for seat_id, day_id in db.session.execute(query) if day_id is not None]


def publish_seat(seat_id: int, day_id: int, *, on: date) -> PlannedSeat:
    """Book this planned seat, or write down why it was not: the day is full or cancelled, they are away meanwhile.

    The day is locked before the planned seat, as everybody does who books.
    """
    lock_day(day_id)
    seat = db.session.get_one(PlannedSeat, seat_id, with_for_update=True, populate_existing=True)
    if seat.outcome is not None:
        return seat
    kept = db.session.get_one(RefresherPlan, seat.plan_id)
    if kept.state != "publishing":
        raise Conflict("This plan is not being published.")
    if there := find_live_booking(seat.person_id, day_id):
        if there.state == "booked":
            seat.outcome, seat.booking_id = "booked_already", there.id
        elif there.state == "offered":
            seat.outcome, seat.refusal = (
                "not_needed",
                "A seat on that day is on offer to them, and they may still take it.",
            )
        else:
            seat.outcome, seat.refusal = "refused", "They are on the waiting list of that day, or have asked for it."
    elif why := _why_not(kept, seat, on):
        seat.outcome, seat.refusal = why
    else:
        seat.outcome, seat.refusal, seat.booking_id = _booked(kept, seat, day_id, on)
    db.session.flush()
    return seat


def finish_publishing(plan_id: int) -> bool:
    """Close a plan of which every seat has an outcome; whether it is closed."""
    kept = db.session.get_one(RefresherPlan, plan_id, with_for_update=True, populate_existing=True)
    if kept.state == "publishing" and not next_to_publish(plan_id, 1):
        kept.state = "published"
        db.session.flush()
    return kept.state == "published"


def _why_not(kept: RefresherPlan, seat: PlannedSeat, on: date) -> tuple[str, str | None] | None:
    """What speaks against the seat as things stand for this one person."""
    facts = plan_facts(asked_of(kept, on), only=seat.person_id)
    if not facts.needs:
        if facts.away_throughout:
            return "refused", "They are away, on leave or suspended on every day of their window."
        return "not_needed", None
    day = next((one for one in facts.days if one.day_id == seat.day_id), None)
    if day is None:
        return "refused", "The day has been cancelled or moved, or is over."
    if not facts.needs[0].can_sit(day):
        return "refused", "They cannot make that day any more."
    return None


def _booked(kept: RefresherPlan, seat: PlannedSeat, day_id: int, on: date) -> tuple[str, str | None, int | None]:
    try:
        booking: Booking = book_seat(seat.person_id, day_id, on=on, booked_by=kept.published_by, letter=LETTER)
    except NoSeatLeft:
        return "refused", LAST_SEAT_GONE, None
    except DomainError as refusal:
        return "refused", " ".join(refusal.reasons), None
    booking.confirm_by = last_day_to_confirm(booking.day, on)
    db.session.flush()
    return "booked", None, booking.id


def _seats(plan_id: int) -> int:
    query = select(func.count()).select_from(PlannedSeat)
    return db.session.scalar(query.where(PlannedSeat.plan_id == plan_id, PlannedSeat.day_id.is_not(None))) or 0
