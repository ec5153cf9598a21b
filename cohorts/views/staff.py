"""Who trains and who assesses a cohort."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission, Scope
from accreditation.people.queries import get_person
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from cohorts.forms.staff import StaffForm
from cohorts.queries.cohorts import get_cohort_to_run
from cohorts.queries.given import given_in, given_rows
from cohorts.queries.results import roster
from cohorts.queries.staff import get_staff, people_of_provider, staff_of, trainers_by_candidate
from cohorts.rules import states
from cohorts.rules.staff import GIVEN_ROLES, STAFF_LABELS
from cohorts.services.staff import add_newcomer, add_to_staff, take_off_staff
from cohorts.views.blueprint import bp


@bp.route("/cohorts/<int:cohort_id>/staff", methods=["GET", "POST"])
@requires(Permission.RUN_COHORT, scoped=True)
def staff(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    """Trainers and assessors, whom each assessor has trained, and a form to add one."""
    cohort = get_cohort_to_run(cohort_id, viewer)
    known = people_of_provider(cohort.provider_id)
    form = StaffForm(
        people=[(str(person.id), person.name) for person in known], by_reference=bool(viewer.ids(Scope.SERVICE))
    )
    if form.validate_on_submit():
        try:
            name = _add(form, cohort_id, viewer)
        except NotFound:
            form.reference.errors = [f"There is nobody with the reference {form.reference.data}. Check it."]
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{name} is added as {STAFF_LABELS[form.role.data].lower()}.", "success")
            return redirect(url_for("cohorts.staff", cohort_id=cohort_id))
    cohort = get_cohort_to_run(cohort_id, viewer)
    trainers = trainers_by_candidate(cohort_id)
    members = staff_of(cohort_id)
    candidates = roster(cohort, viewer)
    taught = {
        member.id: [who.person.name for who in candidates if member.person.counted.id in trainers[who.enrolment.id]]
        for member in members
        if member.role == "assessor"
    }
    manages = bool(viewer.ids(Scope.SERVICE)) and viewer.may_somewhere(Permission.MANAGE_COHORTS)
    rows = given_rows(cohort_id, clock.today()) if manages else []
    return render_template(
        "cohorts/staff.html",
        cohort=cohort,
        form=form,
        members=members,
        taught=taught,
        given={
            member.id: given_in(rows, member.person_id, member.role)
            for member in members
            if manages and member.role in GIVEN_ROLES
        },
        total=len(candidates),
        labels=STAFF_LABELS,
        may_change=cohort.state in states.RUNNING,
    )


def _add(form: StaffForm, cohort_id: int, viewer: Viewer) -> str:
    on, by = clock.today(), viewer.person_id
    if form.person.data:
        person_id = int(form.person.data)
    elif form.reference and form.reference.data:
        person_id = get_person(form.reference.data, viewer).id
    else:
        with transaction():
            added = add_newcomer(
                cohort_id,
                form.role.data,
                given_name=form.given_name.data or "",
                family_name=form.family_name.data or "",
                on=on,
                added_by=by,
            )
            return added.person.name
    with transaction():
        return add_to_staff(cohort_id, person_id, form.role.data, on=on, added_by=by).person.name


@bp.post("/cohorts/<int:cohort_id>/staff/<int:staff_id>/end")
@requires(Permission.RUN_COHORT, scoped=True)
def end_staff(viewer: Viewer, cohort_id: int, staff_id: int) -> ResponseReturnValue:
    get_cohort_to_run(cohort_id, viewer)
    member = get_staff(cohort_id, staff_id)
    name, role = member.person.name, STAFF_LABELS[member.role].lower()
    try:
        with transaction():
            take_off_staff(staff_id, on=clock.today())
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(f"{name} is no longer {role} of this cohort.", "success")
    return redirect(url_for("cohorts.staff", cohort_id=cohort_id))
