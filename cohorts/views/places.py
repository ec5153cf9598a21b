"""Who is on a cohort, and what becomes of a place on it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_person
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural, sentence_list, short_day
from cohorts.forms.cohorts import AddPersonForm
from cohorts.forms.places import PlaceForm
from cohorts.models import Cohort, Enrolment
from cohorts.queries.attendance import attendance_of
from cohorts.queries.cohorts import cohorts_with_room, get_cohort_to_manage
from cohorts.queries.places import steps_of_place
from cohorts.queries.results import get_place
from cohorts.queries.waiting import position_of
from cohorts.rules import attendance as attendance_rules
from cohorts.rules import places, states
from cohorts.services.enrolments import enrol_person, give_free_places
from cohorts.services.places import step_place, transfer_place
from cohorts.views.blueprint import bp
from cohorts.views.cohorts import show_cohort

WHAT_FOLLOWS = {
    "confirmed": "Confirmed: they have a place",
    "deferred": "Deferred: they wait for a later cohort",
    "transferred": "Moved to another cohort",
    "withdrawn": "Withdrawn: they do not want the place",
    "cancelled": "Cancelled by the service",
    "waitlisted": "On the waiting list again",
}


@bp.post("/cohorts/<int:cohort_id>/candidates")
@requires(Permission.MANAGE_COHORTS, scoped=True)
def add_candidate(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    get_cohort_to_manage(cohort_id, viewer)
    form = AddPersonForm()
    if form.validate_on_submit():
        try:
            person = get_person(form.reference.data or "", viewer)
            name = person.name
            state = _add(person.id, cohort_id, viewer, waiting=form.waiting.data)
        except NotFound:
            form.reference.errors = [f"There is nobody with the reference {form.reference.data}. Check it."]
        except DomainError as refusal:
            form.reference.errors = list(refusal.reasons)
        else:
            what = "is on the waiting list" if state == "waitlisted" else "has a place"
            flash(f"{name} {what}. A letter says so.", "success")
            return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))
    return show_cohort(viewer, cohort_id, add_form=form)


def _add(person_id: int, cohort_id: int, viewer: Viewer, *, waiting: bool) -> str:
    """The state of the new place: a full cohort puts them on the waiting list if that is wanted."""
    with transaction():
        return enrol_person(
            person_id,
            cohort_id,
            else_waiting=waiting,
            on=clock.today(),
            at=clock.now(),
            enrolled_by=viewer.person_id,
        ).state


@bp.post("/cohorts/<int:cohort_id>/waiting")
@requires(Permission.MANAGE_COHORTS, scoped=True)
def give_places(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    get_cohort_to_manage(cohort_id, viewer)
    try:
        with transaction():
            placed = give_free_places(cohort_id, on=clock.today(), at=clock.now(), given_by=viewer.person_id)
            names = [place.person.name for place in placed]
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        what = f"{sentence_list(names)} {'has' if len(names) == 1 else 'have'} a place now. A letter says so."
        flash(what if names else "No place is free, or nobody waits.", "success" if names else "warning")
    return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))


@bp.route("/cohorts/<int:cohort_id>/places/<int:enrolment_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_COHORTS, scoped=True)
def place_of(viewer: Viewer, cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    """One place: its history, and what may become of it."""
    cohort = get_cohort_to_manage(cohort_id, viewer)
    place = get_place(cohort_id, enrolment_id)
    form = PlaceForm(steps=_steps(place), cohorts=_targets(cohort, viewer))
    if form.validate_on_submit():
        name, to = place.person.name, form.to.data
        try:
            said = _take(form, place, viewer)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            cohort, place = get_cohort_to_manage(cohort_id, viewer), get_place(cohort_id, enrolment_id)
        else:
            flash(f"{name}’s place is “{states.ENROLMENT_LABELS[to]}” now.{said}", "success")
            return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))
    return render_template(
        "cohorts/place_of.html",
        cohort=cohort,
        place=place,
        form=form,
        steps=steps_of_place(enrolment_id),
        attended=attendance_of(cohort_id)[enrolment_id],
        position=position_of(place) if place.state == "waitlisted" else None,
        hours_of=attendance_rules.hours_of,
        states=states,
        rules=places,
    )


def _steps(place: Enrolment) -> list[tuple[str, str]]:
    return [
        (state, WHAT_FOLLOWS.get(state, states.ENROLMENT_LABELS[state])) for state in places.PLACE_STEPS[place.state]
    ]


def _targets(cohort: Cohort, viewer: Viewer) -> list[tuple[str, str]]:
    return [
        (str(row.cohort.id), f"{row.cohort.title}, from {short_day(row.cohort.starts_on)}, {_free(row)} free")
        for row in cohorts_with_room(viewer, clock.today())
        if row.cohort.id != cohort.id and row.cohort.scheme == cohort.scheme
    ]


def _free(row: object) -> str:
    return plural(row.cohort.capacity - row.taken, "place")  # type: ignore[attr-defined]


def _take(form: PlaceForm, place: Enrolment, viewer: Viewer) -> str:
    place_id, to, reason = place.id, form.to.data, form.reason.data or ""
    with transaction():
        if to == "transferred":
            new = transfer_place(
                place_id,
                int(form.cohort.data) if form.cohort else 0,
                on=clock.today(),
                at=clock.now(),
                by=viewer.person_id,
                reason=reason,
            )
            return f" They have a place on {new.cohort.title}. A letter tells them."
        step_place(place_id, to, at=clock.now(), by=viewer.person_id, reason=reason)
    return " A letter tells them." if to in places.TOLD_BY_LETTER else ""
