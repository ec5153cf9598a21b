"""The results workbook: out, back, previewed, confirmed."""

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX, read_workbook
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from cohorts.exports.workbooks import error_workbook, results_workbook
from cohorts.forms.results import UploadForm
from cohorts.models import Cohort
from cohorts.queries.cohorts import get_cohort_to_record
from cohorts.queries.plans import frame_of
from cohorts.queries.results import roster
from cohorts.queries.uploads import get_upload, plan_upload
from cohorts.rules import results as result_rules
from cohorts.rules.workbook import headings_of, read_results
from cohorts.services.uploads import keep_upload, record_upload
from cohorts.views.blueprint import bp
from cohorts.views.cohorts import show_cohort
from cohorts.views.results import say_recorded


def _send(content: bytes, cohort: Cohort, what: str) -> ResponseReturnValue:
    name = "".join(c if c.isalnum() else "-" for c in f"{what}-{cohort.title}").strip("-")
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx", max_age=0)


@bp.get("/cohorts/<int:cohort_id>/workbook")
@requires(Permission.RECORD_RESULTS, scoped=True)
def workbook(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_record(cohort_id, viewer)
    outcomes = list(frame_of(cohort, clock.today()).outcomes)
    return _send(results_workbook(cohort, roster(cohort, viewer), outcomes), cohort, "results")


@bp.post("/cohorts/<int:cohort_id>/uploads")
@requires(Permission.RECORD_RESULTS, scoped=True)
def upload(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_record(cohort_id, viewer)
    form = UploadForm()
    if not form.validate_on_submit():
        return show_cohort(viewer, cohort_id, upload_form=form)
    try:
        sheet = read_results(
            read_workbook(form.file.data.read()),
            cohort_id=cohort_id,
            components=frame_of(cohort, clock.today()).components,
        )
    except DomainError as refusal:
        form.file.errors = list(refusal.reasons)
        return show_cohort(viewer, cohort_id, upload_form=form)
    with transaction():
        upload_id = keep_upload(
            cohort_id,
            file_name=form.file.data.filename or "results.xlsx",
            version=sheet.version,
            rows=sheet.rows,
            at=clock.now(),
            uploaded_by=viewer.person_id,
        ).id
    return redirect(url_for("cohorts.preview", cohort_id=cohort_id, upload_id=upload_id))


@bp.get("/cohorts/<int:cohort_id>/uploads/<int:upload_id>")
@requires(Permission.RECORD_RESULTS, scoped=True)
def preview(viewer: Viewer, cohort_id: int, upload_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_record(cohort_id, viewer)
    kept = get_upload(cohort_id, upload_id, viewer)
    return render_template(
        "cohorts/preview.html",
        cohort=cohort,
        upload=kept,
        plan=plan_upload(kept, cohort, on=clock.today()),
        headings=headings_of(frame_of(cohort, clock.today()).components),
        rules=result_rules,
    )


@bp.post("/cohorts/<int:cohort_id>/uploads/<int:upload_id>")
@requires(Permission.RECORD_RESULTS, scoped=True)
def record(viewer: Viewer, cohort_id: int, upload_id: int) -> ResponseReturnValue:
    get_cohort_to_record(cohort_id, viewer)
    get_upload(cohort_id, upload_id, viewer)
    left_out = request.form.get("leave_out", "")
    try:
        with transaction():
            done = record_upload(
                upload_id,
                on=clock.today(),
                at=clock.now(),
                recorded_by=viewer.person_id,
                leave_out=int(left_out) if left_out.isascii() and left_out.isdecimal() and len(left_out) < 6 else None,
            )
    except DomainError as refusal:
        flash(f"Nothing was recorded. {refusal.reasons[0]}", "warning")
        return redirect(url_for("cohorts.preview", cohort_id=cohort_id, upload_id=upload_id))
    say_recorded(done)
    return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))


@bp.get("/cohorts/<int:cohort_id>/uploads/<int:upload_id>/to-mend")
@requires(Permission.RECORD_RESULTS, scoped=True)
def to_mend(viewer: Viewer, cohort_id: int, upload_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_record(cohort_id, viewer)
    kept = get_upload(cohort_id, upload_id, viewer)
    today = clock.today()
    lines = plan_upload(kept, cohort, on=today).lines
    content = error_workbook(cohort, kept.version, lines, list(frame_of(cohort, today).outcomes))
    return _send(content, cohort, "results-to-mend")
