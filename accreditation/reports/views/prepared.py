"""A report from its draft to its signing off."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.core.permissions import Permission, Scope
from accreditation.people.rules import Viewer
from accreditation.reports.forms import CommentaryForm, PrepareForm
from accreditation.reports.models import SteeringReport
from accreditation.reports.queries.reports import get_report
from accreditation.reports.queries.steering import contents_of
from accreditation.reports.rules.figures import Contents, from_json
from accreditation.reports.services.steering import (
    comment_on_report,
    discard_report,
    prepare_report,
    sign_off_report,
)
from accreditation.reports.views.asked import ask_about, period_asked
from accreditation.reports.views.blueprint import bp
from accreditation.reports.views.pictures import drawn
from accreditation.web.guards import requires


@bp.route("/reports/prepare", methods=["GET", "POST"])
@requires(Permission.PREPARE_REPORT)
def prepare(viewer: Viewer) -> ResponseReturnValue:
    """A new draft, offered for the period that was looked at."""
    if not viewer.ids(Scope.SERVICE):
        raise NotAllowed("A report is about the whole service. Only somebody who manages all of it can prepare one.")
    today = clock.today()
    offered = period_asked(today).period
    given = {
        "title": f"Steering group report, {offered.words}",
        "starts_on": offered.starts_on,
        "through": offered.through,
        "classification": "OFFICIAL",
    }
    form = PrepareForm(today=today, data=given)
    if form.validate_on_submit():
        try:
            with transaction():
                report = prepare_report(
                    title=form.title.data or "",
                    period=form.period,
                    classification=form.classification.data,
                    today=today,
                    prepared_by=viewer.person_id,
                    now=clock.now(),
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The report is a draft. Write the commentary; somebody else signs it off.", "success")
            return redirect(url_for("reports.report", prepared_id=report.id))
    return render_template("reports/prepare.html", form=form)


@bp.route("/reports/<int:prepared_id>", methods=["GET", "POST"])
@requires(Permission.VIEW_REPORTS, scoped=True)
def report(viewer: Viewer, prepared_id: int) -> ResponseReturnValue:
    """The report with its commentary; whoever may prepare one writes it, while it is a draft."""
    found = get_report(prepared_id, viewer)
    may_write = found.is_draft and bool(viewer.limited_to(Permission.PREPARE_REPORT).grants)
    form = CommentaryForm(data={**found.commentary, "seen": found.version}) if may_write else None
    if request.method == "POST":
        if form is None:
            raise NotAllowed("Only somebody who prepares reports can write the commentary, and only of a draft.")
        if form.validate_on_submit():
            try:
                with transaction():
                    comment_on_report(prepared_id, form.commentary, seen=_number(form.seen.data))
            except DomainError as refusal:
                form.form_errors.extend(refusal.reasons)
            else:
                flash("The commentary is kept.", "success")
                return redirect(url_for("reports.report", prepared_id=prepared_id))
    contents = contents_of_report(found, viewer)
    return render_template(
        "reports/report.html",
        report=found,
        contents=contents,
        pictures=drawn(contents),
        form=form,
        may_sign=found.is_draft and may_sign(viewer, found),
        may_discard=may_write,
    )


@bp.route("/reports/<int:prepared_id>/sign-off", methods=["GET", "POST"])
@requires(Permission.SIGN_OFF_REPORT, scoped=True)
def sign_off(viewer: Viewer, prepared_id: int) -> ResponseReturnValue:
    """The second person keeps the figures as they stand now."""
    found = get_report(prepared_id, viewer)
    if request.method == "POST":
        contents = contents_of_report(found, viewer)
        seen = _number(request.form.get("seen"))
        try:
            with transaction():
                sign_off_report(
                    prepared_id, contents, seen=seen, signed_off_by=viewer.person_id, on=clock.today(), now=clock.now()
                )
        except DomainError as refusal:
            flash(" ".join(refusal.reasons), "warning")
        else:
            flash("The report is signed off. Its figures stay as they are, whatever is recorded later.", "success")
        return redirect(url_for("reports.report", prepared_id=prepared_id))
    if not found.is_draft:
        return redirect(url_for("reports.report", prepared_id=prepared_id))
    return render_template("reports/sign_off.html", report=found, own=found.prepared_by == viewer.person_id)


@bp.route("/reports/<int:prepared_id>/discard", methods=["GET", "POST"])
@requires(Permission.PREPARE_REPORT, scoped=True)
def discard(viewer: Viewer, prepared_id: int) -> ResponseReturnValue:
    """Take a draft away, after a question."""
    found = get_report(prepared_id, viewer)
    if request.method == "POST":
        try:
            with transaction():
                discard_report(prepared_id, seen=_number(request.form.get("seen")))
        except DomainError as refusal:
            flash(" ".join(refusal.reasons), "warning")
            return redirect(url_for("reports.report", prepared_id=prepared_id))
        flash("The draft is gone. The figures of its days can be asked for at any time.", "success")
        return redirect(url_for("reports.reports"))
    if not found.is_draft:
        return redirect(url_for("reports.report", prepared_id=prepared_id))
    return render_template("reports/discard.html", report=found)


def contents_of_report(found: SteeringReport, viewer: Viewer) -> Contents:
    """What was kept at the signing off, else the figures as they are recorded now."""
    if found.contents is not None:
        return from_json(found.contents)
    return contents_of(ask_about(viewer, found.period))


def may_sign(viewer: Viewer, found: SteeringReport) -> bool:
    return viewer.person_id != found.prepared_by and bool(viewer.limited_to(Permission.SIGN_OFF_REPORT).grants)


def _number(text: str | None) -> int:
    """A version as the page gave it; 0, which none has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
