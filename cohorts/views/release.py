"""Releasing results, and correcting a released one: the second person's pages."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural
from cohorts.forms.results import CorrectionForm
from cohorts.queries.cohorts import get_cohort
from cohorts.queries.plans import frame_of
from cohorts.queries.results import Candidate, roster
from cohorts.queries.staff import assessors_who_trained
from cohorts.rules import results as result_rules
from cohorts.services.release import correct_result, release_results
from cohorts.views.blueprint import bp


def _waiting(viewer: Viewer, cohort_id: int) -> list[Candidate]:
    candidates = roster(get_cohort(cohort_id, viewer), viewer)
    return [who for who in candidates if who.open and who.open.state == "submitted"]


@bp.route("/cohorts/<int:cohort_id>/release", methods=["GET", "POST"])
@requires(Permission.RELEASE_RESULTS, scoped=True)
def release(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort(cohort_id, viewer)
    refusals: tuple[str, ...] = ()
    status = 200
    if request.method == "POST":
        mine = {who.shown.id for who in roster(cohort, viewer) if who.shown}
        chosen = [int(value) for value in request.form.getlist("result") if value.isascii() and value.isdecimal()]
        try:
            with transaction():
                count = release_results(
                    cohort_id,
                    [result_id for result_id in chosen if result_id in mine],
                    at=clock.now(),
                    released_by=viewer.person_id,
                )
        except DomainError as refusal:
            refusals, status = refusal.reasons, 422
        else:
            said = f"{plural(count, 'result')} {'is' if count == 1 else 'are'}" if count else "These results are"
            flash(f"{said} released. A letter goes to each candidate.", "success")
            return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))
    waiting, cohort = _waiting(viewer, cohort_id), get_cohort(cohort_id, viewer)
    page = render_template(
        "cohorts/release.html",
        cohort=cohort,
        not_independent=assessors_who_trained(cohort),
        waiting=waiting,
        refusals=refusals,
        has_errors=bool(refusals),
        passes=sum(who.open is not None and who.open.outcome == "pass" for who in waiting),
        own=[who for who in waiting if who.open and viewer.person_id in (who.open.submitted_by, who.person.id)],
        rules=result_rules,
    )
    return page, status


@bp.route("/cohorts/<int:cohort_id>/results/<int:result_id>/correct", methods=["GET", "POST"])
@requires(Permission.RELEASE_RESULTS, scoped=True)
def correct(viewer: Viewer, cohort_id: int, result_id: int) -> ResponseReturnValue:
    cohort = get_cohort(cohort_id, viewer)
    who = next((who for who in roster(cohort, viewer) if who.released and who.released.id == result_id), None)
    if who is None or who.released is None:
        raise NotFound("There is no such result.")
    today = clock.today()
    form = CorrectionForm(
        outcomes=list(frame_of(cohort, today).outcomes),
        outcome=who.released.outcome,
        event_on=who.released.event_on,
    )
    if form.validate_on_submit():
        try:
            with transaction():
                correct_result(
                    result_id,
                    **form.correction,
                    on=today,
                    at=clock.now(),
                    corrected_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The correction waits for a second person to release it. Until then the result stands.", "success")
            return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))
    return render_template("cohorts/correct.html", cohort=cohort, who=who, form=form, rules=result_rules)
