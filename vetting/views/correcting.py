"""Forms of the vetting officer that put something right: dates, a shorter end, what was recorded in error."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import days_after
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import day as in_words
from vetting import services
from vetting.forms import DatesForm, ErrorForm, shown_through
from vetting.queries.records import get_application, get_clearance
from vetting.rules.steps import OPEN, STATES
from vetting.views.blueprint import bp


@bp.route("/vetting/<reference>/clearances/<int:clearance_id>/dates", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def correct_dates(viewer: Viewer, reference: str, clearance_id: int) -> ResponseReturnValue:
    """Other dates from the vetting unit, or an end brought forward by the risk owner."""
    mediator, today = get_mediator(reference, viewer), clock.today()
    clearance = get_clearance(clearance_id, mediator)
    form = DatesForm(granted_on=clearance.granted_on, valid_through=shown_through(clearance.ends_on), on=today)
    if form.validate_on_submit():
        try:
            with transaction():
                said = _correct(clearance_id, form, viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(said)
            return redirect(url_for("vetting.record", reference=reference))
    mediator = get_mediator(reference, viewer)
    return render_template(
        "vetting/dates.html", form=form, mediator=mediator, clearance=get_clearance(clearance_id, mediator)
    )


def _correct(clearance_id: int, form: DatesForm, recorded_by: int) -> str:
    granted_on, through = form.granted_on.data, form.valid_through.data
    assert granted_on  # the form has been found valid
    ends_on = days_after(through, 1) if through else None
    told: dict[str, Any] = {"reason": form.reason.data or "", "on": clock.today(), "recorded_by": recorded_by}
    if form.by.data == "risk_owner":
        assert ends_on
        clearance = services.shorten_clearance(clearance_id, ends_on=ends_on, **told)
    else:
        clearance = services.correct_dates(clearance_id, granted_on=granted_on, ends_on=ends_on, **told)
    through = shown_through(clearance.ends_on)
    return f"The dates are corrected. {f'Valid through {in_words(through)}.' if through else 'No end is recorded.'}"


@bp.route("/vetting/<reference>/clearances/<int:clearance_id>/error", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def clearance_error(viewer: Viewer, reference: str, clearance_id: int) -> ResponseReturnValue:
    """The last change, or the clearance itself, was recorded in error."""
    mediator, today = get_mediator(reference, viewer), clock.today()
    clearance = get_clearance(clearance_id, mediator)
    choices = [("strike_out", "The clearance itself: it was never granted, or not to this person")]
    if clearance.state_on != clearance.granted_on:
        choices.insert(0, ("take_back", f"The last change, “{STATES[clearance.state]}”: it never happened"))
    form = ErrorForm(choices=choices)
    if form.validate_on_submit():
        told: dict[str, Any] = {"reason": form.reason.data or "", "on": today, "recorded_by": viewer.person_id}
        try:
            with transaction():
                if form.what.data == "take_back":
                    services.take_back_change(clearance_id, **told)
                else:
                    services.strike_out_clearance(clearance_id, **told)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("It is put right. The standing follows from what remains.")
            return redirect(url_for("vetting.record", reference=reference))
    mediator = get_mediator(reference, viewer)
    return render_template(
        "vetting/error.html",
        form=form,
        mediator=mediator,
        what=f"the {get_clearance(clearance_id, mediator).level} clearance",
        reopens=clearance.application_id is not None,
    )


@bp.route("/vetting/<reference>/applications/<int:application_id>/error", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def application_error(viewer: Viewer, reference: str, application_id: int) -> ResponseReturnValue:
    """The last step, or the application itself, was recorded in error."""
    mediator, today = get_mediator(reference, viewer), clock.today()
    application = get_application(application_id, mediator)
    choices = [("take_back", f"The last step, “{STATES[application.state]}”: it never happened, or on another day")]
    if application.state in OPEN:
        choices.append(("strike_out", "The application itself: it was never made, or not for this person"))
    form = ErrorForm(choices=choices)
    if form.validate_on_submit():
        told: dict[str, Any] = {"reason": form.reason.data or "", "on": today, "recorded_by": viewer.person_id}
        try:
            with transaction():
                if form.what.data == "take_back":
                    services.take_back_step(application_id, **told)
                else:
                    services.strike_out_application(application_id, **told)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("It is put right. Record the right step now, if there is one.")
            return redirect(url_for("vetting.record", reference=reference))
    mediator = get_mediator(reference, viewer)
    return render_template(
        "vetting/error.html",
        form=form,
        mediator=mediator,
        what=f"the application for {get_application(application_id, mediator).level}",
        reopens=False,
    )
