"""Several applicants at once: onto a cohort, or to another stage. A preview first, then what became of each."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural
from cohorts.forms.applications import LETTERS
from cohorts.queries.applications import chosen_applications, in_order_of_rank
from cohorts.queries.cohorts import cohort_row, get_cohort_to_manage
from cohorts.queries.intakes import find_intake_by_code
from cohorts.rules import stages
from cohorts.rules.offers import HOLDS_AN_OFFER
from cohorts.rules.told import WITH_FEEDBACK
from cohorts.services.applications import Placement, count_places, move_applications, reason_not_to_move
from cohorts.services.enrolments import place_applicants, what_would_become
from cohorts.services.letters import letter_about
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
        answer = what_would_become(application, cohort, taken, waiting=True)
        taken += answer.refusal is None and not answer.waits
        lines.append((application, answer))
    return render_template(
        "cohorts/place.html",
        cohort=cohort,
        row=row,
        lines=lines,
        placed=taken - row.taken,
        waiting=sum(answer.waits for _, answer in lines),
        stages=stages,
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
        placements = place_applicants(
            ids,
            cohort_id,
            waiting=request.form.get("waiting") == "list",
            on=clock.today(),
            at=clock.now(),
            placed_by=viewer.person_id,
        )
    waits = [placement for placement in placements if placement.waits]
    if placed := [placement for placement in placements if not placement.waits]:
        _say_what_became(placed, f"on {title}; a letter goes to each")
    if waits:
        flash(f"{plural(len(waits), 'person waits', 'people wait')} for a place on {title}; a letter goes to each.")
    return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))


def preview_moving(viewer: Viewer, to: str) -> ResponseReturnValue:
    """What would become of each, best rank first, and which letter would go to whom."""
    applications = in_order_of_rank(chosen_applications(_chosen(), viewer))
    if not applications:
        return _choose_first()
    taken: dict[int, int] = {}
    lines = []
    for application in applications:
        intake_id = application.intake_id or 0
        held = taken.setdefault(intake_id, count_places(application))
        refusal = reason_not_to_move(application, to, "?", on=clock.today(), taken=held)
        if refusal is None and to == stages.CONDITIONAL_OFFER and application.stage not in HOLDS_AN_OFFER:
            taken[intake_id] += 1
        letter = bool(letter_about(to)) and application.intake_id is not None and refusal is None
        lines.append((application, refusal, letter))
    return render_template(
        "cohorts/move.html",
        to=to,
        lines=lines,
        moved=sum(refusal is None for _, refusal, _ in lines),
        letters=sum(letter for _, _, letter in lines),
        template=letter_about(to),
        asks_line_managers=to == stages.LINE_MANAGER_SUPPORT,
        stages=stages,
        needs_a_reason=to in stages.NEEDS_A_REASON,
        takes_feedback=to in WITH_FEEDBACK,
    )


@bp.post("/applications/move/<to>")
@requires(Permission.MANAGE_APPLICATIONS)
def move(viewer: Viewer, to: str) -> ResponseReturnValue:
    ids = [application.id for application in chosen_applications(_chosen(), viewer)]
    if not ids or to not in stages.STAGES:
        return _choose_first()
    letters = request.form.get("letters", "hold")
    with transaction():
        moved = move_applications(
            ids,
            to,
            at=clock.now(),
            by=viewer.person_id,
            reason=request.form.get("reason", "").strip()[:2000],
            letters=letters if letters in LETTERS else "hold",
            shown=_shown(),
            feedback=request.form.get("feedback", "").strip()[:4000] or None,
        )
    _say_what_became(moved, f"at “{stages.label(to)}” now")
    back = request.form.get("back", "")
    if find_intake_by_code(back):
        return redirect(url_for("cohorts.intake", intake=back))
    return redirect(url_for("cohorts.applications"))


def _shown() -> dict[int, int]:
    """The versions of the applications as the preview showed them, by id."""
    found = {}
    for value in request.form.getlist("shown"):
        application_id, _, version = value.partition(".")
        if application_id.isdecimal() and version.isdecimal() and len(value) < 20:
            found[int(application_id)] = int(version)
    return found


def _say_what_became(placements: list[Placement], done: str) -> None:
    successes = [placement for placement in placements if placement.refusal is None]
    if successes:
        verb = "is" if len(successes) == 1 else "are"
        flash(f"{plural(len(successes), 'applicant')} {verb} {done}.", "success")
    for placement in placements:
        if placement.refusal:
            flash(f"{placement.name}: {placement.refusal}", "warning")
