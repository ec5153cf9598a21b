"""Importing the vetting unit's list: upload, preview, decide, confirm, and what came of it."""

from io import BytesIO
from pathlib import PurePosixPath

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX, read_workbook
from accreditation.core.sheets.errors import error_file
from accreditation.core.sheets.limits import LIMITS
from accreditation.people.rules import Viewer
from accreditation.web.forms import BaseForm
from accreditation.web.guards import requires
from accreditation.web.importing import (
    FILE_NAME_LONGEST,
    ColumnsForm,
    ConfirmForm,
    DecisionsForm,
    TableForm,
    columns_form,
    decisions_form,
)
from vetting.forms import ListForm
from vetting.models import ClearanceList
from vetting.queries.listing import Upload, get_list, lists_of, plan_of, upload_of
from vetting.rules.levels import level_choices
from vetting.rules.listing.columns import LABELS, NOT_READ, problems_of_match
from vetting.rules.listing.plan import Plan, PlannedRow, Status
from vetting.services import listing
from vetting.views.blueprint import bp

ROWS_AT_ONCE = 100
QUESTIONS_AT_ONCE = 25


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
    last = PurePosixPath((file.filename or "").replace("\\", "/")).name
    name = "".join(c for c in last if c.isprintable())[:FILE_NAME_LONGEST] or "list.xlsx"
    now = clock.now()
    draft = listing.new_list(workbook, file_name=name, level=form.level.data, owner_id=viewer.person_id, at=now)
    with transaction():
        return listing.keep_list(draft, at=now).id


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
    problems = problems_of_match(upload.columns)
    plan = Plan(()) if problems else plan_of(upload, on=clock.today())
    asked = [row for row in plan.rows if row.choices]
    status = request.args.get("status", "")
    listed = [row for row in plan.rows if status in ("", row.status.value)]
    shown, following = _page(listed)
    return render_template(
        "vetting/import_preview.html",
        form=wrong,
        draft=draft,
        upload=upload,
        plan=plan,
        problems=problems,
        statuses=[found for found in Status if plan.counts[found]],
        status=status,
        listed=listed,
        shown=shown,
        following=following,
        asked=len(asked),
        decisions_form=_decisions_form(plan) if asked else None,
        table_form=wrong if isinstance(wrong, TableForm) else _table_form(upload),
        columns_form=wrong if isinstance(wrong, ColumnsForm) else _columns_form(upload),
    )


def _page(rows: list[PlannedRow]) -> tuple[list[PlannedRow], int | None]:
    """The rows from the number in the address on, and the number where the next page begins."""
    first = request.args.get("from", default=0, type=int)
    rest = [row for row in rows if row.number >= first]
    return rest[:ROWS_AT_ONCE], rest[ROWS_AT_ONCE].number if len(rest) > ROWS_AT_ONCE else None


def _decisions_form(plan: Plan) -> DecisionsForm:
    """Open questions first; those answered can be changed."""
    asked = sorted((row for row in plan.rows if row.choices), key=lambda row: (bool(row.decided), row.number))
    return decisions_form(asked[:QUESTIONS_AT_ONCE])


def _table_form(upload: Upload) -> TableForm:
    titles = [(place, sheet.title) for place, sheet in enumerate(upload.workbook.sheets) if sheet.rows]
    return TableForm(sheets=titles, data={"sheet": upload.draft.sheet, "header_row": upload.draft.header_row})


def _columns_form(upload: Upload) -> ColumnsForm:
    below = [row for row in upload.sheet if row.number > upload.draft.header_row][:50]
    samples: dict[int, str] = {}
    for heading in upload.headings:
        values = [cell.text[:40] for row in below if (cell := row.get(heading.column)) and cell.text.strip()]
        samples[heading.column] = ", ".join(dict.fromkeys(values[:2]))
    return columns_form(upload.headings, upload.columns, samples, LABELS, NOT_READ)


@bp.post("/vetting/import/<int:list_id>/table")
@requires(Permission.IMPORT_CLEARANCES, scoped=True)
def list_table(viewer: Viewer, list_id: int) -> ResponseReturnValue:
    form = _table_form(upload_of(get_list(list_id, viewer)))
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
    form = _columns_form(upload_of(get_list(list_id, viewer)))
    if form.validate_on_submit():
        try:
            with transaction():
                listing.choose_columns(list_id, form.chosen)
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
    form = _decisions_form(plan_of(upload_of(draft), on=clock.today()))
    if form.validate_on_submit():
        with transaction():
            listing.decide(list_id, form.chosen)
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
        listing.discard(list_id)
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
    if draft.state == "done":
        wrong = {int(number): sentences for number, sentences in (draft.wrong or {}).items()}
    else:
        wrong = {row.number: row.wrong for row in plan_of(upload, on=clock.today()).to_correct}
    name = f"{PurePosixPath(draft.file_name).stem} - to correct.xlsx"
    return send_file(
        BytesIO(error_file(upload.sheet, upload.headings, wrong)), XLSX, as_attachment=True, download_name=name
    )
