"""The grid in which results are typed, and submitting them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural
from cohorts.forms.results import read_grid, shown_grid
from cohorts.models import Cohort
from cohorts.queries.cohorts import get_cohort_to_record
from cohorts.queries.plans import frame_of
from cohorts.queries.results import Candidate, get_result, roster
from cohorts.rules import results as result_rules
from cohorts.rules.assessment import ComponentRule
from cohorts.rules.results import Fault
from cohorts.rules.workbook import SheetRow
from cohorts.services.results import Recorded, ResultsRefused, StaleResults, record_results, send_back, submit_results
from cohorts.views.blueprint import bp


def say_recorded(done: Recorded) -> None:
    """What happened, and what happens next."""
    if not done.anything:
        flash("Nothing was changed: everything was recorded already.", "success")
        return
    parts = [
        plural(count, f"result {word}", f"results {word}")
        for count, word in ((done.added, "added"), (done.changed, "changed"), (done.removed, "taken back"))
        if count
    ]
    flash(f"Saved as drafts: {', '.join(parts)}. Submit them when they are complete.", "success")


@bp.route("/cohorts/<int:cohort_id>/results", methods=["GET", "POST"])
@requires(Permission.RECORD_RESULTS, scoped=True)
def grid(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_record(cohort_id, viewer)
    if request.method == "GET":
        return _grid_page(viewer, cohort_id)
    return _record(viewer, cohort_id, read_grid(request.form, roster(cohort, viewer), _components(cohort)))


@bp.route("/cohorts/<int:cohort_id>/places/<int:enrolment_id>/result", methods=["GET", "POST"])
@requires(Permission.RECORD_RESULTS, scoped=True)
def one_result(viewer: Viewer, cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    """One candidate, with the criteria of each part."""
    cohort = get_cohort_to_record(cohort_id, viewer)
    [who] = _only(roster(cohort, viewer), enrolment_id)
    if request.method == "GET" or who.closed_because:
        return _grid_page(viewer, cohort_id, only=enrolment_id)
    return _record(viewer, cohort_id, read_grid(request.form, [who], _components(cohort)), only=enrolment_id)


def _only(candidates: list[Candidate], enrolment_id: int | None) -> list[Candidate]:
    """All of them, or the one with that place. Raises NotFound."""
    found = [who for who in candidates if enrolment_id in (None, who.enrolment.id)]
    if enrolment_id is not None and not found:
        raise NotFound("There is no such candidate on this cohort.")
    return found


def _components(cohort: Cohort) -> tuple[ComponentRule, ...]:
    return cohort.assessment.rules if cohort.assessment else ()


def _record(viewer: Viewer, cohort_id: int, rows: list[SheetRow], *, only: int | None = None) -> ResponseReturnValue:
    """Record what was typed on the page of all, or of one, and show it again with what is wrong."""
    unread = {row.entry.reference: list(row.faults) for row in rows if row.faults}
    typed = {row.entry.reference: row.cells for row in rows}
    if unread:
        return _grid_page(viewer, cohort_id, typed=typed, faults=unread, only=only)
    try:
        with transaction():
            done = record_results(
                cohort_id,
                [row.entry for row in rows],
                version=request.form.get("version", type=int),
                on=clock.today(),
                recorded_by=viewer.person_id,
                door="form" if only else "grid",
            )
    except ResultsRefused as refusal:
        faults = {line.entry.reference: list(line.faults) for line in refusal.plan.lines if line.faults}
        return _grid_page(viewer, cohort_id, typed=typed, faults=faults, closed=refusal.plan.closed, only=only)
    except StaleResults as refusal:
        return _grid_page(viewer, cohort_id, typed=typed, stale=refusal.reasons[0], only=only), 409
    say_recorded(done)
    return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))


def _grid_page(
    viewer: Viewer,
    cohort_id: int,
    *,
    typed: dict[str, dict[str, str]] | None = None,
    faults: dict[str, list[Fault]] | None = None,
    stale: str | None = None,
    closed: str | None = None,
    only: int | None = None,
) -> str:
    """The grid; after a refusal with what was typed, and beside it what is recorded now where the two differ."""
    cohort = get_cohort_to_record(cohort_id, viewer)
    candidates = _only(roster(cohort, viewer), only)
    recorded = shown_grid(candidates)
    shown = {
        who.enrolment.id: (typed or {}).get(who.person.reference, recorded[who.enrolment.id]) for who in candidates
    }
    return render_template(
        "cohorts/result_form.html" if only else "cohorts/grid.html",
        cohort=cohort,
        candidates=candidates,
        shown=shown,
        recorded=recorded,
        faults=faults or {},
        has_errors=bool(faults or stale or closed),
        stale=stale,
        closed=closed,
        outcomes=frame_of(cohort, clock.today()).outcomes,
        components=_components(cohort),
        one=candidates[0] if only else None,
        rules=result_rules,
    )


@bp.post("/cohorts/<int:cohort_id>/submit")
@requires(Permission.RECORD_RESULTS, scoped=True)
def submit(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    get_cohort_to_record(cohort_id, viewer)
    try:
        with transaction():
            count = submit_results(
                cohort_id,
                version=request.form.get("version", type=int, default=0),
                at=clock.now(),
                submitted_by=viewer.person_id,
            )
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        was = "is" if count == 1 else "are"
        said = f"{plural(count, 'result')} {was}" if count else "The results are"
        flash(f"{said} submitted. Somebody at the service releases them.", "success")
    return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))


@bp.post("/cohorts/<int:cohort_id>/send-back")
@requires(Permission.RELEASE_RESULTS, scoped=True)
def back(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    get_cohort_to_record(cohort_id, viewer)
    try:
        with transaction():
            count = send_back(cohort_id, version=request.form.get("version", type=int, default=0))
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(
            f"{plural(count, 'result')} can be corrected again before {'it is' if count == 1 else 'they are'} "
            "submitted once more.",
            "success",
        )
    return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))


@bp.get("/results/<int:result_id>")
@requires(Permission.VIEW_COHORTS, scoped=True)
def result(viewer: Viewer, result_id: int) -> ResponseReturnValue:
    """Where the evidence that came from a result leads: to its cohort, or to the result itself if it had none here."""
    found = get_result(result_id, viewer)
    if found.cohort_id is not None:
        return redirect(url_for("cohorts.cohort", cohort_id=found.cohort_id))
    return render_template("cohorts/past_result.html", result=found, rules=result_rules)
