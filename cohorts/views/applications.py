"""Applications: the list, one of them, and recording one for somebody."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission, Scope
from accreditation.people.rules import Viewer
from accreditation.standing.queries import main_scheme_code
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires
from accreditation.web.words import day
from cohorts.forms.applications import (
    LineManagerForm,
    OfficeApplicationForm,
    OfficeSupportForm,
    StageForm,
    form_with,
)
from cohorts.forms.selection import FeedbackForm
from cohorts.models import Application, Intake
from cohorts.queries.answers import answers_of
from cohorts.queries.applications import (
    Wanted,
    applications_page,
    cohorts_of_application,
    count_applications,
    duplicates_of,
    get_application,
    possibly_the_same,
    steps_of,
)
from cohorts.queries.cohorts import cohorts_with_room
from cohorts.queries.intakes import get_intake, intake_rows, questions_of
from cohorts.queries.interviews import booked_slot_of, free_slots
from cohorts.queries.marking import Reading, readings_of
from cohorts.queries.offers import offers_of
from cohorts.rules import offers, stages
from cohorts.rules.marking import as_percent
from cohorts.services.applications import move_application, settle_identity
from cohorts.services.applying import submit_new
from cohorts.views.apply import answers_in, unit_choices
from cohorts.views.blueprint import bp

STAGE_CHOICES = [("open", "Waiting for a decision"), *((stage, stages.LABELS[stage]) for stage in stages.STAGES)]


SUPPORT_CHOICES = [("asked", "Not answered yet"), ("confirmed", "Supports it"), ("declined", "Does not support it")]


def filters_asked(units: list[tuple[str, str]], intakes: list[tuple[str, str]]) -> Filters:
    named, titles = dict(units), dict(intakes)
    return read_filters(
        request.args,
        [
            Filter("q", lambda words: f"“{words}”"),
            Filter("stage", lambda stage: dict(STAGE_CHOICES)[stage], STAGE_CHOICES),
            Filter("intake", lambda code: titles[code], intakes),
            Filter("support", lambda word: f"Line manager: {dict(SUPPORT_CHOICES)[word].lower()}", SUPPORT_CHOICES),
            Filter("unit", lambda unit: named[unit], units),
            Filter("question", lambda _: "May be known already", [("yes", "May be known already")]),
        ],
        path=url_for("cohorts.applications"),
    )


@bp.get("/applications")
@requires(Permission.VIEW_APPLICATIONS)
def applications(viewer: Viewer) -> ResponseReturnValue:
    units = unit_choices()
    ids = {row.intake.code: (row.intake.id, row.intake.title) for row in intake_rows(viewer, clock.today())}
    intakes = [(code, title) for code, (_, title) in ids.items()]
    filters = filters_asked(units, intakes)
    unit, intake = filters.get("unit"), filters.get("intake")
    wanted = Wanted(
        stage=filters.get("stage"),
        unit_id=int(unit) if unit else None,
        question=filters.get("question") == "yes",
        words=filters.get("q"),
        intake_id=ids[intake][0] if intake else None,
        support=filters.get("support"),
    )
    page = applications_page(
        viewer, wanted, place=request.args.get("after"), address=lambda token: filters.url(after=token)
    )
    return render_template(
        "cohorts/applications.html",
        page=page,
        filters=filters,
        units=units,
        intakes=intakes,
        support_choices=SUPPORT_CHOICES,
        stage_choices=STAGE_CHOICES,
        total=count_applications(viewer, wanted),
        open_cohorts=cohorts_with_room(viewer, clock.today()) if viewer.ids(Scope.SERVICE) else [],
        stages=stages,
        may_manage=viewer.may_somewhere(Permission.MANAGE_APPLICATIONS),
    )


@bp.route("/applications/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_APPLICATIONS)
def new_application(viewer: Viewer) -> ResponseReturnValue:
    """For somebody who cannot use the form. With an intake in the address its questions are asked too."""
    code = request.args.get("intake")
    return _record(viewer, get_intake(code, viewer) if code else None)


def _record(viewer: Viewer, intake: Intake | None) -> ResponseReturnValue:
    form = form_with(questions_of(intake.id) if intake else None, OfficeApplicationForm)(
        units=unit_choices(), form_key=secrets.token_urlsafe(24)
    )
    closed = intake is not None and not intake.is_open(clock.today())
    late_reason = request.form.get("late_reason", "").strip()[:2000]
    intake_id, scheme = (intake.id, intake.scheme) if intake else (None, main_scheme_code())
    code = intake.code if intake else None
    if form.validate_on_submit():
        try:
            if closed and not late_reason:
                raise DomainError("Write down why it is taken after the closing day.")
            with transaction():
                application = submit_new(
                    form_key=str(form.form_key.data),
                    scheme=scheme,
                    intake_id=intake_id,
                    answers=answers_in(form),
                    at=clock.now(),
                    on=clock.today(),
                    late_reason=late_reason if closed else None,
                    recorded_by=viewer.person_id,
                )
                reference = application.reference
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"The application is recorded as {reference}. A receipt goes to the applicant.", "success")
            return redirect(url_for("cohorts.application", reference=reference))
    intake = get_intake(code, viewer) if code else None
    return render_template(
        "cohorts/new_application.html", form=form, intake=intake, closed=closed, late_reason=late_reason
    )


@bp.get("/applications/<reference>")
@requires(Permission.VIEW_APPLICATIONS, scoped=True)
def application(viewer: Viewer, reference: str) -> ResponseReturnValue:
    return _page_of(viewer, reference)


@bp.post("/applications/<reference>")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def step(viewer: Viewer, reference: str) -> ResponseReturnValue:
    found = get_application(reference, viewer)
    form = _stage_form(found)
    if not form.validate_on_submit():
        return _page_of(viewer, reference, form)
    to, application_id = form.to.data, found.id
    try:
        with transaction():
            move_application(
                application_id,
                to,
                at=clock.now(),
                by=viewer.person_id,
                reason=form.reason.data,
                letters=form.letters_chosen,
                shown_version=form.shown_version,
            )
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return _page_of(viewer, reference, form)
    flash(f"{reference} is now at “{stages.label(to)}”.", "success")
    return redirect(url_for("cohorts.application", reference=reference))


def _stage_form(found: Application) -> StageForm:
    ahead = [stage for stage in stages.next_stages(found.stage) if stage != stages.ACCEPTED]
    choices = [(stage, stages.label(stage)) for stage in ahead]
    return StageForm(stages=choices, version=found.version, letters=found.intake_id is not None)


def _page_of(viewer: Viewer, reference: str, form: StageForm | None = None) -> ResponseReturnValue:
    found = get_application(reference, viewer)
    return render_template(
        "cohorts/application.html",
        application=found,
        form=form or _stage_form(found),
        history=steps_of(found.id),
        cohorts=cohorts_of_application(found.id),
        alike=possibly_the_same(found, viewer) if found.identity_question else [],
        twice=duplicates_of(found, viewer) if found.identity_question else [],
        answers=answers_of(found.id),
        offers=offers_of(found.id),
        offer_words=offers,
        support_words=_support_words(found),
        readings=_readings(found),
        feedback=FeedbackForm(formdata=None, data={"feedback": found.feedback or ""}),
        slot=booked_slot_of(found.id) if found.intake_id else None,
        slots=free_slots(found.id, clock.now()) if found.stage == stages.INTERVIEW else [],
        as_percent=as_percent,
        support=OfficeSupportForm(formdata=None),
        line_manager=LineManagerForm(
            formdata=None,
            data={"line_manager_name": found.line_manager_name, "line_manager_email": found.line_manager_email},
        ),
        stages=stages,
        may_manage=viewer.may_somewhere(Permission.MANAGE_APPLICATIONS),
    )


@bp.post("/applications/<reference>/identity")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def identity(viewer: Viewer, reference: str) -> ResponseReturnValue:
    found = get_application(reference, viewer)
    chosen = request.form.get("same_as", "")
    known = {person.reference for person in possibly_the_same(found, viewer)}
    if chosen and chosen != "nobody" and chosen not in known:
        chosen = ""
    if not chosen:
        flash("Choose who this is, or that it is nobody the register knows.", "warning")
        return redirect(url_for("cohorts.application", reference=reference))
    try:
        with transaction():
            settle_identity(found.id, same_as=None if chosen == "nobody" else chosen)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(
            "The applicant is a new person."
            if chosen == "nobody"
            else f"The application belongs to {chosen} from now on.",
            "success",
        )
    return redirect(url_for("cohorts.application", reference=reference))


def _readings(found: Application) -> list[tuple[str, Reading, str]]:
    """Everybody's marks at each step at which somebody reads, with the total."""
    steps = (("sift", "Sift", found.sift_total), ("interview", "Interview", found.interview_total))
    readings = [(words, readings_of(found, step), as_percent(total)) for step, words, total in steps]
    return [(words, reading, total) for words, reading, total in readings if reading.reads]


def _support_words(found: Application) -> str:
    """What is known of the line manager's word."""
    if found.support == "asked" and found.support_due_on:
        return f"Asked, to be answered by {day(last_good_day(found.support_due_on))}"
    if found.support:
        said = "Supports it" if found.support == "confirmed" else "Does not support it"
        how = " (recorded by the office)" if found.support_by else ""
        return f"{said}, {day(found.support_at)}{how}" + (f": {found.support_note}" if found.support_note else "")
    if found.agreed_at and found.intake_id is None:
        return f"Yes, as the applicant stated on {day(found.agreed_at)}"
    return "Not asked yet"
