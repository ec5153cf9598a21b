"""Importing a service's own register: upload, preview, confirm, and what came of it."""

from io import BytesIO
from pathlib import PurePosixPath

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.core.permissions import Permission, Scope
from accreditation.core.sheets import XLSX, read_workbook
from accreditation.core.sheets.limits import LIMITS
from accreditation.desk.importing import forms
from accreditation.desk.importing.exports import error_file
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.queries.drafts import Upload, drafts_of, get_draft, upload_of
from accreditation.desk.importing.queries.plans import plan_of
from accreditation.desk.importing.rules.columns import problems_of_match
from accreditation.desk.importing.rules.plan import Plan, PlannedRow, Status
from accreditation.desk.importing.services import drafts
from accreditation.people.rules import Viewer
from accreditation.standing.queries import all_schemes, main_scheme_code
from accreditation.web.forms import BaseForm
from accreditation.web.guards import requires

bp = Blueprint("importing", __name__)

ROWS_AT_ONCE = 100
QUESTIONS_AT_ONCE = 25


@bp.route("/mediators/import", methods=["GET", "POST"])
@requires(Permission.IMPORT_REGISTER)
def upload(viewer: Viewer) -> ResponseReturnValue:
    """Choose a file. Nothing is written to the register by this."""
    _refuse_part_of_the_service(viewer)
    today = clock.today()
    schemes = [(scheme.code, scheme.name or scheme.code) for scheme in all_schemes(today)]
    form = forms.UploadForm(schemes=schemes, main=main_scheme_code(), on=today)
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


def _keep(form: forms.UploadForm, viewer: Viewer) -> int:
    file: FileStorage = form.file.data
    assert form.tracked_from.data is not None  # the form asks for it
    workbook = read_workbook(file.stream.read(LIMITS.upload + 1))
    now = clock.now()
    draft = drafts.new_draft(
        workbook,
        file_name=_shown_name(file.filename),
        scheme=form.scheme.data,
        tracked_from=form.tracked_from.data,
        owner_id=viewer.person_id,
        at=now,
    )
    with transaction():
        return drafts.keep_draft(draft, at=now).id


def _shown_name(name: str | None) -> str:
    """The file's own name for people to recognise it by; nothing is ever stored under it."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[: forms.FILE_NAME_LONGEST] or "register.xlsx"


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
    problems = problems_of_match(upload.columns)
    plan = Plan(draft.scheme, draft.tracked_from, ()) if problems else plan_of(upload, on=clock.today())
    asked = [row for row in plan.rows if row.choices]
    status = request.args.get("status", "")
    questioned = [row for row in plan.rows if row.questions]
    listed = questioned if status == "questions" else [row for row in plan.rows if status in ("", row.status.value)]
    shown, following = _page(listed)
    return render_template(
        "desk/import_preview.html",
        form=wrong,  # for the error summary, and "Error:" in the title
        draft=draft,
        upload=upload,
        plan=plan,
        problems=problems,
        statuses=[found for found in Status if plan.counts[found]],
        status=status,
        questions=len(questioned),
        listed=listed,
        shown=shown,
        following=following,
        asked=len(asked),
        decisions_form=_given(wrong, forms.DecisionsForm) or (_decisions_form(plan) if asked else None),
        table_form=_given(wrong, forms.TableForm) or _table_form(upload),
        columns_form=_given(wrong, forms.ColumnsForm) or _columns_form(upload),
    )


def _given(wrong: BaseForm | None, kind: type[BaseForm]) -> BaseForm | None:
    return wrong if isinstance(wrong, kind) else None


def _page(rows: list[PlannedRow]) -> tuple[list[PlannedRow], int | None]:
    """The rows from the number in the address on, and the number where the next page begins."""
    first = request.args.get("from", default=0, type=int)
    rest = [row for row in rows if row.number >= first]
    following = rest[ROWS_AT_ONCE].number if len(rest) > ROWS_AT_ONCE else None
    return rest[:ROWS_AT_ONCE], following


def _decisions_form(plan: Plan) -> forms.DecisionsForm:
    """Open questions first; those answered can be changed."""
    asked = sorted((row for row in plan.rows if row.choices), key=lambda row: (bool(row.decided), row.number))
    return forms.decisions_form(asked[:QUESTIONS_AT_ONCE])


def _table_form(upload: Upload) -> forms.TableForm:
    titles = [(place, sheet.title) for place, sheet in enumerate(upload.workbook.sheets) if sheet.rows]
    return forms.TableForm(sheets=titles, data={"sheet": upload.draft.sheet, "header_row": upload.draft.header_row})


def _columns_form(upload: Upload) -> forms.ColumnsForm:
    below = [row for row in upload.sheet if row.number > upload.draft.header_row][:50]
    samples: dict[int, str] = {}
    for heading in upload.headings:
        values = [cell.text[:40] for row in below if (cell := row.get(heading.column)) and cell.text.strip()]
        samples[heading.column] = ", ".join(dict.fromkeys(values[:2]))
    return forms.columns_form(upload.headings, upload.columns, samples)


@bp.post("/mediators/import/<int:draft_id>/table")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def choose_table(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id, viewer)
    form = _table_form(upload_of(draft))
    if form.validate_on_submit():
        try:
            with transaction():
                drafts.choose_table(draft_id, sheet=form.sheet.data, header_row=form.header_row.data or 0)
        except DomainError as refusal:
            form.header_row.errors = [*form.header_row.errors, *refusal.reasons]
        else:
            return redirect(url_for("importing.preview", draft_id=draft_id))
    return _preview(get_draft(draft_id, viewer), wrong=form)


@bp.post("/mediators/import/<int:draft_id>/columns")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def choose_columns(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id, viewer)
    form = _columns_form(upload_of(draft))
    if form.validate_on_submit():
        try:
            with transaction():
                drafts.choose_columns(draft_id, form.chosen)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            return redirect(url_for("importing.preview", draft_id=draft_id))
    return _preview(get_draft(draft_id, viewer), wrong=form)


@bp.post("/mediators/import/<int:draft_id>/decisions")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def decide(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id, viewer)
    form = _decisions_form(plan_of(upload_of(draft), on=clock.today()))
    if form.validate_on_submit():
        with transaction():
            drafts.decide(draft_id, form.chosen)
        flash("The decisions are kept with this preview. Nothing has been imported yet.")
        return redirect(url_for("importing.preview", draft_id=draft_id))
    return _preview(get_draft(draft_id, viewer), wrong=form)


@bp.post("/mediators/import/<int:draft_id>/confirm")
@requires(Permission.IMPORT_REGISTER, scoped=True)
def confirm(viewer: Viewer, draft_id: int) -> ResponseReturnValue:
    """Everything the preview showed, in one transaction, or nothing."""
    get_draft(draft_id, viewer)
    form = forms.ConfirmForm()
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
        drafts.discard(draft_id)
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
    if draft.state == "done":
        wrong = {int(number): sentences for number, sentences in (draft.wrong or {}).items()}
    else:
        wrong = {row.number: row.wrong for row in plan_of(upload, on=clock.today()).to_correct}
    name = f"{PurePosixPath(draft.file_name).stem} - to correct.xlsx"
    return send_file(BytesIO(error_file(upload, wrong)), XLSX, as_attachment=True, download_name=name)
