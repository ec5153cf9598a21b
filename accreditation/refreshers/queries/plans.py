"""Plans as they are kept, for whoever plans for those people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.people.models import Person
from accreditation.people.queries import counted, visible_to
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import (
    Booking,
    PlannedDay,
    PlannedExtraDay,
    PlannedSeat,
    RefresherDay,
    RefresherPlan,
)
from accreditation.refreshers.queries.planning import PlanFacts, plan_facts
from accreditation.refreshers.rules import SEATED
from accreditation.refreshers.rules.planning.asked import Asked
from accreditation.refreshers.rules.planning.changes import Changes, Kept, changes_since
from accreditation.refreshers.rules.planning.moving import reason_against
from accreditation.standing.rules.evidence import Fact
from accreditation.web.guards import scope_asked
from accreditation.web.words import day as in_words


@dataclass(frozen=True)
class PlanRow:
    """A plan as the list shows it, with how many sit in it and how many do not."""

    plan: RefresherPlan
    seated: int
    without: int


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


@dataclass(frozen=True)
class TakenSince:
    """A day of a plan, the bookings that took a seat on it since, and how many more of people who cannot be named."""

    planned: PlannedDay
    bookings: Sequence[Booking]
    others: int


def plans_within(viewer: Viewer) -> ColumnElement[bool]:
    """The plans of people this viewer plans for: of the whole service, or of a unit of theirs."""
    scope_asked()
    if viewer.ids(Scope.SERVICE):
        return true()
    return RefresherPlan.unit_id.in_(viewer.ids(Scope.UNIT))


def get_plan(plan_id: int, viewer: Viewer) -> RefresherPlan:
    """Raises NotFound, in the same words whether there is no such plan or not for this viewer to know of."""
    query = select(RefresherPlan).where(RefresherPlan.id == plan_id, plans_within(viewer))
    kept = db.session.scalar(query.options(joinedload(RefresherPlan.unit), joinedload(RefresherPlan.maker)))
    if kept is None:
        raise NotFound("There is no such plan.")
    return kept


def recent_plans(viewer: Viewer, number: int = 30) -> list[PlanRow]:
    """The newest plans, drafts first."""
    sits = func.count(PlannedSeat.day_id)
    query = (
        select(RefresherPlan, sits, func.count(PlannedSeat.id) - sits)
        .outerjoin(PlannedSeat, PlannedSeat.plan_id == RefresherPlan.id)
        .where(plans_within(viewer))
        .group_by(RefresherPlan.id)
        .options(joinedload(RefresherPlan.unit))
    )
    query = query.order_by(RefresherPlan.state.in_(("draft", "publishing")).desc(), RefresherPlan.id.desc())
    return [PlanRow(*row) for row in db.session.execute(query.limit(number))]


def plans_being_published() -> list[int]:
    """The plans of which seats may still be left to book, the oldest first; for nobody in particular."""
    query = select(RefresherPlan.id).where(RefresherPlan.state == "publishing")
    return list(db.session.scalars(query.order_by(RefresherPlan.published_at, RefresherPlan.id)))


def asked_of(kept: RefresherPlan, on: date) -> Asked:
    """What the plan is asked for, on this day: days that have passed cannot be planned any more."""
    return Asked(
        kept.scheme,
        kept.requirement,
        kept.unit_id,
        made_on=on,
        starts_on=max(kept.starts_on, on),
        ends_on=kept.ends_on,
        near=kept.near,
        spread=kept.spread,
        extra_seats=kept.extra_seats,
        notice_days=kept.notice_days,
    )


def locks_of(plan_id: int) -> dict[int, int]:
    query = select(PlannedSeat.person_id, PlannedSeat.day_id).where(
        PlannedSeat.plan_id == plan_id, PlannedSeat.locked, PlannedSeat.day_id.is_not(None)
    )
    return {person_id: day_id for person_id, day_id in db.session.execute(query) if day_id is not None}


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


def newest_plan(viewer: Viewer, scheme: str, unit_id: int | None, on: date) -> RefresherPlan | None:
    """The newest plan that is not over or discarded, of everybody or of that unit: for a forecast of those people."""
    wanted = or_(RefresherPlan.unit_id.is_(None), RefresherPlan.unit_id == unit_id)
    query = select(RefresherPlan).where(plans_within(viewer), RefresherPlan.state != "discarded", wanted)
    query = query.where(RefresherPlan.scheme == scheme, RefresherPlan.ends_on > on)
    return db.session.scalar(query.order_by(RefresherPlan.id.desc()).limit(1))


def supposed_facts(kept: RefresherPlan, on: date) -> dict[int, list[Fact]]:
    """What it would be if everybody attended the day they are planned for, or hold a seat on: facts to come, by person.

    Of a plan that is published the bookings that are left of it count, not what was once planned.
    """
    facts: dict[int, list[Fact]] = {}
    coming = (RefresherDay.state == "planned", RefresherDay.held_on >= on)
    held = (
        select(counted(Person), RefresherDay)
        .join(Booking, Booking.person_id == Person.id)
        .join(RefresherDay, RefresherDay.id == Booking.day_id)
        .where(Booking.state == "booked", *coming)
    )
    seats = (
        select(PlannedSeat.person_id, RefresherDay)
        .join(RefresherDay, RefresherDay.id == PlannedSeat.day_id)
        .where(PlannedSeat.plan_id == kept.id, PlannedSeat.outcome.is_(None), *coming)
    )
    for query in (held, seats) if kept.state != "published" else (held,):
        for person_id, day in db.session.execute(query):
            facts.setdefault(person_id, []).extend(day.brings)
    return facts
