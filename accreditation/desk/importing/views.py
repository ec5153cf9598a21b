"""Importing a service's own register: upload, preview, confirm, and what came of it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from accreditation.core import clock, uploads
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.core.permissions import Permission, Scope
from accreditation.core.sheets import read_workbook
from accreditation.core.sheets.limits import LIMITS
from accreditation.desk.importing.forms import UploadForm
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.queries.drafts import drafts_of, get_draft, upload_of
from accreditation.desk.importing.queries.plans import plan_of
from accreditation.desk.importing.rules.columns import LABELS, REGISTER
from accreditation.desk.importing.rules.plan import Plan, Status
from accreditation.desk.importing.services import drafts
from accreditation.people.rules import Viewer
from accreditation.standing.queries import all_schemes, main_scheme_code
from accreditation.web.forms import BaseForm
from accreditation.web.guards import requires
from accreditation.web.importing import (
    ConfirmForm,
    columns_form,
    decisions_form,
    preview_of,
    send_error_file,
    shown_name,
    table_form,
)

bp = Blueprint("importing", __name__)


@bp.route("/mediators/import", methods=["GET", "POST"])
@requires(Permission.IMPORT_REGISTER)
def upload(viewer: Viewer) -> ResponseReturnValue:
    """Choose a file. Nothing is written to the register by this."""
    _refuse_part_of_the_service(viewer)
    today = clock.today()
    schemes = [(scheme.code, scheme.name or scheme.code) for scheme in all_schemes(today)]
    form = UploadForm(schemes=schemes, main=main_scheme_code(), on=today)
    if form.validate_on_submit():
        try:
            draft_id = _keep(form, viewer)
        except DomainError as refusal:
            form.file.errors = [*form.file.errors, *refusal.reasons]
        else:
            return redirect(url_for("importing.preview", draft_id=draft_id))
    return render_template("desk/import.html", form=form, drafts=drafts_of(viewer))


def _refuse_part_of_the_service(viewer: Viewer) -> None:
    """Matching tells who is in the register, so it is for those who may see everybody in it."""
    if not viewer.ids(Scope.SERVICE):
        raise NotAllowed("A register is imported for the whole service. Ask a practice manager of the whole service.")


def _keep(form: UploadForm, viewer: Viewer) -> int:
    file: FileStorage = form.file.data
    assert form.tracked_from.data is not None  # the form asks for it
    workbook = read_workbook(file.stream.read(LIMITS.upload + 1))
    now = clock.now()
    draft = drafts.new_draft(
        workbook,
        file_name=shown_name(file.filename, "register.xlsx"),
        scheme=form.scheme.data,
        tracked_from=form.tracked_from.data,
        owner_id=viewer.person_id,
        at=now,
    )
    with transaction():
        return uploads.keep(draft, at=now).id


@bp.get("/mediators/import/<int:draft_id>")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def preview(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    """Row by row what would be done."""
    draft = get_draft(draft_id, viewer)
    if draft.state == "done":
        return redirect(url_for("importing.result", draft_id=draft_id))
    return _preview(draft)


def _preview(draft: ImportDraft, *, wrong: BaseForm | None = None) -> ResponseReturnValue:
    """The page, with one of its forms as it was filled in wrongly."""
    upload = upload_of(draft)
    problems = upload.problems
    plan = Plan(draft.scheme, draft.tracked_from, ()) if problems else plan_of(upload, on=clock.today())
    questioned = [row for row in plan.rows if row.questions]
    listed = questioned if request.args.get("status") == "questions" else None
    shared = preview_of(upload, plan, LABELS, Status, wrong=wrong, listed=listed)
    return render_template("desk/import_preview.html", problems=problems, questions=len(questioned), **shared)


@bp.post("/mediators/import/<int:draft_id>/table")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def choose_table(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id, viewer)
    form = table_form(upload_of(draft))
    if form.validate_on_submit():
        try:
            with transaction():
                waiting, row = drafts.lock_draft(draft_id), form.header_row.data or 0
                uploads.choose_table(waiting, REGISTER, sheet=form.sheet.data, header_row=row)
        except DomainError as refusal:
            form.header_row.errors = [*form.header_row.errors, *refusal.reasons]
        else:
            return redirect(url_for("importing.preview", draft_id=draft_id))
    return _preview(get_draft(draft_id, viewer), wrong=form)


@bp.post("/mediators/import/<int:draft_id>/columns")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def choose_columns(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id, viewer)
    form = columns_form(upload_of(draft), LABELS)
    if form.validate_on_submit():
        try:
            with transaction():
                uploads.choose_columns(drafts.lock_draft(draft_id), REGISTER, form.chosen)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            return redirect(url_for("importing.preview", draft_id=draft_id))
    return _preview(get_draft(draft_id, viewer), wrong=form)


@bp.post("/mediators/import/<int:draft_id>/decisions")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def decide(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id, viewer)
    form = decisions_form(plan_of(upload_of(draft), on=clock.today()).rows)
    if form.validate_on_submit():
        with transaction():
            uploads.decide(drafts.lock_draft(draft_id), form.chosen)
        flash("The decisions are kept with this preview. Nothing has been imported yet.")
        return redirect(url_for("importing.preview", draft_id=draft_id))
    return _preview(get_draft(draft_id, viewer), wrong=form)


@bp.post("/mediators/import/<int:draft_id>/confirm")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def confirm(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    """Everything the preview showed, in one transaction, or nothing."""
    get_draft(draft_id, viewer)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                drafts.import_draft(
                    draft_id,
                    digest=form.digest.data,
                    on=clock.today(),
                    at=clock.now(),
                    imported_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        except IntegrityError:
            # Somebody added one of these people by hand at the same moment: the plan is no longer right.
            form.form_errors.append("The register changed during the import. Nothing was imported: look again.")
        else:
            return redirect(url_for("importing.result", draft_id=draft_id))
    return _preview(get_draft(draft_id, viewer), wrong=form)


@bp.post("/mediators/import/<int:draft_id>/discard")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def discard(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id, viewer)
    name = draft.file_name
    with transaction():
        uploads.discard(drafts.lock_draft(draft_id))
    flash(f"{name} is forgotten. Nothing was imported.")
    return redirect(url_for("importing.upload"))


@bp.get("/mediators/import/<int:draft_id>/result")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def result(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    """What the import did: an address to come back to."""
    draft = get_draft(draft_id, viewer)
    if draft.outcome is None:
        return redirect(url_for("importing.preview", draft_id=draft_id))
    written = [row for row in draft.outcome["rows"] if row[1] in (Status.NEW, Status.MATCHES)]
    return render_template(
        "desk/import_result.html", draft=draft, outcome=draft.outcome, written=written, Status=Status
    )


@bp.get("/mediators/import/<int:draft_id>/errors.xlsx")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def errors(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    """The rows that are not imported, as they were, with what is wrong with each."""
    draft = get_draft(draft_id, viewer)
    upload = upload_of(draft)
    return send_error_file(upload, None if draft.state == "done" else plan_of(upload, on=clock.today()))
