"""Forms of the vetting officer for clearances that come from other bodies or go to them, and for what was reported."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from accreditation.core import clock
from accreditation.core.calendar import days_after
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission, Role
from accreditation.people.queries import everyone_with, get_mediator
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import day as in_words
from vetting import services
from vetting.forms import AnswerForm, ReportForm, TransferForm
from vetting.queries.records import get_clearance
from vetting.queries.transfers import get_aftercare, get_transfer, held_clearances
from vetting.rules.aftercare import KINDS
from vetting.rules.levels import level_choices
from vetting.views.blueprint import bp


@bp.route("/vetting/<reference>/transfers/new", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def new_transfer(viewer: Viewer, reference: str) -> ResponseReturnValue:
    mediator, today = get_mediator(reference, viewer), clock.today()
    held = [(str(row.id), f"The {row.level} held here is to go there") for row in held_clearances(mediator.id)]
    form = TransferForm(held=held, levels=level_choices(), on=today)
    if form.validate_on_submit():
        person_id = mediator.id
        on, body = form.requested_on.data, form.other_body.data or ""
        assert on  # the form has been found valid
        try:
            with transaction():
                if form.which.data == "in":
                    services.request_transfer_in(
                        person_id,
                        level=form.level.data,
                        other_body=body,
                        on=on,
                        left_on=form.left_on.data,
                        recorded_by=viewer.person_id,
                    )
                else:
                    clearance = get_clearance(int(form.which.data), get_mediator(reference, viewer))
                    services.request_transfer_out(clearance.id, other_body=body, on=on, recorded_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The request is recorded. Until it is answered nobody is cleared here by it.")
            return redirect(url_for("vetting.record", reference=reference))
    return render_template("vetting/new_transfer.html", form=form, mediator=get_mediator(reference, viewer))


@bp.route("/vetting/<reference>/transfers/<int:transfer_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def answer_transfer(viewer: Viewer, reference: str, transfer_id: int) -> ResponseReturnValue:
    mediator, today = get_mediator(reference, viewer), clock.today()
    transfer = get_transfer(transfer_id, mediator)
    form = AnswerForm(comes_here=transfer.direction == "in", on=today)
    if form.validate_on_submit():
        try:
            with transaction():
                said = _answer(transfer_id, form, comes_here=form.comes_here, recorded_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(said)
            return redirect(url_for("vetting.record", reference=reference))
    mediator = get_mediator(reference, viewer)
    return render_template(
        "vetting/answer_transfer.html", form=form, mediator=mediator, transfer=get_transfer(transfer_id, mediator)
    )


def _answer(transfer_id: int, form: AnswerForm, *, comes_here: bool, recorded_by: int) -> str:
    on = form.answered_on.data
    assert on  # the form has been found valid
    match form.answer.data:
        case "refused":
            services.refuse_transfer(transfer_id, on=on, recorded_by=recorded_by)
            return "Recorded: the transfer was refused."
        case "to_be_vetted":
            services.vet_anew(transfer_id, on=on, sponsor=form.sponsor.data or None, recorded_by=recorded_by)
            return "Recorded. An application is under way." if comes_here else "Recorded: they are vetted anew there."
    if not comes_here:
        services.accept_transfer_out(transfer_id, on=on, recorded_by=recorded_by)
        return f"Recorded. From {in_words(on)} it is no longer held here."
    granted_on, through = form.originally_granted_on.data, form.valid_through.data
    assert granted_on
    assert through
    services.accept_transfer_in(
        transfer_id,
        on=on,
        originally_granted_on=granted_on,
        ends_on=days_after(through, 1),
        sponsor=form.sponsor.data or None,
        reference=form.reference.data or None,
        recorded_by=recorded_by,
    )
    return f"The clearance is held here from {in_words(on)}, valid through {in_words(through)}."


@bp.route("/vetting/<reference>/reports/new", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def new_report(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """That something was reported to the vetting unit: the day, and what is to be done next."""
    mediator, today = get_mediator(reference, viewer), clock.today()
    officers = [(str(person.id), person.name) for person in everyone_with(Role.VETTING_OFFICER, today)]
    form = ReportForm(owners=officers, on=today)
    if form.validate_on_submit():
        person_id, reported_on = mediator.id, form.reported_on.data
        assert reported_on  # the form has been found valid
        try:
            with transaction():
                services.record_aftercare(
                    person_id,
                    kind=form.kind.data,
                    reported_on=reported_on,
                    next_action=form.next_action.data or None,
                    owner_id=int(form.owner.data) if form.owner.data and form.next_action.data else None,
                    due_on=form.due_on.data if form.next_action.data else None,
                    recorded_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The report is recorded: its day, and nothing of what it says.")
            return redirect(url_for("vetting.record", reference=reference))
    return render_template("vetting/new_report.html", form=form, mediator=get_mediator(reference, viewer))


@bp.post("/vetting/<reference>/reports/<int:report_id>")
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def settle_report(viewer: Viewer, reference: str, report_id: int) -> ResponseReturnValue:
    """Its next action is done, or it was recorded in error."""
    fact = get_aftercare(report_id, get_mediator(reference, viewer))
    kind, what = KINDS[fact.kind], request.form.get("what", "")
    if what not in ("done", "strike_out"):
        raise BadRequest
    with transaction():
        if what == "done":
            services.finish_aftercare(report_id, on=clock.today())
        else:
            services.strike_out_aftercare(report_id, on=clock.today())
    flash(f"{kind}: {'done' if what == 'done' else 'struck out'}.")
    return redirect(url_for("vetting.record", reference=reference))
