"""What the service has set: usual periods by level and holder, and what an overdue review means."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.core.settings import set_setting
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from vetting import services
from vetting.forms import OverdueForm, PeriodForm
from vetting.queries.counting import count_to_declare_anew
from vetting.queries.periods import early_months, overdue_blocks, reinstate_months, review_periods
from vetting.rules.levels import CERTAINTIES, HOLDER_KINDS, levels, usual_periods
from vetting.views.blueprint import bp

STEPS_AT_ONCE = 10
"""Batches that one click declares anew: so many as a person waits for."""


@bp.route("/vetting/rules", methods=["GET", "POST"])
@requires(Permission.MANAGE_VETTING_RULES)
def rules(viewer: Viewer) -> ResponseReturnValue:
    form = OverdueForm(
        data={
            "overdue": "block" if overdue_blocks() else "review",
            "reinstate_months": reinstate_months(),
            "early_months": early_months(),
        }
    )
    if form.validate_on_submit():
        with transaction():
            services.set_overdue(blocks=form.overdue.data == "block")
            set_setting("clearance_reinstate_months", str(form.reinstate_months.data))
            set_setting("clearance_early_months", str(form.early_months.data))
        _declare_some_anew(viewer.person_id)
        flash("The rules are saved.", "success")
        return redirect(url_for("vetting.rules"))
    return render_template(
        "vetting/rules.html",
        form=form,
        levels=levels(),
        kinds=HOLDER_KINDS,
        periods=review_periods(),
        usual=usual_periods(),
        certainties=CERTAINTIES,
        waiting=count_to_declare_anew(overdue_blocks()),
    )


@bp.post("/vetting/rules/go-on")
@requires(Permission.MANAGE_VETTING_RULES)
def go_on(viewer: Viewer) -> ResponseReturnValue:
    """Declare the next clearances by the rule that is in force."""
    _declare_some_anew(viewer.person_id)
    return redirect(url_for("vetting.rules"))


def _declare_some_anew(recorded_by: int) -> None:
    """In steps that each hold the database for a moment. What is left can be gone on with, from here or the command."""
    for _ in range(STEPS_AT_ONCE):
        with transaction():
            done = services.declare_next_anew(recorded_by)
        if not done:
            return


@bp.route("/vetting/rules/<level>/<kind>", methods=["GET", "POST"])
@requires(Permission.MANAGE_VETTING_RULES)
def period(viewer: Viewer, level: str, kind: str) -> ResponseReturnValue:
    """The usual period of one level for one kind of holder, with how sure it is and who says so."""
    if level not in levels() or kind not in HOLDER_KINDS:
        raise NotFound("There is no such level.")
    now = review_periods()[level, kind]
    form = PeriodForm(data={"months": now.months, "certainty": now.certainty, "source": now.source})
    if form.validate_on_submit():
        try:
            with transaction():
                services.set_review_period(
                    level,
                    kind,
                    months=form.months.data,
                    certainty=form.certainty.data,
                    source=form.source.data or "",
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The period is saved. Ends are suggested by it from now on; those recorded stay.", "success")
            return redirect(url_for("vetting.rules"))
    return render_template(
        "vetting/period.html",
        form=form,
        level=levels()[level],
        kind=kind,
        usual=usual_periods()[level, kind],
        certainties=CERTAINTIES,
    )
