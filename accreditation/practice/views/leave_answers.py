"""Leave, for who answers: the requests, and agreeing or declining with the effect in view."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.practice.forms.leave import ApproveForm, DeclineForm
from accreditation.practice.models import LeaveRequest
from accreditation.practice.queries.leave import (
    became_of,
    count_requests,
    effect_of_leave,
    get_request,
    plan_for_return,
    requests_page,
)
from accreditation.practice.rules.leave import STATES, Asked
from accreditation.practice.services.leave import approve_leave, decline_leave
from accreditation.practice.views.blueprint import bp
from accreditation.standing.queries.effects import facts_now, schemes_concerning
from accreditation.standing.queries.laying import remarks_on
from accreditation.standing.queries.since import names_of
from accreditation.standing.rules.laying import leave_types
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires


@bp.get("/leave")
@requires(Permission.MANAGE_OVERLAYS, scoped=True)
def leave_requests(viewer: Viewer) -> ResponseReturnValue:
    """What waits for an answer, what begins first on top; answered ones on request."""
    states = [*STATES.items(), ("all", "All")]
    filters = read_filters(
        request.args,
        (Filter("state", lambda value: dict(states)[value], states),),
        path=url_for("practice.leave_requests"),
    )
    state = filters.get("state") or "asked"
    page = requests_page(
        viewer,
        state=None if state == "all" else state,
        place=request.args.get("place"),
        address=lambda token: filters.url(place=token),
    )
    return render_template(
        "practice/leave_requests.html",
        page=page,
        became=became_of(page.rows),
        state=state,
        states=states,
        filters=filters,
        waiting=count_requests(viewer),
        today=clock.today(),
    )


@bp.get("/leave/<int:request_id>")
@requires(Permission.MANAGE_OVERLAYS, scoped=True)
def leave_request(viewer: Viewer, request_id: int) -> ResponseReturnValue:
    """One request with its private reason and its effect. Who looked is noted before it is shown."""
    found = get_request(request_id, viewer)
    audit.sensitive_read("why somebody asks for leave", about_id=found.person.counted.id)
    return _shown(get_request(request_id, viewer), viewer, ApproveForm(), DeclineForm())


@bp.post("/leave/<int:request_id>/approve")
@requires(Permission.MANAGE_OVERLAYS, scoped=True)
def approve(viewer: Viewer, request_id: int) -> ResponseReturnValue:
    """Agree to it."""
    found, form = get_request(request_id, viewer), ApproveForm()
    if form.validate_on_submit():
        try:
            with transaction():
                approve_leave(
                    request_id,
                    authority=form.authority.data or "",
                    answer=form.answer.data,
                    on=clock.today(),
                    at=clock.now(),
                    decided_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            found = get_request(request_id, viewer)
        else:
            name = get_request(request_id, viewer).person.name
            flash(
                f"The leave of {name} is agreed and recorded. They are written to, with the plan for the return.",
                "success",
            )
            return redirect(url_for("practice.leave_requests"))
    return _shown(found, viewer, form, DeclineForm(formdata=None))


@bp.post("/leave/<int:request_id>/decline")
@requires(Permission.MANAGE_OVERLAYS, scoped=True)
def decline(viewer: Viewer, request_id: int) -> ResponseReturnValue:
    """Say no, and why."""
    found, form = get_request(request_id, viewer), DeclineForm()
    if form.validate_on_submit():
        try:
            with transaction():
                decline_leave(request_id, answer=form.answer.data or "", at=clock.now(), decided_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            found = get_request(request_id, viewer)
        else:
            flash("Declined. The mediator is written to and reads the reason when they sign in.", "success")
            return redirect(url_for("practice.leave_requests"))
    return _shown(found, viewer, ApproveForm(formdata=None), form)


def _shown(found: LeaveRequest, viewer: Viewer, approving: ApproveForm, declining: DeclineForm) -> ResponseReturnValue:
    today, person = clock.today(), found.person.counted
    asked = Asked(found.starts_on, found.ends_on, found.leave_type, found.reason)
    waits = found.state == "asked"
    facts = facts_now(person.id)
    as_it_stands = became_of([found])[found.id]
    return render_template(
        "practice/leave_request.html",
        leave=found,
        person=person,
        became=as_it_stands,
        through=last_good_day(as_it_stands.ends_on),
        leave_type=leave_types().get(found.leave_type, found.leave_type),
        effects=effect_of_leave(person, viewer, asked.laid().fact(), today)
        if waits
        else plan_for_return(found, viewer, today)
        if as_it_stands.stands
        else [],
        remarks=remarks_on(asked.laid(), facts, schemes_concerning(facts, today), today) if waits else [],
        approving=approving,
        declining=declining,
        form=approving if approving.errors else declining,
        answered_by=names_of([found.answered_by]).get(found.answered_by or 0),
        today=today,
    )
