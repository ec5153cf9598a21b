"""Applications: the list, one of them, and recording one for somebody."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission, Scope
from accreditation.people.rules import Viewer
from accreditation.standing.queries import main_scheme_code
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires
from cohorts.forms.applications import OfficeApplicationForm, StageForm
from cohorts.models import Application
from cohorts.queries.applications import (
    Wanted,
    applications_page,
    cohorts_of_application,
    count_applications,
    get_application,
    possibly_the_same,
    steps_of,
)
from cohorts.queries.cohorts import cohorts_with_room
from cohorts.rules import stages
from cohorts.services.applications import move_application, settle_identity, submit_application
from cohorts.views.apply import unit_choices
from cohorts.views.blueprint import bp

STAGE_CHOICES = [("open", "Waiting for a decision"), *((stage, stages.LABELS[stage]) for stage in stages.STAGES)]


def filters_asked(units: list[tuple[str, str]]) -> Filters:
    named = dict(units)
    return read_filters(
        request.args,
        [
            Filter("q", lambda words: f"“{words}”"),
            Filter("stage", lambda stage: dict(STAGE_CHOICES)[stage], STAGE_CHOICES),
            Filter("unit", lambda unit: named[unit], units),
            Filter("question", lambda _: "May be known already", [("yes", "May be known already")]),
        ],
        path=url_for("cohorts.applications"),
    )


@bp.get("/applications")
@requires(Permission.VIEW_APPLICATIONS)
def applications(viewer: Viewer) -> ResponseReturnValue:
    units = unit_choices()
    filters = filters_asked(units)
    unit = filters.get("unit")
    wanted = Wanted(
        stage=filters.get("stage"),
        unit_id=int(unit) if unit else None,
        question=filters.get("question") == "yes",
        words=filters.get("q"),
    )
    page = applications_page(
        viewer, wanted, place=request.args.get("after"), address=lambda token: filters.url(after=token)
    )
    return render_template(
        "cohorts/applications.html",
        page=page,
        filters=filters,
        units=units,
        stage_choices=STAGE_CHOICES,
        total=count_applications(viewer, wanted),
        open_cohorts=cohorts_with_room(viewer, clock.today()) if viewer.ids(Scope.SERVICE) else [],
        stages=stages,
        may_manage=viewer.may_somewhere(Permission.MANAGE_APPLICATIONS),
    )


@bp.route("/applications/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_APPLICATIONS)
def new_application(viewer: Viewer) -> ResponseReturnValue:
    form = OfficeApplicationForm(units=unit_choices(), form_key=secrets.token_urlsafe(24))
    if form.validate_on_submit():
        try:
            with transaction():
                application = submit_application(
                    **form.submission,
                    scheme=main_scheme_code(),
                    at=clock.now(),
                    recorded_by=viewer.person_id,
                )
                reference = application.reference
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"The application is recorded as {reference}. A receipt goes to the applicant.", "success")
            return redirect(url_for("cohorts.application", reference=reference))
    return render_template("cohorts/new_application.html", form=form)


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
    to = form.to.data
    try:
        with transaction():
            move_application(found.id, to, at=clock.now(), by=viewer.person_id, reason=form.reason.data)
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return _page_of(viewer, reference, form)
    flash(f"{reference} is now at “{stages.label(to)}”.", "success")
    return redirect(url_for("cohorts.application", reference=reference))


def _stage_form(found: Application) -> StageForm:
    ahead = [stage for stage in stages.next_stages(found.stage) if stage != stages.ACCEPTED]
    return StageForm(stages=[(stage, stages.label(stage)) for stage in ahead])


def _page_of(viewer: Viewer, reference: str, form: StageForm | None = None) -> ResponseReturnValue:
    found = get_application(reference, viewer)
    return render_template(
        "cohorts/application.html",
        application=found,
        form=form or _stage_form(found),
        history=steps_of(found.id),
        cohorts=cohorts_of_application(found.id),
        alike=possibly_the_same(found, viewer) if found.identity_question else [],
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
