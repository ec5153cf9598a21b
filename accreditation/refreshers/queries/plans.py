"""Plans as they are kept, for whoever plans for those people, and what the newest promises to a forecast."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import joinedload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.people.models import Person
from accreditation.people.queries import counted
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import Booking, PlannedSeat, RefresherDay, RefresherPlan
from accreditation.refreshers.rules.planning.asked import Asked
from accreditation.standing.rules.evidence import Fact
from accreditation.web.guards import scope_asked


@dataclass(frozen=True)
class PlanRow:
    """A plan as the list shows it, with how many sit in it and how many do not."""

    plan: RefresherPlan
    seated: int
    without: int


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
