"""What has become different since a plan was worked out, and who has taken seats meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import Booking, PlannedDay, PlannedSeat
from accreditation.refreshers.queries.planning import PlanFacts
from accreditation.refreshers.rules import SEATED
from accreditation.refreshers.rules.planning.changes import Changes, Kept, changes_since


@dataclass(frozen=True)
class TakenSince:
    """A day of a plan, the bookings that took a seat on it since, and how many more of people who cannot be named."""

    planned: PlannedDay
    bookings: Sequence[Booking]
    others: int


def seats_taken_since(plan_id: int, days: Sequence[PlannedDay], viewer: Viewer) -> list[TakenSince]:
    """By day the bookings that have taken a seat since the plan was made, but for those the plan itself has made.

    Named is whom this viewer may know of; the others are counted.
    """
    of_the_plan = select(PlannedSeat.booking_id).where(
        PlannedSeat.plan_id == plan_id, PlannedSeat.outcome == "booked", PlannedSeat.booking_id.is_not(None)
    )
    query = (
        select(Booking, visible_to(viewer))
        .join(Booking.person)
        .options(contains_eager(Booking.person))
        .where(Booking.day_id.in_([day.day_id for day in days]), Booking.state.in_(SEATED))
        .where(Booking.id.not_in(of_the_plan))
        .order_by(Person.sort_name, Person.id)
    )
    before = {int(booking_id) for day in days for booking_id in day.holders or ()}
    since = [row for row in db.session.execute(query) if row[0].id not in before]
    found = []
    for planned in days:
        own = [(booking, known) for booking, known in since if booking.day_id == planned.day_id]
        if own and planned.holders is not None:
            named = [booking for booking, known in own if known]
            found.append(TakenSince(planned, named, len(own) - len(named)))
    return found


def what_changed(seats: Sequence[PlannedSeat], days: Sequence[PlannedDay], facts: PlanFacts) -> Changes:
    """What has become different since the plan was worked out."""
    return changes_since(
        {seat.person_id: Kept(seat.opens_on, seat.lapses_on, seat.day_id) for seat in seats},
        {day.day_id: (day.held_on, day.seats) for day in days},
        facts.needs,
        facts.days,
    )
