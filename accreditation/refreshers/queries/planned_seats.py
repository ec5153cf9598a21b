"""Who sits where in a plan, day by day, who does not, and why somebody cannot be moved to a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import PlannedDay, PlannedExtraDay, PlannedSeat, RefresherDay, RefresherPlan
from accreditation.refreshers.queries.planning import plan_facts
from accreditation.refreshers.queries.plans import asked_of
from accreditation.refreshers.rules.planning.moving import reason_against
from accreditation.web.words import day as in_words


@dataclass(frozen=True)
class PlannedOnDay:
    """A day of a plan: who should sit on it, by lapse, and how many of its seats the plan leaves free."""

    planned: PlannedDay
    seats: Sequence[PlannedSeat]

    @property
    def day(self) -> RefresherDay:
        return self.planned.day

    @property
    def free(self) -> int:
        return max(self.planned.seats - len(self.seats), 0)


@dataclass(frozen=True)
class ShownShortage:
    """People for whom there are too few seats, with the days they could make; and the smallest proof of it."""

    people: Sequence[PlannedSeat]
    days: Sequence[PlannedDay]
    seats: int
    locked: int

    @property
    def short(self) -> int:
        return len(self.people) - self.seats

    @property
    def proof(self) -> list[PlannedSeat]:
        return [seat for seat in self.people if seat.in_proof]

    @property
    def proof_days(self) -> list[PlannedDay]:
        return [day for day in self.days if day.in_proof]

    @property
    def first_day(self) -> date:
        return min(seat.opens_on for seat in self.people)

    @property
    def proof_seats(self) -> int:
        """One fewer than the people of the proof: what makes it one."""
        return len(self.proof) - 1

    @property
    def last_day(self) -> date:
        """The last day on which any of them can come in time."""
        return days_after(max(seat.lapses_on for seat in self.people), -1)

    @property
    def proof_last_day(self) -> date:
        return days_after(max(seat.lapses_on for seat in self.proof), -1)


def seat_of(plan_id: int, person_id: int) -> PlannedSeat:
    """Raises NotFound when the plan does not name that person."""
    query = select(PlannedSeat).where(PlannedSeat.plan_id == plan_id, PlannedSeat.person_id == person_id)
    seat = db.session.scalar(query)
    if seat is None:
        raise NotFound("The plan does not name that person.")
    return seat


def seat_seen(plan_id: int, person_id: int, viewer: Viewer) -> PlannedSeat:
    """Raises NotFound when the plan does not name that person, or they are not for this viewer to know of."""
    query = select(PlannedSeat).join(PlannedSeat.person).options(contains_eager(PlannedSeat.person))
    query = query.where(PlannedSeat.plan_id == plan_id, PlannedSeat.person_id == person_id, visible_to(viewer))
    seat = db.session.scalar(query)
    if seat is None:
        raise NotFound("The plan does not name that person.")
    return seat


def reasons_against_days(kept: RefresherPlan, seat: PlannedSeat, *, on: date) -> dict[int, str | None]:
    """For each day of the plan as things stand, why this person cannot be moved there; None: they can."""
    facts = plan_facts(asked_of(kept, on), only=seat.person_id)
    sitting = select(PlannedSeat.day_id, func.count()).where(PlannedSeat.plan_id == kept.id)
    planned = {row[0]: row[1] for row in db.session.execute(sitting.group_by(PlannedSeat.day_id))}
    need = next(iter(facts.needs), None)
    return {
        day.day_id: reason_against(
            seat.person.name,
            need,
            day,
            free=day.seats - planned.get(day.day_id, 0),
            there=day.day_id == seat.day_id,
            in_words=in_words,
        )
        for day in facts.days
    }


def seats_in(plan_id: int, viewer: Viewer) -> list[PlannedSeat]:
    """Everybody in the plan whom this viewer may know of, those who lapse first before others."""
    query = (
        select(PlannedSeat)
        .join(PlannedSeat.person)
        .options(contains_eager(PlannedSeat.person))
        .where(PlannedSeat.plan_id == plan_id, visible_to(viewer))
        .order_by(PlannedSeat.lapses_on, Person.sort_name, Person.id)
    )
    return list(db.session.scalars(query))


def days_in(plan_id: int) -> list[PlannedDay]:
    query = (
        select(PlannedDay)
        .join(PlannedDay.day)
        .options(contains_eager(PlannedDay.day))
        .where(PlannedDay.plan_id == plan_id)
        .order_by(PlannedDay.held_on, PlannedDay.day_id)
    )
    return list(db.session.scalars(query))


def extra_in(plan_id: int) -> list[PlannedExtraDay]:
    query = select(PlannedExtraDay).where(PlannedExtraDay.plan_id == plan_id)
    return list(db.session.scalars(query.order_by(PlannedExtraDay.held_on, PlannedExtraDay.id)))


def by_day(seats: Sequence[PlannedSeat], days: Sequence[PlannedDay]) -> list[PlannedOnDay]:
    """The plan, day by day."""
    found: dict[int | None, list[PlannedSeat]] = {}
    for seat in seats:
        found.setdefault(seat.day_id, []).append(seat)
    return [PlannedOnDay(planned, found.get(planned.day_id, [])) for planned in days]


def shortages_in(seats: Sequence[PlannedSeat], days: Sequence[PlannedDay]) -> list[ShownShortage]:
    """The shortages the plan was made with, the most urgent first."""
    numbers = sorted({seat.shortage for seat in seats if seat.shortage is not None})
    found = []
    for number in numbers:
        own = [day for day in days if day.shortage == number]
        ids = {day.day_id for day in own}
        locked = sum(seat.locked and seat.day_id in ids and seat.shortage is None for seat in seats)
        people = [seat for seat in seats if seat.shortage == number]
        found.append(ShownShortage(people, own, sum(day.seats for day in own) - locked, locked))
    return found
