"""Commands for the operator: bring the schema up to date, back up, restore, and say whether all is well."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from accreditation.core import audit, health
from accreditation.core.backup import BACKED_UP, make_backup, note_restore, restore_backup
from accreditation.core.database import db, transaction
from accreditation.core.migrate import migrate


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Bring the database's schema up to date."""
    before, after = migrate(current_app.config["SQLALCHEMY_DATABASE_URI"])
    db.engine.dispose()
    if before == after:
        click.echo(f"The database is up to date (revision {after}).")
    else:
        click.echo(f"Migrated from {before or 'an empty database'} to revision {after}.")


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def backup_command(file: Path) -> None:
    """Write a checked copy of the SQLite database to FILE while the service runs."""
    size = make_backup(file)
    with audit.acting_as(None, "command"), transaction():
        audit.note(BACKED_UP, bytes=size)
    click.echo(f"Backed up to {file} ({size:,} bytes), checked.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the database without asking.")
@with_appcontext
def restore_command(file: Path, yes: bool) -> None:
    """Replace the SQLite database by the backup in FILE. Letters then wait until somebody releases them."""
    if not yes:
        click.confirm("This replaces everything in the register by what the backup holds. Continue?", abort=True)
    kept, held = restore_backup(file)
    if kept:
        click.echo(f"The database that was there is kept as {kept}.")
    click.echo(
        f"Restored from {file}. {held} letters that were waiting are held until a practice manager looks at them."
    )


@click.command("restored")
@with_appcontext
def restored_command() -> None:
    """Say that PostgreSQL was restored by its own tools: reminders are held, what was sent since is not sent again."""
    note_restore()
    click.echo("The scheduler will hold reminders and read the journal of sent letters at its next beat.")


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print a list of checks as JSON.")
@with_appcontext
def doctor_command(as_json: bool) -> None:
    """Say whether everything the service needs is in order. Exit code 1 if something is not."""
    findings = health.examine()
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            click.echo(f"{finding.state:8} {finding.name}: {finding.words}")
    if any(finding.state == "failed" for finding in findings):
        raise SystemExit(1)


commands: list[click.Command] = [migrate_command, backup_command, restore_command, restored_command, doctor_command]
