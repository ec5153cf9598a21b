"""Several applicants at once: onto a cohort, or to another stage. A preview first, then what became of each."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural
from cohorts.queries.applications import chosen_applications
from cohorts.queries.cohorts import cohort_row, get_cohort_to_manage
from cohorts.rules import stages
from cohorts.services.applications import Placement, move_applications, reason_not_to_move
from cohorts.services.enrolments import place_applicants, reason_not_to_place
from cohorts.views.blueprint import bp

AT_ONCE = 200


def _chosen() -> list[int]:
    return [int(value) for value in request.form.getlist("chosen") if value.isascii() and value.isdecimal()][:AT_ONCE]


def _choose_first() -> ResponseReturnValue:
    flash("Choose at least one applicant and what to do with them.", "warning")
    return redirect(url_for("cohorts.applications"))


@bp.post("/applications/decide")
@requires(Permission.MANAGE_APPLICATIONS)
def decide(viewer: Viewer) -> ResponseReturnValue:
    """Where the list of applications sends what was ticked: on to the preview of one of the two."""
    what, _, which = request.form.get("what", "").partition(":")
    if what == "cohort" and which.isdecimal():
        return preview_placing(viewer, int(which))
    if what == "stage" and which in stages.STAGES:
        return preview_moving(viewer, which)
    return _choose_first()


def preview_placing(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_manage(cohort_id, viewer)
    row = cohort_row(cohort_id, viewer, clock.today())
    applications = chosen_applications(_chosen(), viewer)
    if not applications:
        return _choose_first()
    taken, lines = row.taken, []
    for application in applications:
        refusal = reason_not_to_place(application, cohort, taken)
        taken += refusal is None
        lines.append((application, refusal))
    return render_template(
        "cohorts/place.html", cohort=cohort, row=row, lines=lines, placed=taken - row.taken, stages=stages
    )


@bp.post("/applications/place/<int:cohort_id>")
@requires(Permission.MANAGE_COHORTS, scoped=True)
def place(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_manage(cohort_id, viewer)
    title = cohort.title
    ids = [application.id for application in chosen_applications(_chosen(), viewer)]
    if not ids:
        return _choose_first()
    with transaction():
        placements = place_applicants(ids, cohort_id, on=clock.today(), at=clock.now(), placed_by=viewer.person_id)
    _say_what_became(placements, f"on {title}; a letter goes to each")
    return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))


def preview_moving(viewer: Viewer, to: str) -> ResponseReturnValue:
    applications = chosen_applications(_chosen(), viewer)
    if not applications:
        return _choose_first()
    lines = [(application, reason_not_to_move(application, to, "?")) for application in applications]
    return render_template(
        "cohorts/move.html",
        to=to,
        lines=lines,
        moved=sum(refusal is None for _, refusal in lines),
        stages=stages,
        needs_a_reason=to in stages.NEEDS_A_REASON,
    )


@bp.post("/applications/move/<to>")
@requires(Permission.MANAGE_APPLICATIONS)
def move(viewer: Viewer, to: str) -> ResponseReturnValue:
    ids = [application.id for application in chosen_applications(_chosen(), viewer)]
    if not ids or to not in stages.STAGES:
        return _choose_first()
    with transaction():
        moved = move_applications(
            ids, to, at=clock.now(), by=viewer.person_id, reason=request.form.get("reason", "").strip()
        )
    _say_what_became(moved, f"at “{stages.label(to)}” now")
    return redirect(url_for("cohorts.applications"))


def _say_what_became(placements: list[Placement], done: str) -> None:
    successes = [placement for placement in placements if placement.refusal is None]
    if successes:
        verb = "is" if len(successes) == 1 else "are"
        flash(f"{plural(len(successes), 'applicant')} {verb} {done}.", "success")
    for placement in placements:
        if placement.refusal:
            flash(f"{placement.name}: {placement.refusal}", "warning")
