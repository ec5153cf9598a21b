"""Leaving the service on screen: what it does is shown first, then done; what can be taken back is."""

import secrets
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.calendar import days_after
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.core.permissions import Permission, Role, Scope
from accreditation.desk.leaving.forms import LeaveForm, ReturnForm, UndoForm
from accreditation.desk.leaving.models import Departure
from accreditation.desk.leaving.queries import (
    STATES,
    Ending,
    clearances_of,
    departures_page,
    evidence_of_clearances,
    find_departure,
    get_departure,
    leave_of,
    name_of,
    seats_of,
    sessions_of,
    state_of,
    through,
    what_ends,
)
from accreditation.desk.leaving.rules.following import facts_after_leaving, facts_after_return
from accreditation.desk.leaving.services import OWN, cancel_departure, record_departure, record_return
from accreditation.people.models import Person
from accreditation.people.queries import counted_id, get_mediator
from accreditation.people.rules import Viewer
from accreditation.standing.forms.overlays import answers_of
from accreditation.standing.queries.effects import effects_of, facts_now
from accreditation.standing.rules.evidence import Fact
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires
from accreditation.web.words import day, plural
from vetting.services import reasons_to_stay_lapsed

bp = Blueprint("leaving", __name__)

READ = "the record with its clearance"


@bp.get("/departures")
@requires(Permission.RECORD_DEPARTURE)
def departures(viewer: Viewer) -> ResponseReturnValue:
    """Those who leave and have left, the latest last day first."""
    today = clock.today()
    offered = [Filter("state", lambda value: dict(STATES)[value], STATES)]
    filters = read_filters(request.args, offered, path=url_for("leaving.departures"), keep=())
    page = departures_page(
        viewer,
        filters.get("state"),
        today,
        place=request.args.get("place"),
        address=lambda place: filters.url(place=place),
    )
    return render_template(
        "desk/leaving/departures.html",
        page=page,
        states={row.id: state_of(row, today) for row in page.rows},
        filters=filters,
        offered=STATES,
        today=today,
    )


@bp.route("/mediators/<reference>/leaving", methods=["GET", "POST"])
@requires(Permission.RECORD_DEPARTURE, scoped=True)
def leave(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """The last day, then what ends with it, then (`step` is "save") it is recorded."""
    person, today = _person(reference, viewer), clock.today()
    if request.method == "GET" and (there := find_departure(person.id)):
        return redirect(url_for("leaving.departure", departure_id=there.id))
    form = LeaveForm(form_key=secrets.token_urlsafe(24))
    step = request.form.get("step", "show")
    if step != "change" and form.validate_on_submit():
        assert form.last_on.data  # the form has been found valid
        try:
            if step == "save":
                return _save_leaving(person.id, form, viewer, today)
            return _preview_leaving(person, form, viewer, today)
        except NotAllowed:
            raise
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            person = get_mediator(reference, viewer)
    return render_template("desk/leaving/leave.html", form=form, person=person)


def _person(reference: str, viewer: Viewer) -> Person:
    person = get_mediator(reference, viewer)
    if counted_id(viewer.person_id) == person.id:
        raise NotAllowed(OWN)
    return person


def _save_leaving(person_id: int, form: LeaveForm, viewer: Viewer, on: date) -> ResponseReturnValue:
    last_on = form.last_on.data
    assert last_on
    ending = what_ends(person_id, left_on=days_after(last_on, 1), on=on)
    _refuse_beyond(ending, viewer)
    with transaction():
        departure_id = record_departure(
            person_id,
            last_on=last_on,
            form_key=form.form_key.data or "",
            on=on,
            at=clock.now(),
            recorded_by=viewer.person_id,
        ).id
    flash(f"The leaving is recorded: the last day {'was' if last_on < on else 'is'} {day(last_on)}.", "success")
    return redirect(url_for("leaving.departure", departure_id=departure_id))


def _refuse_beyond(ending: Ending, viewer: Viewer) -> None:
    """A manager of a unit does not end the roles of somebody who works for the whole service. Raises DomainError."""
    if not viewer.ids(Scope.SERVICE) and any(line.role != Role.MEDIATOR for line in ending.roles):
        raise DomainError(
            "They have a role here besides being a mediator. A manager of the whole service records their leaving."
        )


def _preview_leaving(person: Person, form: LeaveForm, viewer: Viewer, on: date) -> ResponseReturnValue:
    last_on, reference = form.last_on.data, person.reference
    assert last_on
    if there := find_departure(person.id):
        raise DomainError(f"{person.name} is recorded as leaving already, with {day(there.last_on)} as the last day.")
    audit.sensitive_read(READ, about_id=person.id)
    person, left_on = get_mediator(reference, viewer), days_after(last_on, 1)
    ending = what_ends(person.id, left_on=left_on, on=on)
    _refuse_beyond(ending, viewer)
    before = facts_now(person.id)
    lapsing = evidence_of_clearances([row.id for row in ending.clearances])
    return render_template(
        "desk/leaving/leave_preview.html",
        person=person,
        form=form,
        answers=answers_of(form),
        last_on=last_on,
        left_on=left_on,
        over=left_on <= on,
        ending=ending,
        through=through,
        effects=effects_of(
            person, viewer, before, facts_after_leaving(before, left_on, lapsing), sorted({on, left_on})
        ),
        today=on,
    )


@bp.get("/departures/<int:departure_id>")
@requires(Permission.RECORD_DEPARTURE, scoped=True)
def departure(viewer: Viewer, departure_id: int) -> ResponseReturnValue:
    """What was recorded, what ended with it, and what can still be done."""
    audit.sensitive_read(READ, about_id=get_departure(departure_id, viewer).person_id)
    found, today = get_departure(departure_id, viewer), clock.today()
    return render_template(
        "desk/leaving/departure.html",
        departure=found,
        person=found.person,
        state=state_of(found, today),
        clearances=clearances_of(found),
        seats=seats_of(found),
        sessions=sessions_of(found),
        leave=leave_of(found),
        name_of=name_of,
        own=_is_own(found, viewer),
        today=today,
    )


@bp.route("/departures/<int:departure_id>/undo", methods=["GET", "POST"])
@requires(Permission.RECORD_DEPARTURE, scoped=True)
def undo(viewer: Viewer, departure_id: int) -> ResponseReturnValue:
    """It was recorded by mistake: what is given back and what is not, then it is taken back."""
    found = _to_change(departure_id, viewer)
    form = UndoForm()
    if form.validate_on_submit():
        reference = found.person.counted.reference
        try:
            with transaction():
                cancel_departure(
                    departure_id, reason=form.reason.data or "", at=clock.now(), cancelled_by=viewer.person_id
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            found = get_departure(departure_id, viewer)
        else:
            flash("The leaving is taken back. The record of it stays.", "success")
            return redirect(url_for("desk.mediator", reference=reference))
    if not found.in_force:
        return redirect(url_for("leaving.departure", departure_id=departure_id))
    return render_template(
        "desk/leaving/undo.html",
        form=form,
        departure=found,
        person=found.person,
        seats=seats_of(found),
        sessions=sessions_of(found),
        leave=leave_of(found),
    )


@bp.route("/departures/<int:departure_id>/return", methods=["GET", "POST"])
@requires(Permission.RECORD_DEPARTURE, scoped=True)
def come_back(viewer: Viewer, departure_id: int) -> ResponseReturnValue:
    """The first day back, then what it does, then (`step` is "save") it is recorded."""
    found, today = _to_change(departure_id, viewer), clock.today()
    if not found.in_force:
        return redirect(url_for("leaving.departure", departure_id=departure_id))
    if found.left_on > today:
        flash("Their last day is still to come. Take the leaving back if they stay.")
        return redirect(url_for("leaving.departure", departure_id=departure_id))
    lapsed = [row for row in clearances_of(found) if row.state == "lapsed"]
    form = ReturnForm(left_on=found.left_on, on=today, lapsed=bool(lapsed))
    step = request.form.get("step", "show")
    if step != "change" and form.validate_on_submit():
        back_on = form.back_on.data
        assert back_on
        reinstate = "reinstate" in form and form.reinstate.data == "yes"
        if step != "save":
            return _preview_return(found, form, viewer, back_on, reinstate)
        try:
            with transaction():
                reinstated = record_return(
                    departure_id,
                    back_on=back_on,
                    reinstate=reinstate,
                    on=today,
                    at=clock.now(),
                    returned_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            found = get_departure(departure_id, viewer)
        else:
            again = f" {plural(len(reinstated), 'clearance')} taken up again." if reinstate else ""
            flash(f"Back from {day(back_on)}.{again} What has to be renewed stands below.", "success")
            return redirect(
                url_for("desk.mediator", reference=get_departure(departure_id, viewer).person.counted.reference)
            )
    return render_template("desk/leaving/return.html", form=form, departure=found, person=found.person)


def _preview_return(
    found: Departure, form: ReturnForm, viewer: Viewer, back_on: date, reinstate: bool
) -> ResponseReturnValue:
    departure_id, person_id = found.id, found.person_id
    audit.sensitive_read(READ, about_id=person_id)
    found = get_departure(departure_id, viewer)
    lapsed = [
        (row, reasons_to_stay_lapsed(row, back_on) if reinstate else ["The vetting unit has not confirmed it."])
        for row in clearances_of(found)
        if row.state == "lapsed"
    ]
    before = facts_now(found.person_id)
    again = [
        Fact("clearance", row.level, back_on, row.ends_on if row.blocks else None)
        for row, reasons in lapsed
        if not reasons
    ]
    return render_template(
        "desk/leaving/return_preview.html",
        departure=found,
        person=found.person,
        form=form,
        answers=answers_of(form),
        back_on=back_on,
        lapsed=lapsed,
        through=through,
        effects=effects_of(
            found.person.counted, viewer, before, facts_after_return(before, back_on, again), [clock.today()]
        ),
        today=clock.today(),
    )


def _to_change(departure_id: int, viewer: Viewer) -> Departure:
    found = get_departure(departure_id, viewer)
    if _is_own(found, viewer):
        raise NotAllowed(OWN)
    return found


def _is_own(found: Departure, viewer: Viewer) -> bool:
    return counted_id(viewer.person_id) == counted_id(found.person_id)
