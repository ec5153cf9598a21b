"""Forms of the vetting officer: record a clearance, start an application, move it on, change a clearance."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import days_after
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.models import Person
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import day as in_words
from vetting import services
from vetting.forms import ChangeForm, MoveForm, RecordForm, StartForm, shown_through
from vetting.queries.periods import review_periods
from vetting.queries.records import get_application, get_clearance
from vetting.rules.levels import HOLDER_KINDS, SuggestedEnd, level_choices, levels, suggested_end
from vetting.rules.steps import APPLICATION_STEPS, CLEARANCE_STEPS, GRANTING, STATES
from vetting.views.blueprint import bp


@bp.route("/vetting/<reference>/clearances/new", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def new_clearance(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """A clearance that was granted elsewhere, or before this register began."""
    mediator, today = get_mediator(reference, viewer), clock.today()
    form = RecordForm(levels=level_choices(), on=today)
    if form.validate_on_submit():
        person_id = mediator.id
        try:
            with transaction():
                clearance = services.record_clearance(
                    person_id,
                    level=form.level.data,
                    granted_on=form.granted_on.data,
                    ends_on=first_day_after(form.valid_through.data),
                    sponsor=form.sponsor.data or None,
                    reference=form.reference.data or None,
                    recorded_by=viewer.person_id,
                    state="granted_with_conditions" if form.conditions.data else "granted",
                    conditions=form.conditions.data or None,
                    notes=form.notes.data or None,
                    to_be_asked=form.to_be_asked.data,
                )
                ends_on, source = clearance.ends_on, clearance.ends_source
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"The clearance is recorded. {_end_in_words(ends_on, source)}")
            return redirect(url_for("vetting.record", reference=reference))
    return render_template(
        "vetting/new_clearance.html",
        form=form,
        mediator=get_mediator(reference, viewer),
        usual=_usual(mediator, form.level.data, form.granted_on.data),
        levels=levels(),
        periods=review_periods(),
        kinds=HOLDER_KINDS,
    )


@bp.route("/vetting/<reference>/applications/new", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def new_application(viewer: Viewer, reference: str) -> ResponseReturnValue:
    mediator, today = get_mediator(reference, viewer), clock.today()
    form = StartForm(levels=level_choices(), on=today)
    if form.validate_on_submit():
        person_id, initiated_on = mediator.id, form.initiated_on.data
        assert initiated_on  # the form has been found valid
        try:
            with transaction():
                services.start_application(
                    person_id,
                    level=form.level.data,
                    on=initiated_on,
                    sponsor=form.sponsor.data or None,
                    reference=form.reference.data or None,
                    notes=form.notes.data or None,
                    recorded_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The application is under way. Record each step as you learn of it.")
            return redirect(url_for("vetting.record", reference=reference))
    return render_template("vetting/new_application.html", form=form, mediator=get_mediator(reference, viewer))


@bp.route("/vetting/<reference>/applications/<int:application_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def move_application(viewer: Viewer, reference: str, application_id: int) -> ResponseReturnValue:
    """The next step, a grant among them: then the clearance begins on that day."""
    mediator, today = get_mediator(reference, viewer), clock.today()
    application = get_application(application_id, mediator)
    form = MoveForm(steps=APPLICATION_STEPS.get(application.state, ()), on=today)
    if form.validate_on_submit():
        try:
            with transaction():
                said = _move(application_id, form, viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(said)
            return redirect(url_for("vetting.record", reference=reference))
    mediator = get_mediator(reference, viewer)
    application = get_application(application_id, mediator)
    return render_template(
        "vetting/move_application.html",
        form=form,
        mediator=mediator,
        application=application,
        usual=_usual(mediator, application.level, form.taken_on.data),
    )


def _move(application_id: int, form: MoveForm, recorded_by: int) -> str:
    to, on = form.to.data, form.taken_on.data
    assert on  # the form has been found valid
    if to not in GRANTING:
        services.move_application(application_id, to=to, on=on, recorded_by=recorded_by)
        return f"Recorded: {STATES[to].lower()} on {in_words(on)}."
    clearance = services.grant_clearance(
        application_id,
        on=on,
        ends_on=first_day_after(form.valid_through.data),
        recorded_by=recorded_by,
        conditions=form.conditions.data or None,
    )
    return f"The clearance is granted. {_end_in_words(clearance.ends_on, clearance.ends_source)}"


@bp.route("/vetting/<reference>/clearances/<int:clearance_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def change_clearance(viewer: Viewer, reference: str, clearance_id: int) -> ResponseReturnValue:
    mediator, today = get_mediator(reference, viewer), clock.today()
    clearance = get_clearance(clearance_id, mediator)
    form = ChangeForm(steps=CLEARANCE_STEPS.get(clearance.state, ()), on=today)
    if form.validate_on_submit():
        to, on = form.to.data, form.changed_on.data
        assert on  # the form has been found valid
        try:
            with transaction():
                services.change_clearance(clearance_id, to=to, on=on, recorded_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"Recorded: {STATES[to].lower()} from {in_words(on)}.")
            return redirect(url_for("vetting.record", reference=reference))
    mediator = get_mediator(reference, viewer)
    return render_template(
        "vetting/change_clearance.html",
        form=form,
        mediator=mediator,
        clearance=get_clearance(clearance_id, mediator),
    )


def first_day_after(last_day: date | None) -> date | None:
    """The exclusive end of what people call "valid through"."""
    return days_after(last_day, 1) if last_day else None


def _usual(mediator: Person, level: str | None, granted_on: date | None) -> SuggestedEnd | None:
    if level not in levels() or granted_on is None:
        return None
    return suggested_end(review_periods(), level, mediator.holder_kind, granted_on)


def _end_in_words(ends_on: date | None, source: str) -> str:
    through = shown_through(ends_on)
    if source == "to_be_asked":
        return "It counts for nothing until its dates are known."
    if through is None:
        return "No end is recorded."
    if source == "suggested":
        return f"Valid through {in_words(through)}, by the usual period of the level: check it with the vetting unit."
    return f"Valid through {in_words(through)}."
