"""`accreditation import-register`: the same preview and the same import, from the keyboard."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.dates import NotADay, read_day
from accreditation.core.errors import DomainError
from accreditation.core.sheets import column_letter, read_workbook
from accreditation.core.sheets.errors import error_file
from accreditation.core.uploads import Upload, keep, wrong_with
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.queries.drafts import upload_of
from accreditation.desk.importing.queries.plans import plan_of
from accreditation.desk.importing.rules.plan import Plan, PlannedRow, Status
from accreditation.desk.importing.services import drafts
from accreditation.standing.queries import main_scheme_code


class Day(click.ParamType[date]):
    """A day as people write it."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return read_day(value)
        except NotADay as refusal:
            self.fail(str(refusal), param, ctx)


@click.command("import-register")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--scheme", help="Code of the scheme that the results are for (default: the service's own).")
@click.option(
    "--tracked-from",
    type=Day(),
    help="Day from which CPD, cases and supervision are recorded here (default: today).",
)
@click.option("--confirm", is_flag=True, help="Import what the preview shows, in one transaction.")
@click.option(
    "--errors",
    "errors_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the rows to be corrected to this .xlsx file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def import_register(
    file: Path, scheme: str | None, tracked_from: date | None, confirm: bool, errors_file: Path | None, as_json: bool
) -> None:
    """Say for each row of a spreadsheet what importing it would do, and do it with --confirm.

    Rows that are refused or need a decision are named and left out. The exit code is 0 when the command did what was
    asked, rows refused or not, and 2 when the file could not be read or nothing could be imported.
    """
    today, now = clock.today(), clock.now()
    draft = drafts.new_draft(
        read_workbook(file.read_bytes()),
        file_name=file.name,
        scheme=scheme or main_scheme_code(),
        tracked_from=tracked_from or today,
        owner_id=None,
        at=now,
    )
    upload = upload_of(draft)
    if upload.problems:
        raise DomainError(*upload.problems)
    plan = plan_of(upload, on=today)
    answer = _answer(upload, plan, confirmed=confirm)
    if errors_file:
        errors_file.write_bytes(error_file(upload.sheet, upload.headings, wrong_with(upload, plan)))
    if confirm and plan.to_write:  # the same file twice leaves no trace at all
        with audit.acting_as(None, "command"), transaction():
            kept = keep(draft, at=now)
            drafts.import_draft(kept.id, digest=plan.digest, on=today, at=now, imported_by=None)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        _say(answer, plan)


def _answer(upload: Upload[ImportDraft], plan: Plan, *, confirmed: bool) -> dict[str, Any]:
    return {
        "file": upload.draft.file_name,
        "sheet": upload.sheet.title,
        "header_row": upload.draft.header_row,
        "scheme": plan.scheme,
        "tracked_from": plan.tracked_from.isoformat(),
        "confirmed": confirmed,
        "letters": plan.letters,
        "counts": {status.value: plan.counts[status] for status in Status},
        "columns": {column_letter(column): field for column, field in sorted(upload.columns.items())},
        "columns_not_read": list(upload.unread),
        "waived": list(plan.waived),
        "rows": [_row(row) for row in plan.rows],
    }


def _row(row: PlannedRow) -> dict[str, Any]:
    """`column`, `message` and `remedy` are those of the first problem; `problems` has every one."""
    first = row.problems[0] if row.problems else None
    return {
        "row": row.number,
        "status": row.status.value,
        "reference": row.reference,
        "name": row.name,
        "column": first.column if first else "",
        "message": first.message if first else row.why,
        "remedy": first.remedy if first else "",
        "problems": [
            {
                "column": problem.column,
                "heading": problem.heading,
                "message": problem.message,
                "remedy": problem.remedy,
            }
            for problem in row.problems
        ],
        "questions": list(row.questions),
        "would_write": [step.sentence for step in row.steps],
        "choices": [{"value": choice.value, "label": choice.label} for choice in row.choices],
    }


def _say(answer: dict[str, Any], plan: Plan) -> None:
    click.echo(f"{answer['file']}, sheet “{answer['sheet']}”, headings in row {answer['header_row']}, {plan.scheme}")
    if answer["columns_not_read"]:
        click.echo(f"Not read: {', '.join(answer['columns_not_read'])}")
    if plan.waived:
        click.echo(f"Not in the sheet, waived with each award: {', '.join(plan.waived)}")
    for row in plan.rows:
        who = row.entry.called if row.entry else ""
        click.echo(f"Row {row.number}: {row.status.label.lower()}. {who}{': ' if who else ''}{row.why}")
        for problem in row.problems:
            where = f"{problem.column}, " if problem.column else ""
            click.echo(f"    {where}{problem.sentence}")
        for question in row.questions:
            click.echo(f"    Question: {question}")
        if row.status is Status.MATCHES:
            for step in row.steps:
                click.echo(f"    {step.sentence}")
    counted = ", ".join(f"{count} {status.label.lower()}" for status in Status if (count := plan.counts[status]))
    click.echo(f"{counted or 'No rows'}.")
    click.echo("0 letters would go out." if not answer["confirmed"] else "0 letters went out.")
    if answer["confirmed"]:
        click.echo(f"{len(plan.to_write)} rows were imported, {plan.awards} with an accreditation.")
        if plan.to_write:
            click.echo("Reminders of what was due already are held until a practice manager releases them.")
    else:
        click.echo(f"Nothing was written. Add --confirm to import {len(plan.to_write)} rows.")


commands: list[click.Command] = [import_register]
