"""Intakes for those who manage applications: the list, one of them, planning, changing, closing and extending."""

import secrets
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.permissions import Permission, Scope
from accreditation.people.rules import Viewer
from accreditation.standing.queries import all_schemes
from accreditation.web.guards import requires
from accreditation.web.words import day, plural
from cohorts.forms.applications import LateForm
from cohorts.forms.intakes import ClosingForm, IntakeForm
from cohorts.queries.applications import asked_for_support
from cohorts.queries.held import count_held_letters
from cohorts.queries.intakes import get_intake, intake_rows, places_spoken_for, stage_counts_of
from cohorts.queries.marking import sift_progress
from cohorts.queries.offers import count_overdue_offers
from cohorts.queries.ranking import reserve_list
from cohorts.rules import intakes as rules
from cohorts.rules import stages
from cohorts.services.applying import Answers, save_draft
from cohorts.services.intakes import change_intake, move_closing, plan_intake
from cohorts.services.letters import ABOUT_STEPS
from cohorts.services.offers import has_run_out, next_in_line
from cohorts.services.support import remind_line_manager
from cohorts.views.blueprint import bp


@bp.get("/intakes")
@requires(Permission.VIEW_APPLICATIONS)
def intakes(viewer: Viewer) -> ResponseReturnValue:
    return render_template(
        "cohorts/intakes.html",
        rows=intake_rows(viewer, clock.today()),
        labels=rules.STATE_LABELS,
        tones=rules.STATE_TONES,
        may_manage=may_manage(viewer),
    )


def may_manage(viewer: Viewer) -> bool:
    return bool(viewer.ids(Scope.SERVICE)) and viewer.may_somewhere(Permission.MANAGE_APPLICATIONS)


def _scheme_choices() -> list[tuple[str, str]]:
    return [(scheme.code, scheme.name or scheme.code) for scheme in all_schemes(clock.today())]


@bp.route("/intakes/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_APPLICATIONS)
def new_intake(viewer: Viewer) -> ResponseReturnValue:
    form = IntakeForm(schemes=_scheme_choices())
    if form.validate_on_submit():
        try:
            with transaction():
                code = plan_intake(**form.plan, created_by=viewer.person_id).code
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The intake is planned. Look at it as applicants will see it.", "success")
            return redirect(url_for("cohorts.intake", intake=code))
    return render_template("cohorts/edit_intake.html", form=form, intake=None)


@bp.get("/intakes/<intake>")
@requires(Permission.VIEW_APPLICATIONS, scoped=True)
def intake(viewer: Viewer, intake: str) -> ResponseReturnValue:
    return show_intake(viewer, intake)


def show_intake(
    viewer: Viewer, code: str, *, closing: ClosingForm | None = None, late: LateForm | None = None
) -> ResponseReturnValue:
    """The page of an intake, with a form that was refused where there is one."""
    found, today = get_intake(code, viewer), clock.today()
    counts = stage_counts_of(found.id)
    return render_template(
        "cohorts/intake.html",
        intake=found,
        state=rules.state(found.opens_on, found.closes_on, today),
        labels=rules.STATE_LABELS,
        tones=rules.STATE_TONES,
        counts=counts,
        sent=sum(number for stage, number in counts.items() if stage != stages.DRAFT),
        spoken_for=places_spoken_for(found.id),
        asked=len(asked_for_support(found.id)),
        progress=sift_progress(found.id, found.sifters),
        held=count_held_letters(found.id, ABOUT_STEPS.values()),
        overdue=count_overdue_offers(found.id, today),
        next_reserve=next_in_line(found.id),
        reserve=reserve_list(found.id),
        reserve_over=has_run_out(found, clock.today()),
        stages=stages,
        steps=rules.STEP_LABELS,
        questions=rules.QUESTION_LABELS,
        closing=closing or ClosingForm(formdata=None),
        late=late or LateForm(formdata=None),
        form=closing or late,
        may_manage=may_manage(viewer),
        today=today,
    )


@bp.route("/intakes/<intake>/change", methods=["GET", "POST"])
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def edit_intake(viewer: Viewer, intake: str) -> ResponseReturnValue:
    found = get_intake(intake, viewer)
    intake_id, form = found.id, IntakeForm(schemes=_scheme_choices(), intake=found)
    version, status = request.form.get("version", found.version, int), 200
    if form.validate_on_submit():
        try:
            with transaction():
                change_intake(intake_id, shown_version=version, **form.plan)
        except Conflict as news:
            form.form_errors.extend(news.reasons)
            version, status = get_intake(intake, viewer).version, 409
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The intake is changed.", "success")
            return redirect(url_for("cohorts.intake", intake=intake))
    return render_template(
        "cohorts/edit_intake.html", form=form, intake=get_intake(intake, viewer), version=version
    ), status


@bp.post("/intakes/<intake>/closing")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def change_closing(viewer: Viewer, intake: str) -> ResponseReturnValue:
    intake_id, form = get_intake(intake, viewer).id, ClosingForm()
    if not form.validate_on_submit():
        return show_intake(viewer, intake, closing=form)
    last_day = form.last_day.data
    assert last_day is not None
    try:
        with transaction():
            move_closing(intake_id, closes_on=last_day + timedelta(1), on=clock.today())
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return show_intake(viewer, intake, closing=form)
    flash(f"The last day to apply is {day(last_day)} now.", "success")
    return redirect(url_for("cohorts.intake", intake=intake))


@bp.post("/intakes/<intake>/late")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def let_in_late(viewer: Viewer, intake: str) -> ResponseReturnValue:
    """A draft for somebody who missed the closing day, with the reason; its link goes to them."""
    found, form = get_intake(intake, viewer), LateForm()
    if not form.validate_on_submit():
        return show_intake(viewer, intake, late=form)
    apply_by = form.apply_by.data
    if apply_by is None or apply_by < clock.today():
        form.apply_by.errors = ["The last day must be today or later"]
        return show_intake(viewer, intake, late=form)
    with transaction():
        save_draft(
            form_key=new_form_key(),
            scheme=found.scheme,
            intake_id=found.id,
            answers=Answers(form.given_name.data or "", form.family_name.data or "", form.email.data or ""),
            at=clock.now(),
            on=clock.today(),
            late_until=apply_by + timedelta(1),
            late_reason=form.reason.data,
            recorded_by=viewer.person_id,
        )
    flash(f"A link to the form is on its way to {form.email.data}.", "success")
    return redirect(url_for("cohorts.intake", intake=intake))


@bp.post("/intakes/<intake>/remind")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def remind_line_managers(viewer: Viewer, intake: str) -> ResponseReturnValue:
    """A letter once more to each line manager who has not answered, at most one a day."""
    ids = asked_for_support(get_intake(intake, viewer).id)
    with transaction():
        reminded = sum(remind_line_manager(each, at=clock.now(), on=clock.today()) for each in ids)
    if reminded:
        flash(
            f"{plural(reminded, 'line manager').capitalize()} {'gets' if reminded == 1 else 'get'} a letter.", "success"
        )
    else:
        flash("Nobody was reminded: each of them got a letter today already, or has answered.", "warning")
    return redirect(url_for("cohorts.intake", intake=intake))


def new_form_key() -> str:
    return secrets.token_urlsafe(24)
