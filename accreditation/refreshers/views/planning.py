"""Changing a plan by hand, adding the days it proposes, publishing it and giving it up."""

from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from accreditation.refreshers.exports.plans import plan_workbook
from accreditation.refreshers.forms import ExtraDaysForm, PlanStateForm, SeatForm
from accreditation.refreshers.jobs import publish_for
from accreditation.refreshers.models import PlannedSeat, RefresherDay
from accreditation.refreshers.queries.planned_seats import (
    by_day,
    days_in,
    extra_in,
    reasons_against_days,
    seat_seen,
    seats_in,
)
from accreditation.refreshers.queries.planning import usual_day
from accreditation.refreshers.queries.plans import get_plan
from accreditation.refreshers.services import planning
from accreditation.refreshers.services.deadlines import last_day_to_confirm
from accreditation.refreshers.services.letters import about
from accreditation.refreshers.views.blueprint import bp
from accreditation.web.guards import requires
from accreditation.web.words import plural

SECONDS = 2.0
"""How long one request books seats; the next, or the scheduler, goes on with what is left."""

STALE = "The page is too old. Look at the plan again."


def _say(refusal: DomainError) -> None:
    flash(" ".join(refusal.reasons), "warning")


def _to_plan(
    plan_id: int, anchor: str | None = None, day: str | None = None, undo: str | None = None
) -> ResponseReturnValue:
    return redirect(url_for("refreshers.plan", plan_id=plan_id, day=day, undo=undo, _anchor=anchor))


def _stood(seat: PlannedSeat) -> str:
    """Where somebody sits and whether they are locked there, for the address that offers to undo a move."""
    return f"{seat.day_id or ''}.{int(seat.locked)}"


@bp.post("/refreshers/plans/<int:plan_id>/seat")
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def move_in_plan(viewer: Viewer, plan_id: int) -> ResponseReturnValue:
    """Sit somebody on another day, lock them where they sit, or let go of the lock."""
    get_plan(plan_id, viewer)
    form = SeatForm()
    if not form.validate_on_submit() or not (form.person.data or "").isdecimal():
        raise DomainError(STALE)
    person_id, day = int(form.person.data or 0), form.day.data or ""
    seat = seat_seen(plan_id, person_id, viewer)
    name, before, version = seat.person.name, _stood(seat), form.seen
    try:
        with transaction():
            if form.locked.data:
                is_locked = form.locked.data == "1"
                planning.lock_seat(plan_id, person_id, locked=is_locked, version=version)
            else:
                planning.move_seat(
                    plan_id,
                    person_id,
                    int(day) if day.isdecimal() else None,
                    version=version,
                    on=clock.today(),
                    locked=form.undo.data != "0",
                )
    except DomainError as refusal:
        _say(refusal)
        return _to_plan(plan_id, f"person-{person_id}", request.args.get("day"))
    anchor, shown = f"person-{person_id}", request.args.get("day")
    if form.locked.data:
        flash(f"{name} stays on that day." if form.locked.data == "1" else f"{name} may be moved again.")
        return _to_plan(plan_id, anchor, shown)
    if form.undo.data:
        flash(f"{name} sits where they sat before.")
        return _to_plan(plan_id, anchor, shown and (day or shown))
    flash(f"{name} is moved, and stays there when you plan again." if day else f"{name} has no seat now.")
    return _to_plan(plan_id, anchor, shown and (day or shown), undo=f"{person_id}.{version + 1}.{before}")


@bp.get("/refreshers/plans/<int:plan_id>/seat/<int:person_id>")
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def moves_in_plan(viewer: Viewer, plan_id: int, person_id: int) -> ResponseReturnValue:
    """For each day why the person cannot be moved there, null where they can: asked while somebody drags them."""
    kept = get_plan(plan_id, viewer)
    if kept.state != "draft":
        raise NotFound("There is no such draft.")
    against = reasons_against_days(kept, seat_seen(plan_id, person_id, viewer), on=clock.today())
    return jsonify(days={str(day_id): reason for day_id, reason in against.items()})


@bp.post("/refreshers/plans/<int:plan_id>/again")
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def plan_again(viewer: Viewer, plan_id: int) -> ResponseReturnValue:
    """Work the plan out again around its locks, from what stands now."""
    get_plan(plan_id, viewer)
    form = PlanStateForm()
    if not form.validate_on_submit():
        raise DomainError(STALE)
    _again(plan_id, form.seen, "The plan is worked out again from what stands now.")
    return _to_plan(plan_id)


@bp.route("/refreshers/plans/<int:plan_id>/extra-days", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def extra_days(viewer: Viewer, plan_id: int) -> ResponseReturnValue:
    """Plan the days that would give everybody a seat, described alike, and work the plan out again."""
    kept = get_plan(plan_id, viewer)
    proposed = [(one.id, one.held_on) for one in extra_in(plan_id)]
    if not proposed or kept.state != "draft":
        flash("This plan proposes no days to add.", "warning")
        return _to_plan(plan_id)
    usual = usual_day(kept.scheme, kept.requirement, clock.today())
    form = ExtraDaysForm(dates=proposed, data={**usual, "capacity": kept.extra_seats, "version": kept.version})
    if form.validate_on_submit():
        dates = form.chosen()
        try:
            with transaction():
                added = planning.add_extra_days(
                    plan_id, form.details(dates[0]), dates, version=form.seen, on=clock.today()
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            number = plural(len(added), "refresher day is", "refresher days are")
            _again(plan_id, form.seen + 1, f"{number.capitalize()} planned, and the plan is worked out again.")
            return _to_plan(plan_id)
    return render_template("refreshers/plan_extra.html", form=form, kept=get_plan(plan_id, viewer))


@bp.route("/refreshers/plans/<int:plan_id>/publish", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def publish_plan(viewer: Viewer, plan_id: int) -> ResponseReturnValue:
    """The letter and whom it goes to, before; then seat by seat, for a moment at a time."""
    kept = get_plan(plan_id, viewer)
    if kept.state not in ("draft", "publishing"):
        flash("This plan is published or discarded already.", "warning")
        return _to_plan(plan_id)
    form = PlanStateForm()
    if form.validate_on_submit():
        try:
            if kept.state == "draft":
                with transaction():
                    planning.start_publishing(
                        plan_id, version=form.seen, published_by=viewer.person_id, now=clock.now()
                    )
            publish_for(plan_id, SECONDS, on=clock.today())
        except DomainError as refusal:
            _say(refusal)
        return _to_plan(plan_id)
    seats, days = seats_in(plan_id, viewer), days_in(plan_id)
    shown = [one for one in by_day(seats, days) if one.seats]
    return render_template(
        "refreshers/plan_publish.html",
        kept=kept,
        days=shown,
        number=sum(len(one.seats) for one in shown),
        without=sum(seat.day_id is None for seat in seats),
        letter=_letter(shown[0].day) if shown else "",
        form=PlanStateForm(data={"version": kept.version}),
    )


@bp.get("/refreshers/plans/<int:plan_id>/plan.xlsx")
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def export_plan(viewer: Viewer, plan_id: int) -> ResponseReturnValue:
    """Who sits where, as a workbook. Noted in the audit trail before it is handed out."""
    get_plan(plan_id, viewer)
    people = len(seats_in(plan_id, viewer))
    with transaction():
        notice = note_export("a refresher plan", viewer, rows=people, people=people, at=clock.now(), plan_id=plan_id)
    kept = get_plan(plan_id, viewer)
    content = plan_workbook(kept, seats_in(plan_id, viewer), days_in(plan_id), notice=notice)
    headers = {"Content-Disposition": f'attachment; filename="refresher-plan-{kept.made_on}.xlsx"'}
    return Response(content, mimetype=XLSX, headers=headers)


@bp.route("/refreshers/plans/<int:plan_id>/discard", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def discard_plan(viewer: Viewer, plan_id: int) -> ResponseReturnValue:
    """Give a draft up. Nobody was told of it."""
    kept = get_plan(plan_id, viewer)
    form = PlanStateForm()
    if form.validate_on_submit():
        try:
            with transaction():
                planning.discard_plan(plan_id, version=form.seen)
        except DomainError as refusal:
            _say(refusal)
            return _to_plan(plan_id)
        flash("The plan is discarded. Nobody was told of it.")
        return redirect(url_for("refreshers.plans"))
    return render_template("refreshers/plan_discard.html", kept=kept)


def _again(plan_id: int, version: int, said: str) -> None:
    drawn = planning.redraw(plan_id, on=clock.today())
    try:
        with transaction():
            planning.keep_replan(plan_id, drawn, version=version, on=clock.today(), now=clock.now())
    except DomainError as refusal:
        _say(refusal)
    else:
        flash(said)
        if drawn.let_go:
            number = plural(len(drawn.let_go), "lock no longer fits and is", "locks no longer fit and are")
            flash(f"{number.capitalize()} let go: the day is gone or full, or they cannot make it.", "warning")


def _letter(day: RefresherDay) -> str:
    """What the letter says of that day if it is published today, by its own template."""
    asked = {"confirm_by": last_day_to_confirm(day, clock.today()), "answer_link": "(a link of their own)"}
    template = current_app.jinja_env.get_template(planning.LETTER)
    context = template.new_context(
        {"name": "", "link": f"{current_app.config['BASE_URL']}/sign-in", **about(day), **asked}
    )
    return "".join(template.blocks["body"](context))
