"""Working a plan out, and keeping it.

The work is done before the transaction: a plan is a proposal, and says itself when what it was made from has changed
since. What is booked from it is decided anew, seat by seat, when it is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.refreshers.models import PlannedDay, PlannedExtraDay, PlannedSeat, RefresherPlan
from accreditation.refreshers.queries.planning import PlanFacts, get_plannable, plan_facts
from accreditation.refreshers.queries.plans import asked_of, locks_of
from accreditation.refreshers.rules.planning import ExtraDays, Plan, extra_days, plan
from accreditation.refreshers.rules.planning.asked import Asked
from accreditation.refreshers.rules.planning.checking import faults_of

TRIED_UP_TO = 80
"""Up to so many people a shortage is also tried anew without each of them, each time a plan is made."""


class PlanIsWrong(RuntimeError):
    """The checker found a fault in a plan: a bug, and nothing is kept of it."""


@dataclass(frozen=True)
class Drawn:
    """A plan that was worked out, with what it was made from; `let_go` are locks that no longer fit."""

    facts: PlanFacts
    plan: Plan
    extra: ExtraDays
    locked: Mapping[int, int]
    let_go: tuple[int, ...] = ()


def draw_up(asked: Asked, locked: Mapping[int, int] | None = None) -> Drawn:
    """Work a plan out from what stands now, and have it checked. Reads, and writes nothing."""
    facts = plan_facts(asked)
    kept, let_go = _fitting(facts, locked or {})
    found = plan(facts.needs, facts.days, locked=kept, wishes=facts.wishes)
    if faults := _faults(facts, kept, found):
        raise PlanIsWrong(" ".join(faults))
    extra = (
        extra_days(facts.needs, facts.days, kept, asked.offered(), asked.extra_seats)
        if found.left_out
        else ExtraDays((), asked.extra_seats, 0)
    )
    return Drawn(facts, found, extra, kept, let_go)


def redraw(plan_id: int, *, on: date) -> Drawn:
    """Work the plan out again around its locks, as things stand on the day."""
    kept = db.session.get_one(RefresherPlan, plan_id)
    return draw_up(asked_of(kept, on), locks_of(plan_id))


def keep_plan(asked: Asked, drawn: Drawn, *, made_by: int, now: datetime) -> RefresherPlan:
    """Store a plan that was worked out. Raises DomainError where there is nothing to plan."""
    get_plannable(asked.scheme, asked.requirement, asked.made_on)
    if not drawn.facts.needs:
        raise DomainError(
            "Nobody needs a seat: nobody’s refresher ends by then without a seat in time. Choose a later day."
        )
    kept = RefresherPlan(
        scheme=asked.scheme,
        requirement=asked.requirement,
        unit_id=asked.unit_id,
        made_on=asked.made_on,
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        near=asked.near,
        spread=asked.spread,
        extra_seats=asked.extra_seats,
        notice_days=asked.notice_days,
        state="draft",
        version=1,
        made_by=made_by,
        made_at=now,
    )
    db.session.add(kept)
    db.session.flush()
    _store(kept, drawn)
    return kept


def keep_replan(plan_id: int, drawn: Drawn, *, version: int, on: date, now: datetime) -> RefresherPlan:
    """Put what was worked out again in place of the plan. Raises Conflict when somebody has changed it meanwhile."""
    kept = lock_draft(plan_id, version)
    for model in (PlannedSeat, PlannedDay, PlannedExtraDay):
        db.session.execute(delete(model).where(model.plan_id == plan_id).execution_options(synchronize_session=False))
    db.session.expire_all()
    kept = db.session.get_one(RefresherPlan, plan_id)
    kept.made_on, kept.made_at = on, now
    kept.starts_on = max(kept.starts_on, asked_of(kept, on).starts_on)
    kept.version = version + 1
    _store(kept, drawn)
    audit.note("planned again", subject=("refresher_plan", plan_id), seats=len(drawn.plan.seats))
    return kept


def lock_draft(plan_id: int, version: int) -> RefresherPlan:
    """For changing a plan: nobody else does until the transaction ends. Raises Conflict or DomainError."""
    kept = db.session.get_one(RefresherPlan, plan_id, with_for_update=True, populate_existing=True)
    if kept.state != "draft":
        raise DomainError("This plan is no longer a draft, so that it cannot be changed.")
    if kept.version != version:
        raise Conflict("Somebody has changed this plan while you had it open. Look at it again, then make your change.")
    return kept


def _store(kept: RefresherPlan, drawn: Drawn) -> None:
    found = drawn.plan
    kept.weighed, kept.at_least = found.weighed, drawn.extra.at_least
    shortage_of = {person: number for number, one in enumerate(found.shortages) for person in one.people}
    proving = {person for one in found.shortages for person in one.proof}
    of_day = {day: number for number, one in enumerate(found.shortages) for day in one.days}
    proving_days = {day for one in found.shortages for day in one.proof_days}
    db.session.add_all(
        PlannedSeat(
            plan_id=kept.id,
            person_id=need.person_id,
            day_id=found.seats.get(need.person_id),
            opens_on=need.opens_on,
            lapses_on=need.lapses_on,
            locked=need.person_id in drawn.locked,
            shortage=shortage_of.get(need.person_id),
            in_proof=need.person_id in proving,
            helpless=need.person_id in drawn.extra.helpless,
        )
        for need in drawn.facts.needs
    )
    db.session.add_all(
        PlannedDay(
            plan_id=kept.id,
            day_id=day.day_id,
            held_on=day.held_on,
            seats=day.seats,
            on_offer=drawn.facts.on_offer.get(day.day_id, 0),
            holders=tuple(map(str, drawn.facts.holders.get(day.day_id, ()))),
            shortage=of_day.get(day.day_id),
            in_proof=day.day_id in proving_days,
        )
        for day in drawn.facts.days
    )
    db.session.add_all(
        PlannedExtraDay(plan_id=kept.id, held_on=on, seats=drawn.extra.seats) for on in drawn.extra.dates
    )
    db.session.flush()


def _fitting(facts: PlanFacts, locked: Mapping[int, int]) -> tuple[dict[int, int], tuple[int, ...]]:
    """The locks that still fit, and the people whose lock does not: the day is gone or full, or they cannot make it."""
    needs = {need.person_id: need for need in facts.needs}
    days = {day.day_id: day for day in facts.days}
    left = {day.day_id: day.seats for day in facts.days}
    kept: dict[int, int] = {}
    let_go = []
    for person_id, day_id in sorted(locked.items()):
        if person_id not in needs:
            continue
        if left.get(day_id, 0) > 0 and needs[person_id].can_sit(days[day_id]):
            left[day_id] -= 1
            kept[person_id] = day_id
        else:
            let_go.append(person_id)
    return kept, tuple(let_go)


def _faults(facts: PlanFacts, locked: Mapping[int, int], found: Plan) -> list[str]:
    return faults_of(
        {
            need.person_id: (
                need.opens_on,
                need.lapses_on,
                [(span.starts_on, span.ends_on) for span in need.away],
                need.clashes,
            )
            for need in facts.needs
        },
        {day.day_id: (day.held_on, day.seats) for day in facts.days},
        locked,
        found.seats,
        found.left_out,
        [(one.people, one.seats, one.short, one.proof, one.proof_seats) for one in found.shortages],
        tried_up_to=TRIED_UP_TO,
    )
