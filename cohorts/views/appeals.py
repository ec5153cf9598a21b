"""Appeals: one's own, and deciding about those of others."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from cohorts.forms.appeals import AppealForm, DecisionForm
from cohorts.models import Cohort
from cohorts.queries.appeals import (
    closed_appeals,
    find_open_appeal,
    get_appeal,
    get_own_result,
    last_day_to_appeal,
    open_appeals,
)
from cohorts.queries.cohorts import get_cohort
from cohorts.queries.plans import frame_of
from cohorts.queries.results import roster
from cohorts.rules import appeals as rules
from cohorts.rules import results as result_rules
from cohorts.services.appeals import dismiss_appeal, involved_in, open_appeal, uphold_appeal, withdraw_appeal
from cohorts.views.blueprint import bp


@bp.route("/my-results/<int:result_id>/appeal", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN, scoped=True)
def my_appeal(viewer: Viewer, result_id: int) -> ResponseReturnValue:
    result = get_own_result(result_id, viewer.person_id)
    form = AppealForm()
    if form.validate_on_submit():
        try:
            with transaction():
                open_appeal(
                    result_id,
                    grounds=form.grounds.data or "",
                    on=clock.today(),
                    at=clock.now(),
                    opened_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            result = get_own_result(result_id, viewer.person_id)
        else:
            flash("Your appeal is there. Until it is decided the result stands.", "success")
            return redirect(url_for("cohorts.my_results"))
    cohort = db.session.get_one(Cohort, result.cohort_id)
    return render_template(
        "cohorts/appeal.html",
        result=result,
        form=form,
        last_day=last_day_to_appeal(result, cohort),
        today=clock.today(),
        rules=result_rules,
        back=url_for("cohorts.my_results"),
        back_text="My results",
        who=None,
    )


@bp.post("/my-results/<int:result_id>/appeal/withdraw")
@requires(Permission.SIGNED_IN, scoped=True)
def withdraw_my_appeal(viewer: Viewer, result_id: int) -> ResponseReturnValue:
    get_own_result(result_id, viewer.person_id)
    appeal = find_open_appeal(result_id)
    if appeal is None:
        raise NotFound("There is no open appeal against this result.")
    appeal_id = appeal.id
    try:
        with transaction():
            withdraw_appeal(appeal_id, at=clock.now(), by=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("Your appeal is withdrawn. The result stands.", "success")
    return redirect(url_for("cohorts.my_results"))


@bp.route("/cohorts/<int:cohort_id>/results/<int:result_id>/appeal", methods=["GET", "POST"])
@requires(Permission.RELEASE_RESULTS, scoped=True)
def record_appeal(viewer: Viewer, cohort_id: int, result_id: int) -> ResponseReturnValue:
    """An appeal that came by letter or by telephone."""
    cohort = get_cohort(cohort_id, viewer)
    who = next((who for who in roster(cohort, viewer) if who.released and who.released.id == result_id), None)
    if who is None or who.released is None:
        raise NotFound("There is no such result.")
    last_day, today = last_day_to_appeal(who.released, cohort), clock.today()
    late = last_day is None or today > last_day
    form = AppealForm(late=late)
    if form.validate_on_submit():
        try:
            with transaction():
                appeal_id = open_appeal(
                    result_id,
                    grounds=form.grounds.data or "",
                    on=today,
                    at=clock.now(),
                    opened_by=viewer.person_id,
                    late_because=form.late_because.data if late else None,
                ).id
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The appeal is recorded. The candidate gets a letter; the result stands meanwhile.", "success")
            return redirect(url_for("cohorts.appeal", appeal_id=appeal_id))
    return render_template(
        "cohorts/appeal.html",
        result=who.released,
        form=form,
        last_day=last_day,
        today=today,
        rules=result_rules,
        back=url_for("cohorts.cohort", cohort_id=cohort_id),
        back_text=cohort.title,
        who=who.person,
    )


@bp.get("/appeals")
@requires(Permission.RELEASE_RESULTS)
def appeals(viewer: Viewer) -> ResponseReturnValue:
    return render_template(
        "cohorts/appeals.html",
        waiting=open_appeals(viewer),
        closed=closed_appeals(viewer),
        today=clock.today(),
        rules=rules,
        outcomes=result_rules,
    )


@bp.route("/appeals/<int:appeal_id>", methods=["GET", "POST"])
@requires(Permission.RELEASE_RESULTS, scoped=True)
def appeal(viewer: Viewer, appeal_id: int) -> ResponseReturnValue:
    found = get_appeal(appeal_id, viewer)
    cohort, today = db.session.get_one(Cohort, found.cohort_id), clock.today()
    choices = [one for one in frame_of(cohort, today).outcomes if one != found.result.outcome]
    form = DecisionForm(outcomes=choices)
    if form.validate_on_submit():
        words, upheld = form.decision.data or "", form.answer.data == "uphold"
        try:
            with transaction():
                if upheld:
                    uphold_appeal(
                        appeal_id,
                        outcome=form.outcome.data,
                        decision=words,
                        on=today,
                        at=clock.now(),
                        decided_by=viewer.person_id,
                    )
                else:
                    dismiss_appeal(appeal_id, decision=words, at=clock.now(), decided_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(
                "The appeal is upheld. The new result waits for a second person to release it."
                if upheld
                else "The appeal is dismissed. The result stands.",
                "success",
            )
            return redirect(url_for("cohorts.appeal", appeal_id=appeal_id))
        found = get_appeal(appeal_id, viewer)
        cohort = db.session.get_one(Cohort, found.cohort_id)
    return render_template(
        "cohorts/appeal_decide.html",
        appeal=found,
        cohort=cohort,
        form=form if found.state == "open" else None,
        involved=viewer.person_id in involved_in(found.result),
        today=today,
        rules=rules,
        outcomes=result_rules,
    )
