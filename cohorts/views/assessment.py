"""How schemes are assessed: the list, planning, changing, and which cohort is assessed how."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.standing.queries import all_schemes
from accreditation.web.guards import requires
from cohorts.forms.assessment import AssessmentForm
from cohorts.queries.assessment import assessments as all_assessments
from cohorts.queries.assessment import get_assessment
from cohorts.queries.cohorts import get_cohort, get_cohort_to_manage
from cohorts.services.assessment import change_assessment, choose_assessment, plan_assessment
from cohorts.views.blueprint import bp


def _schemes() -> dict[str, str]:
    return {scheme.code: scheme.name or scheme.code for scheme in all_schemes(clock.today())}


@bp.get("/assessments")
@requires(Permission.MANAGE_COHORTS)
def assessments(viewer: Viewer) -> ResponseReturnValue:
    return render_template("cohorts/assessments.html", assessments=all_assessments(), schemes=_schemes())


@bp.route("/assessments/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_COHORTS)
def new_assessment(viewer: Viewer) -> ResponseReturnValue:
    form = AssessmentForm(schemes=list(_schemes().items()))
    if form.validate_on_submit():
        try:
            with transaction():
                plan_assessment(**form.plan, created_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The assessment is planned. New cohorts can be assessed like that.", "success")
            return redirect(url_for("cohorts.assessments"))
    return render_template("cohorts/edit_assessment.html", form=form, assessment=None)


@bp.route("/assessments/<int:assessment_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_COHORTS)
def edit_assessment(viewer: Viewer, assessment_id: int) -> ResponseReturnValue:
    assessment = get_assessment(assessment_id)
    form, status = AssessmentForm(schemes=[], assessment=assessment), 200
    version = request.form.get("version", assessment.version, int)
    if form.validate_on_submit():
        try:
            with transaction():
                changed = change_assessment(
                    assessment_id, shown_version=version, changed_by=viewer.person_id, **form.plan
                ).id
        except Conflict as news:
            form.form_errors.extend(news.reasons)
            status = 409
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            kept = changed != assessment_id
            flash(
                "Saved as a new version. Cohorts that have results already keep the one before."
                if kept
                else "The assessment is changed.",
                "success",
            )
            return redirect(url_for("cohorts.assessments"))
        assessment = get_assessment(assessment_id)
    page = render_template("cohorts/edit_assessment.html", form=form, assessment=assessment, version=version)
    return page, status


@bp.get("/cohorts/<int:cohort_id>/assessment")
@requires(Permission.VIEW_COHORTS, scoped=True)
def how_assessed(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort(cohort_id, viewer)
    may_choose = viewer.may_somewhere(Permission.MANAGE_COHORTS)
    return render_template(
        "cohorts/how_assessed.html",
        cohort=cohort,
        assessment=cohort.assessment,
        choices=all_assessments(cohort.scheme) if may_choose else [],
        may_choose=may_choose,
    )


@bp.post("/cohorts/<int:cohort_id>/assessment")
@requires(Permission.MANAGE_COHORTS, scoped=True)
def choose_how(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    get_cohort_to_manage(cohort_id, viewer)
    chosen = request.form.get("assessment", type=int)
    try:
        with transaction():
            choose_assessment(cohort_id, chosen, version=request.form.get("version", 0, int))
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("Saved. Workbooks that were handed out before have other columns: hand them out again.", "success")
    return redirect(url_for("cohorts.how_assessed", cohort_id=cohort_id))
