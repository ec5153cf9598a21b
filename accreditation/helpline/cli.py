"""`accreditation import-helpline-log`: the same look and the same recording, from the keyboard."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.sheets import read_workbook
from accreditation.helpline.exports import rows_to_correct
from accreditation.helpline.queries.log import plan_log, table_of
from accreditation.helpline.services.log import record_log
from accreditation.web.words import plural


@click.command("import-helpline-log")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--confirm", is_flag=True, help="Record the rows, all in one transaction.")
@click.option("--leave-out", is_flag=True, help="Leave out the rows to be corrected; else one keeps all of them out.")
@click.option("--names-seen", is_flag=True, help="Somebody has looked at the words that look like names.")
@click.option(
    "--errors",
    "errors_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the rows to be corrected to this .xlsx file.",
)
@with_appcontext
def import_helpline_log(file: Path, confirm: bool, leave_out: bool, names_seen: bool, errors_file: Path | None) -> None:
    """Say for each row of a past log what recording it would do, and do it with --confirm."""
    table = table_of(read_workbook(file.read_bytes()))
    plan = plan_log(table, on=clock.today(), at=clock.now())
    for one in plan.rows:
        if one.state == "wrong":
            click.echo(f"Row {one.row.number}: to be corrected. {one.wrong}")
        elif one.row.names:
            click.echo(f"Row {one.row.number}: “{'”, “'.join(one.row.names)}” may be somebody’s name.")
    for skipped in plan.skipped:
        click.echo(f"Row {skipped.number}: {skipped.reason}")
    if errors_file and plan.having("wrong"):
        errors_file.write_bytes(rows_to_correct(table, plan))
    new, there, wrong = (len(plan.having(state)) for state in ("new", "there", "wrong"))
    click.echo(f"{new} to be recorded, {there} recorded before, {wrong} to be corrected.")
    if not confirm:
        click.echo("Nothing was written. Add --confirm to record them.")
        return
    with audit.acting_as(None, "command"), transaction():
        done = record_log(
            table, on=clock.today(), at=clock.now(), leave_out=leave_out, names_seen=names_seen, imported_by=None
        )
    click.echo(f"{plural(len(done.having('new')), 'contact was', 'contacts were')} recorded.")


commands: list[click.Command] = [import_helpline_log]
