"""Importing the vetting unit's list: upload, preview, decide, confirm, and what came of it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from accreditation.core import audit, clock, uploads
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.sheets import read_workbook
from accreditation.core.sheets.limits import LIMITS
from accreditation.people.rules import Viewer
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
from vetting.forms import ListForm
from vetting.models import ClearanceList
from vetting.queries.listing import get_list, lists_of, plan_of, upload_of
from vetting.rules.levels import level_choices
from vetting.rules.listing.columns import CLEARANCES, LABELS
from vetting.rules.listing.plan import Plan, Status
from vetting.services import listing
from vetting.views.blueprint import bp


@bp.route("/vetting/import", methods=["GET", "POST"])
@requires(Permission.IMPORT_CLEARANCES)
def import_list(viewer: Viewer) -> ResponseReturnValue:
    """Choose a file. Nothing is written to the register by this."""
    form = ListForm(levels=level_choices())
    if form.validate_on_submit():
        try:
            list_id = _keep(form, viewer)
        except DomainError as refusal:
            form.file.errors = [*form.file.errors, *refusal.reasons]
        else:
            return redirect(url_for("vetting.list_preview", list_id=list_id))
    return render_template("vetting/import.html", form=form, lists=lists_of(viewer))


def _keep(form: ListForm, viewer: Viewer) -> int:
    file = form.file.data
    workbook = read_workbook(file.stream.read(LIMITS.upload + 1))
    name, now = shown_name(file.filename, "list.xlsx"), clock.now()
    draft = listing.new_list(workbook, file_name=name, level=form.level.data, owner_id=viewer.person_id, at=now)
    with transaction():
        return uploads.keep(draft, at=now).id


@bp.get("/vetting/import/<int:list_id>")
@requires(Permission.IMPORT_CLEARANCES, scoped=True)
def list_preview(viewer: Viewer, list_id: int) -> ResponseReturnValue:
    """Row by row what would be done."""
    draft = get_list(list_id, viewer)
    if draft.state == "done":
        return redirect(url_for("vetting.list_result", list_id=list_id))
    audit.sensitive_read("preview of a clearance list")
    return _preview(get_list(list_id, viewer))


def _preview(draft: ClearanceList, *, wrong: BaseForm | None = None) -> ResponseReturnValue:
    """The page, with one of its forms as it was filled in wrongly."""
    upload = upload_of(draft)
    problems = upload.problems
    plan = Plan(()) if problems else plan_of(upload, on=clock.today())
    shared = preview_of(upload, plan, LABELS, Status, wrong=wrong)
    return render_template("vetting/import_preview.html", problems=problems, **shared)


@bp.post("/vetting/import/<int:list_id>/table")
@requires(Permission.IMPORT_CLEARANCES, scoped=True)
def list_table(viewer: Viewer, list_id: int) -> ResponseReturnValue:
    form = table_form(upload_of(get_list(list_id, viewer)))
    if form.validate_on_submit():
        try:
            with transaction():
                listing.choose_table(list_id, sheet=form.sheet.data, header_row=form.header_row.data or 0)
        except DomainError as refusal:
            form.header_row.errors = [*form.header_row.errors, *refusal.reasons]
        else:
            return redirect(url_for("vetting.list_preview", list_id=list_id))
    return _preview(get_list(list_id, viewer), wrong=form)


@bp.post("/vetting/import/<int:list_id>/columns")
@requires(Permission.IMPORT_CLEARANCES, scoped=True)
def list_columns(viewer: Viewer, list_id: int) -> ResponseReturnValue:
    form = columns_form(upload_of(get_list(list_id, viewer)), LABELS)
    if form.validate_on_submit():
        try:
            with transaction():
                uploads.choose_columns(listing.lock_list(list_id), CLEARANCES, form.chosen)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            return redirect(url_for("vetting.list_preview", list_id=list_id))
    return _preview(get_list(list_id, viewer), wrong=form)


@bp.post("/vetting/import/<int:list_id>/decisions")
@requires(Permission.IMPORT_CLEARANCES, scoped=True)
def list_decisions(viewer: Viewer, list_id: int) -> ResponseReturnValue:
    """Answers row by row; or one for everything that only differs."""
    draft = get_list(list_id, viewer)
    if (every := request.form.get("all")) in ("take", "ask"):
        with transaction():
            listing.decide_all(list_id, take=every == "take")
        flash("Kept with this preview. Nothing has been imported yet.")
        return redirect(url_for("vetting.list_preview", list_id=list_id))
    form = decisions_form(plan_of(upload_of(draft), on=clock.today()).rows)
    if form.validate_on_submit():
        with transaction():
            uploads.decide(listing.lock_list(list_id), form.chosen)
        flash("The decisions are kept with this preview. Nothing has been imported yet.")
        return redirect(url_for("vetting.list_preview", list_id=list_id))
    return _preview(get_list(list_id, viewer), wrong=form)


@bp.post("/vetting/import/<int:list_id>/confirm")
@requires(Permission.IMPORT_CLEARANCES, scoped=True)
def list_confirm(viewer: Viewer, list_id: int) -> ResponseReturnValue:
    """Everything the preview showed, in one transaction, or nothing."""
    get_list(list_id, viewer)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                listing.import_list(
                    list_id,
                    digest=form.digest.data,
                    on=clock.today(),
                    at=clock.now(),
                    imported_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        except IntegrityError:
            # Somebody recorded one of these by hand at the same moment: the plan is no longer right.
            form.form_errors.append("The register changed during the import. Nothing was imported: look again.")
        else:
            return redirect(url_for("vetting.list_result", list_id=list_id))
    return _preview(get_list(list_id, viewer), wrong=form)


@bp.post("/vetting/import/<int:list_id>/discard")
@requires(Permission.IMPORT_CLEARANCES, scoped=True)
def list_discard(viewer: Viewer, list_id: int) -> ResponseReturnValue:
    name = get_list(list_id, viewer).file_name
    with transaction():
        uploads.discard(listing.lock_list(list_id))
    flash(f"{name} is forgotten. Nothing was imported.")
    return redirect(url_for("vetting.import_list"))


@bp.get("/vetting/import/<int:list_id>/result")
@requires(Permission.IMPORT_CLEARANCES, scoped=True)
def list_result(viewer: Viewer, list_id: int) -> ResponseReturnValue:
    """What the import did: an address to come back to."""
    draft = get_list(list_id, viewer)
    if draft.outcome is None:
        return redirect(url_for("vetting.list_preview", list_id=list_id))
    return render_template("vetting/import_result.html", draft=draft, outcome=draft.outcome, Status=Status)


@bp.get("/vetting/import/<int:list_id>/errors.xlsx")
@requires(Permission.IMPORT_CLEARANCES, scoped=True)
def list_errors(viewer: Viewer, list_id: int) -> ResponseReturnValue:
    """The rows that are not imported, as they were, with what is wrong with each."""
    draft = get_list(list_id, viewer)
    upload = upload_of(draft)
    return send_error_file(upload, None if draft.state == "done" else plan_of(upload, on=clock.today()))
