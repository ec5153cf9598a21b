"""Leave, for the mediator: asking, withdrawing, and the plan for the return."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.practice.forms.entries import BareForm
from accreditation.practice.forms.leave import AskForm
from accreditation.practice.queries.leave import (
    became_of,
    effect_of_leave,
    get_own_request,
    own_person,
    own_requests,
    plan_for_return,
)
from accreditation.practice.rules.leave import reasons_not_to_ask
from accreditation.practice.services.leave import ask_for_leave, withdraw_request
from accreditation.practice.views.blueprint import bp
from accreditation.standing.rules.laying import leave_types
from accreditation.web.guards import requires


@bp.get("/leave/mine")
@requires(Permission.ASK_LEAVE)
def my_leave(viewer: Viewer) -> ResponseReturnValue:
    """What I have asked for, and what was answered."""
    requests = own_requests(viewer.person_id)
    return render_template(
        "practice/my_leave.html",
        requests=requests,
        became=became_of(requests),
        leave_types=leave_types(),
        today=clock.today(),
    )


@bp.route("/leave/mine/new", methods=["GET", "POST"])
@requires(Permission.ASK_LEAVE, scoped=True)
def ask(viewer: Viewer) -> ResponseReturnValue:
    """The form, then what the leave would do to each requirement, then (`step` is "save") it is asked for."""
    person, today = own_person(viewer), clock.today()
    form = AskForm(form_key=secrets.token_urlsafe(24))
    step = request.form.get("step", "show")
    if step != "change" and form.validate_on_submit():
        asked, person_id = form.asked, person.id
        try:
            if step == "save":
                with transaction():
                    ask_for_leave(person_id, asked, form_key=form.form_key.data or "", on=today, at=clock.now())
                flash("Asked for. A practice manager answers, and you are written to when they have.", "success")
                return redirect(url_for("practice.my_leave"))
            if reasons := reasons_not_to_ask(asked, today, person.counted.left_on):
                raise DomainError(*reasons)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            person = own_person(viewer)
        else:
            return render_template(
                "practice/leave_preview.html",
                form=form,
                asked=asked,
                through=last_good_day(asked.ends_on),
                leave_type=leave_types()[asked.leave_type],
                answers=form.answers,
                effects=effect_of_leave(person, viewer, asked.laid().fact(), today),
                today=today,
            )
    return render_template("practice/ask_leave.html", form=form)


@bp.get("/leave/mine/<int:request_id>")
@requires(Permission.ASK_LEAVE, scoped=True)
def my_request(viewer: Viewer, request_id: int) -> ResponseReturnValue:
    """One request with its answer; where it was agreed, the plan for the return."""
    found, today = get_own_request(request_id, viewer), clock.today()
    as_it_stands = became_of([found])[found.id]
    return render_template(
        "practice/my_request.html",
        leave=found,
        form=BareForm(),
        became=as_it_stands,
        through=last_good_day(as_it_stands.ends_on),
        leave_type=leave_types().get(found.leave_type, found.leave_type),
        plan=plan_for_return(found, viewer, today) if as_it_stands.stands else [],
        today=today,
    )


@bp.post("/leave/mine/<int:request_id>/withdraw")
@requires(Permission.ASK_LEAVE, scoped=True)
def withdraw(viewer: Viewer, request_id: int) -> ResponseReturnValue:
    """Take it back, while nobody has answered."""
    found = get_own_request(request_id, viewer)
    person_id = found.person_id
    try:
        with transaction():
            withdraw_request(request_id, person_id=person_id, at=clock.now())
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The request is withdrawn.", "success")
    return redirect(url_for("practice.my_leave"))
