"""Plans: making one, seeing it, and what it promises to the forecast."""

from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission, Scope
from accreditation.people.queries import units as all_units
from accreditation.people.rules import Viewer
from accreditation.refreshers.forms import PlanForm, PlanStateForm
from accreditation.refreshers.models import PlannedSeat, RefresherPlan
from accreditation.refreshers.queries.plan_changes import seats_taken_since, what_changed
from accreditation.refreshers.queries.planned_seats import by_day, days_in, extra_in, seats_in, shortages_in
from accreditation.refreshers.queries.planning import PlanFacts, plan_facts, plannable
from accreditation.refreshers.queries.plans import asked_of, get_plan, newest_plan, recent_plans, supposed_facts
from accreditation.refreshers.rules.planning.changes import Changes
from accreditation.refreshers.rules.planning.words import OUTCOMES, PLAN_STATES
from accreditation.refreshers.services import planning
from accreditation.refreshers.views.blueprint import bp
from accreditation.standing.queries.supposing import Supposed, plans_ahead
from accreditation.standing.rules.scheme import Scheme
from accreditation.web.guards import requires
from accreditation.web.words import day as in_words

FEW = 60
"""Up to so many people a plan is shown whole; above it day by day, as asked for."""

TONES = {"draft": "soon", "publishing": "soon", "published": "good", "discarded": "neutral"}
OUTCOME_TONES = {"booked": "good", "booked_already": "good", "not_needed": "neutral", "refused": "bad"}


@bp.get("/refreshers/plans")
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def plans(viewer: Viewer) -> ResponseReturnValue:
    """The newest plans, drafts first."""
    return render_template(
        "refreshers/plans.html", rows=recent_plans(viewer), states=PLAN_STATES, tones=TONES, today=clock.today()
    )


@bp.route("/refreshers/plans/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS)
def new_plan(viewer: Viewer) -> ResponseReturnValue:
    """What to plan for, until when, and what is preferred."""
    today = clock.today()
    offered = plannable(today)
    what = [
        (f"{scheme.code}/{one.code}", f"{one.label or one.code} ({scheme.name or scheme.code})")
        for scheme, one in offered
    ]
    form = PlanForm(on=today, what=what, units=_units(viewer))
    if form.validate_on_submit():
        asked = form.asked()
        drawn = planning.draw_up(asked)
        try:
            with transaction():
                plan_id = planning.keep_plan(asked, drawn, made_by=viewer.person_id, now=clock.now()).id
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            return redirect(url_for("refreshers.plan", plan_id=plan_id))
    return render_template("refreshers/plan_new.html", form=form, nothing=not what)


@bp.get("/refreshers/plans/<int:plan_id>")
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def plan(viewer: Viewer, plan_id: int) -> ResponseReturnValue:
    """Who sits where before their refresher runs out; who does not, and why; what has changed since."""
    kept = get_plan(plan_id, viewer)
    today = clock.today()
    seats, days = seats_in(plan_id, viewer), days_in(plan_id)
    is_draft = kept.state == "draft"
    facts = plan_facts(asked_of(kept, today)) if is_draft else None
    shown = request.args.get("day", "")
    counts = {outcome: sum(seat.outcome == outcome for seat in seats) for outcome in OUTCOMES}
    return render_template(
        "refreshers/plan.html",
        kept=kept,
        days=by_day(seats, days),
        seats=seats,
        without=[seat for seat in seats if seat.day_id is None],
        shortages=shortages_in(seats, days),
        extra=extra_in(plan_id) if is_draft else [],
        helpless=[seat for seat in seats if seat.helpless],
        changed=what_changed(seats, days, facts) if facts else Changes(),
        choices=_choices(seats, facts) if facts else {},
        already=len(facts.seated) if facts else 0,
        unanswered=len(facts.offered) if facts else 0,
        last_seat_gone=planning.LAST_SEAT_GONE,
        undo=_undo(kept) if is_draft else None,
        taken_since=seats_taken_since(plan_id, days, viewer) if kept.state != "discarded" else [],
        shows=lambda day_id: len(seats) <= FEW or shown == str(day_id),
        form=PlanStateForm(data={"version": kept.version}),
        state=PLAN_STATES[kept.state],
        tone=TONES[kept.state],
        outcomes=OUTCOMES,
        outcome_tones=OUTCOME_TONES,
        counts=counts,
        left=sum(seat.day_id is not None and seat.outcome is None for seat in seats),
        until=last_good_day(kept.ends_on),
        today=today,
    )


@plans_ahead
def planned_seats(viewer: Viewer, scheme: Scheme, on: date, unit_id: int | None) -> Supposed | None:
    """The newest plan for these people, for the cover forecast."""
    if not viewer.may_somewhere(Permission.MANAGE_REFRESHERS):
        return None
    kept = newest_plan(viewer.limited_to(Permission.MANAGE_REFRESHERS), scheme.code, unit_id, on)
    if kept is None:
        return None
    name = f"With the plan of {in_words(kept.made_on)}"
    return Supposed(name, url_for("refreshers.plan", plan_id=kept.id), supposed_facts(kept, on))


@dataclass(frozen=True)
class Undo:
    """The last move of the plan, to be taken back: whom, to which day (None: no seat), locked there or not."""

    person_id: int
    day_id: int | None
    locked: bool


def _undo(kept: RefresherPlan) -> Undo | None:
    """What the address says that was moved last; None once the plan has been changed again."""
    parts = request.args.get("undo", "").split(".")
    if len(parts) != 4 or not parts[0].isdecimal() or parts[1] != str(kept.version):
        return None
    person_id, _, day_id, locked = parts
    return Undo(int(person_id), int(day_id) if day_id.isdecimal() else None, locked == "1")


def _units(viewer: Viewer) -> list[tuple[str, str]]:
    """For whom this viewer may plan."""
    if viewer.ids(Scope.SERVICE):
        return [("all", "The whole service"), *((str(unit.id), unit.name) for unit in all_units())]
    own = viewer.ids(Scope.UNIT)
    return [(str(unit.id), unit.name) for unit in all_units() if unit.id in own]


def _choices(seats: list[PlannedSeat], facts: PlanFacts) -> dict[int, list[tuple[int, str]]]:
    """For each person the days they can sit on as things stand, with the seats the plan leaves."""
    planned: dict[int, int] = {}
    for seat in seats:
        if seat.day_id is not None:
            planned[seat.day_id] = planned.get(seat.day_id, 0) + 1
    labels = {}
    for day in facts.days:
        left = day.seats - planned.get(day.day_id, 0)
        labels[day.day_id] = f"{in_words(day.held_on)}, {left if left > 0 else 'no'} left"
    return {
        need.person_id: [(day.day_id, labels[day.day_id]) for day in facts.days if need.can_sit(day)]
        for need in facts.needs
    }
