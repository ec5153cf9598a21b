"""What a plan is made from: who needs a seat until when, the days with seats left, and who cannot make which date.

Everybody's windows come from the requirement periods of standing, and what counts as a refresher day from the scheme's
own rule. Each subject is one statement for all people; nothing is asked person by person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from accreditation.core.calendar import LONDON, Span, days_after, merge
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.refreshers.models import Booking, DatesAway, RefresherDay, WayToPlace
from accreditation.refreshers.queries.due import INVITABLE
from accreditation.refreshers.rules import CANCELLABLE, SEATED
from accreditation.refreshers.rules.planning import Day, Need, Wishes
from accreditation.refreshers.rules.planning.asked import EARLIEST_DAYS, Asked
from accreditation.standing.models import RequirementPeriod, StandingPeriod
from accreditation.standing.queries import all_schemes, get_scheme
from accreditation.standing.rules.requirements import Recurring
from accreditation.standing.rules.scheme import Requirement, Scheme


@dataclass(frozen=True)
class Held:
    """A place that somebody has: the day, whether it counts for what is planned, and the state of the booking."""

    day_id: int
    held_on: date
    starts_at: datetime | None
    ends_at: datetime | None
    counts: bool
    state: str = "booked"

    @property
    def is_seat(self) -> bool:
        """Whether a seat is kept for them: their own, or one on offer to them that they have yet to answer."""
        return self.state in ("booked", "offered")


@dataclass(frozen=True)
class PlanFacts:
    """Everything a plan is made from. `seated`: people with a seat in their window already, and so without a need.

    `offered`: those of them whose seat is on offer to them: they have yet to answer, and need a seat if they decline.
    `away_throughout`: people who are away, on leave or suspended on every day of their window. `on_offer`: by day the
    seats that are held for the waiting list, and `holders` the bookings that take a seat there: for all days together.
    """

    needs: Sequence[Need]
    days: Sequence[Day]
    wishes: Wishes
    seated: dict[int, int] = field(default_factory=dict)
    away_throughout: frozenset[int] = frozenset()
    offered: frozenset[int] = frozenset()
    on_offer: dict[int, int] = field(default_factory=dict)
    holders: dict[int, tuple[int, ...]] = field(default_factory=dict)


def plannable(on: date) -> list[tuple[Scheme, Requirement]]:
    """The recurring requirements that refresher days count for, scheme by scheme."""
    return [
        (scheme, requirement)
        for scheme in all_schemes(on)
        for requirement in scheme.requirements
        if isinstance(requirement.rule, Recurring) and "refresher" in requirement.rule.kinds
    ]


def get_plannable(scheme_code: str, requirement_code: str, on: date) -> tuple[Scheme, Requirement, Recurring]:
    """Raises NotFound where the scheme has no such recurring requirement."""
    scheme = get_scheme(scheme_code, on)
    requirement = scheme.find(requirement_code)
    if requirement is None or not isinstance(requirement.rule, Recurring):
        raise NotFound("There is no requirement of that name that comes again and again.")
    return scheme, requirement, requirement.rule


def counts_for(rule: Recurring, day: RefresherDay) -> bool:
    """Whether somebody who attends that day has what the requirement asks for, by any of its topics."""
    return any(asked.accepts(fact) for fact in day.brings for asked in (rule.asked, *rule.also))


def plan_facts(asked: Asked, only: int | None = None) -> PlanFacts:
    """Who needs a seat, and where there are any, as things stand. Raises NotFound for a requirement that is not there.

    `opens_on` is the first day of the window that the scheme gives a renewal, so that nobody who comes in it loses a
    day; never before the plan's first day. Away are the dates people entered, and the days on which they are on leave,
    suspended, withdrawn or gone. `only`: ask about this one person.
    """
    scheme, requirement, rule = get_plannable(asked.scheme, asked.requirement, asked.made_on)
    window_days = scheme.window_of(requirement)
    keeps_anniversary = rule.renew_from == "end" and window_days > 0
    run = RequirementPeriod
    due = and_(
        run.edition == scheme.edition,
        run.requirement == requirement.code,
        run.met,
        run.starts_on <= asked.made_on,
        run.ends_on > max(asked.made_on, asked.starts_on),
        run.ends_on <= asked.ends_on,
        Person.merged_into_id.is_(None),
        Person.unit_id == asked.unit_id if asked.unit_id is not None and only is None else true(),
        Person.id == only if only is not None else true(),
    )
    away = _away(due, scheme, asked, only)
    held = _seats_held(due, rule, asked, only)
    needs, seated, throughout, offered = [], {}, set(), set()
    rows = select(run.person_id, run.ends_on, Person.unit_id).join(Person, Person.id == run.person_id).where(due)
    days = _days(rule, asked)
    all_days = list(db.session.scalars(_planned(asked)))
    for person_id, lapses_on, unit_id in db.session.execute(rows.order_by(run.ends_on, run.person_id)):
        opens_on = max(asked.starts_on, days_after(lapses_on, -(window_days or EARLIEST_DAYS)))
        own = held.get(person_id, [])
        if seat := _seat_in_time(own, lapses_on):
            seated[person_id] = seat.day_id
            if seat.state == "offered":
                offered.add(person_id)
            continue
        need = Need(
            person_id, opens_on, lapses_on, tuple(merge(away.get(person_id, []))), _clashes(own, all_days), unit_id
        )
        if any(span.starts_on <= opens_on and span.ends_on >= lapses_on for span in need.away):
            throughout.add(person_id)
        else:
            needs.append(need)
    wishes = Wishes(
        near=asked.near, spread=asked.spread, early_costs=not keeps_anniversary, minutes=ways() if asked.near else {}
    )
    on_offer, holders = _held_on_days() if only is None else ({}, {})
    return PlanFacts(
        needs, days, wishes, seated, frozenset(throughout), frozenset(offered), on_offer=on_offer, holders=holders
    )


def _seat_in_time(own: Iterable[Held], lapses_on: date) -> Held | None:
    """The seat that keeps the requirement met, rather one that is theirs than one they have yet to take."""
    in_time = [one for one in own if one.is_seat and one.counts and one.held_on < lapses_on]
    return min(in_time, key=lambda one: one.state == "offered", default=None)


def ways() -> dict[tuple[int | None, str], int]:
    """Minutes from each unit to each place, where somebody has entered them."""
    found: dict[tuple[int | None, str], int] = {}
    for way in db.session.scalars(select(WayToPlace)):
        found[way.unit_id, way.place] = way.minutes
    return found


def _planned(asked: Asked) -> Select[RefresherDay]:
    return (
        select(RefresherDay)
        .where(RefresherDay.state == "planned", RefresherDay.capacity.is_not(None))
        .where(RefresherDay.held_on >= asked.starts_on, RefresherDay.held_on < asked.ends_on)
        .order_by(RefresherDay.held_on, RefresherDay.id)
    )


def _days(rule: Recurring, asked: Asked) -> list[Day]:
    """The days that count, each with the seats nobody has taken, is offered, or waits for.

    A free seat that somebody waits for is theirs at the next beat of the clock: it cannot be planned for others.
    """
    taken = (
        select(func.count())
        .select_from(Booking)
        .where(Booking.day_id == RefresherDay.id, Booking.state.in_((*SEATED, "waitlisted")))
        .correlate(RefresherDay)
        .scalar_subquery()
    )
    found = db.session.execute(_planned(asked).add_columns(taken))
    return [
        Day(day.id, day.held_on, max((day.capacity or 0) - seats_taken, 0), day.venue or "")
        for day, seats_taken in found
        if counts_for(rule, day)
    ]


def _held_on_days() -> tuple[dict[int, int], dict[int, tuple[int, ...]]]:
    """By day that is planned: the seats on offer, and the bookings that take a seat or wait for one."""
    on_offer: dict[int, int] = {}
    holders: dict[int, tuple[int, ...]] = {}
    query = select(Booking.id, Booking.day_id, Booking.state).join(RefresherDay, RefresherDay.id == Booking.day_id)
    query = query.where(RefresherDay.state == "planned", Booking.state.in_((*SEATED, "waitlisted")))
    for booking_id, day_id, state in db.session.execute(query.order_by(Booking.id)):
        holders[day_id] = (*holders.get(day_id, ()), booking_id)
        if state == "offered":
            on_offer[day_id] = on_offer.get(day_id, 0) + 1
    return on_offer, holders


def _of_those_due(
    person_id: InstrumentedAttribute[int], due: ColumnElement[bool], only: int | None
) -> ColumnElement[bool]:
    """Whether that is a record of somebody due, or of this one person: their own, or one that is merged into it."""
    if only is not None:
        return person_id.in_(select(Person.id).where(or_(Person.id == only, Person.merged_into_id == only)))
    those = select(RequirementPeriod.person_id).join(Person, Person.id == RequirementPeriod.person_id).where(due)
    merged = aliased(Person)
    theirs = select(merged.id).where(merged.merged_into_id.in_(those))
    return or_(person_id.in_(those), person_id.in_(theirs))


def _away(due: ColumnElement[bool], scheme: Scheme, asked: Asked, only: int | None) -> dict[int, list[Span]]:
    away: dict[int, list[Span]] = {}
    links = _links()
    entered = select(DatesAway.person_id, DatesAway.starts_on, DatesAway.ends_on).where(
        DatesAway.ends_on > asked.starts_on,
        DatesAway.starts_on < asked.ends_on,
        _of_those_due(DatesAway.person_id, due, only),
    )
    kept_off = select(StandingPeriod.person_id, StandingPeriod.starts_on, StandingPeriod.ends_on).where(
        StandingPeriod.edition == scheme.edition,
        StandingPeriod.verdict.not_in(INVITABLE),
        StandingPeriod.ends_on > asked.starts_on,
        StandingPeriod.starts_on < asked.ends_on,
        _of_those_due(StandingPeriod.person_id, due, only),
    )
    for query in (entered, kept_off):
        for person_id, starts_on, ends_on in db.session.execute(query):
            away.setdefault(links.get(person_id, person_id), []).append(Span(starts_on, ends_on))
    return away


def _seats_held(due: ColumnElement[bool], rule: Recurring, asked: Asked, only: int | None) -> dict[int, list[Held]]:
    held: dict[int, list[Held]] = {}
    links = _links()
    query = (
        select(Booking.person_id, Booking.state, RefresherDay)
        .join(RefresherDay, RefresherDay.id == Booking.day_id)
        .where(Booking.state.in_(CANCELLABLE), RefresherDay.state == "planned")
        .where(RefresherDay.held_on >= asked.made_on)
        .where(_of_those_due(Booking.person_id, due, only))
        .order_by(RefresherDay.held_on, RefresherDay.id)
    )
    for person_id, state, day in db.session.execute(query):
        one = Held(day.id, day.held_on, day.starts_at, day.ends_at, counts_for(rule, day), state)
        held.setdefault(links.get(person_id, person_id), []).append(one)
    return held


def _links() -> dict[int, int]:
    """Merged records to the ones that count."""
    rows = db.session.execute(select(Person.id, Person.merged_into_id).where(Person.merged_into_id.is_not(None)))
    return {person_id: kept for person_id, kept in rows if kept is not None}


def _clashes(own: Iterable[Held], days: Sequence[RefresherDay]) -> frozenset[int]:
    """The days at whose time this person sits somewhere else, and those for which they wait: their line seats them."""
    waits = {one.day_id for one in own if not one.is_seat}
    return frozenset(waits & {day.id for day in days}) | frozenset(
        day.id
        for one in own
        for day in days
        if one.is_seat
        and day.id != one.day_id
        and one.starts_at is not None
        and one.ends_at is not None
        and day.starts_at is not None
        and day.ends_at is not None
        and day.starts_at < one.ends_at
        and day.ends_at > one.starts_at
    )


def usual_day(scheme_code: str, requirement_code: str, on: date) -> dict[str, object]:
    """How the latest day that counts for the requirement is described, for one to be added like it."""
    _, _, rule = get_plannable(scheme_code, requirement_code, on)
    latest = select(RefresherDay).where(RefresherDay.capacity.is_not(None), RefresherDay.state != "cancelled")
    latest = latest.order_by(RefresherDay.held_on.desc(), RefresherDay.id.desc()).limit(20)
    for day in db.session.scalars(latest):
        if counts_for(rule, day) and day.starts_at and day.ends_at:
            return {
                "title": day.title,
                "topics": [topic for topic in day.topics if topic],
                "starts": day.starts_at.astimezone(LONDON).time(),
                "ends": day.ends_at.astimezone(LONDON).time(),
                "venue": day.venue,
                "link": day.link,
            }
    return {"title": "Refresher day"}
