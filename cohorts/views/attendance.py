"""Attendance of a cohort: the page with a cell for each candidate and session, and the workbook."""

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
from accreditation.web.words import plural, sentence_list
from cohorts.exports.attendance import attendance_workbook
from cohorts.forms.attendance import AttendanceUploadForm, field_name, read_page, shown_page
from cohorts.queries.attendance import attendance_of
from cohorts.queries.attendance_plans import plan_attendance
from cohorts.queries.attendance_uploads import cells_of, get_attendance_upload
from cohorts.queries.cohorts import get_cohort_to_run
from cohorts.queries.plans import REFUSED
from cohorts.queries.results import roster
from cohorts.queries.sessions import held_sessions
from cohorts.rules import attendance as rules
from cohorts.rules import states
from cohorts.rules.attendance_sheet import read_attendance
from cohorts.services.attendance import (
    AttendanceRefused,
    StaleAttendance,
    keep_attendance_upload,
    record_attendance,
    record_attendance_upload,
)
from cohorts.services.results import Recorded
from cohorts.views.blueprint import bp


@bp.route("/cohorts/<int:cohort_id>/attendance", methods=["GET", "POST"])
@requires(Permission.RUN_COHORT, scoped=True)
def attendance(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_run(cohort_id, viewer)
    if request.method == "GET":
        return _page(viewer, cohort_id)
    answers = {name: value for name, value in request.form.items() if name.startswith("mark-")}
    cells = read_page(answers, roster(cohort, viewer), held_sessions(cohort_id))
    try:
        with transaction():
            done = record_attendance(
                cohort_id,
                cells,
                version=request.form.get("version", type=int),
                at=clock.now(),
                recorded_by=viewer.person_id,
            )
    except AttendanceRefused as refusal:
        faults = {
            field_name(line.session.id, line.candidate.enrolment.id): line.fault or ""
            for line in refusal.plan.lines
            if line.change == REFUSED and line.session and line.candidate
        }
        return _page(viewer, cohort_id, typed=answers, faults=faults, closed=refusal.plan.closed)
    except StaleAttendance as refusal:
        return _page(viewer, cohort_id, typed=answers, stale=refusal.reasons[0]), 409
    _say(done)
    return redirect(url_for("cohorts.attendance", cohort_id=cohort_id))


def _say(done: Recorded) -> None:
    if not done.anything:
        flash("That is what is recorded already. Nothing has changed.")
        return
    parts = [
        f"{plural(count, 'mark')} {word}"
        for count, word in ((done.added, "added"), (done.changed, "changed"), (done.removed, "taken back"))
        if count
    ]
    flash(f"Attendance saved: {sentence_list(parts)}.", "success")


def _page(
    viewer: Viewer,
    cohort_id: int,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    stale: str | None = None,
    closed: str | None = None,
    upload_form: AttendanceUploadForm | None = None,
) -> str:
    """The page; after a refusal with what was typed, and beside it what is recorded now where the two differ."""
    cohort = get_cohort_to_run(cohort_id, viewer)
    candidates, sessions, now = roster(cohort, viewer), held_sessions(cohort_id), clock.now()
    attended = attendance_of(cohort_id, sessions)
    recorded = shown_page(candidates, sessions, attended)
    begun = [session for session in sessions if session.starts_at <= now]
    return render_template(
        "cohorts/attendance.html",
        cohort=cohort,
        candidates=candidates,
        sessions=sessions,
        begun={session.id for session in begun},
        attended=attended,
        missing=sum(session.id not in attended[who.enrolment.id].marks for who in candidates for session in begun),
        recorded=recorded,
        shown=recorded | (typed or {}),
        faults=faults or {},
        stale=stale,
        closed=closed,
        has_errors=bool(faults or stale or closed),
        upload_form=upload_form or AttendanceUploadForm(formdata=None),
        field_name=field_name,
        rules=rules,
        may_change=cohort.state in states.RUNNING,
    )


@bp.get("/cohorts/<int:cohort_id>/attendance/workbook")
@requires(Permission.RUN_COHORT, scoped=True)
def attendance_book(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_run(cohort_id, viewer)
    sessions = held_sessions(cohort_id)
    content = attendance_workbook(cohort, roster(cohort, viewer), sessions, attendance_of(cohort_id, sessions))
    name = "".join(c if c.isalnum() else "-" for c in f"attendance-{cohort.title}").strip("-")
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx", max_age=0)


@bp.post("/cohorts/<int:cohort_id>/attendance/uploads")
@requires(Permission.RUN_COHORT, scoped=True)
def upload_attendance(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    get_cohort_to_run(cohort_id, viewer)
    form = AttendanceUploadForm()
    if not form.validate_on_submit():
        return _page(viewer, cohort_id, upload_form=form)
    titles = {session.id: session.title for session in held_sessions(cohort_id)}
    try:
        sheet = read_attendance(read_workbook(form.file.data.read()), cohort_id=cohort_id, sessions=titles)
    except DomainError as refusal:
        form.file.errors = list(refusal.reasons)
        return _page(viewer, cohort_id, upload_form=form)
    with transaction():
        upload_id = keep_attendance_upload(
            cohort_id,
            file_name=form.file.data.filename or "attendance.xlsx",
            version=sheet.version,
            cells=sheet.cells,
            at=clock.now(),
            uploaded_by=viewer.person_id,
        ).id
    return redirect(url_for("cohorts.attendance_preview", cohort_id=cohort_id, register_id=upload_id))


@bp.get("/cohorts/<int:cohort_id>/attendance/uploads/<int:register_id>")
@requires(Permission.RUN_COHORT, scoped=True)
def attendance_preview(viewer: Viewer, cohort_id: int, register_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_run(cohort_id, viewer)
    kept = get_attendance_upload(cohort_id, register_id, viewer)
    return render_template(
        "cohorts/attendance_preview.html",
        cohort=cohort,
        upload=kept,
        plan=plan_attendance(cohort, cells_of(kept), version=kept.version, at=clock.now()),
        written=rules.written,
        labels=rules.MARK_LABELS,
        hours_of=rules.hours_of,
    )


@bp.post("/cohorts/<int:cohort_id>/attendance/uploads/<int:register_id>")
@requires(Permission.RUN_COHORT, scoped=True)
def record_attendance_file(viewer: Viewer, cohort_id: int, register_id: int) -> ResponseReturnValue:
    get_cohort_to_run(cohort_id, viewer)
    get_attendance_upload(cohort_id, register_id, viewer)
    try:
        with transaction():
            done = record_attendance_upload(register_id, at=clock.now(), recorded_by=viewer.person_id)
    except DomainError as refusal:
        flash(f"Nothing was recorded. {refusal.reasons[0]}", "warning")
        return redirect(url_for("cohorts.attendance_preview", cohort_id=cohort_id, register_id=register_id))
    _say(done)
    return redirect(url_for("cohorts.attendance", cohort_id=cohort_id))
