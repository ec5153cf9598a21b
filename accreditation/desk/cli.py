"""What crosses rooms, from the keyboard: what an appeal asks for, and the figures of somebody's first page.

`standing pack` and `standing verify` join the commands of standing, and live here because a pack draws on all rooms.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext

from accreditation.core import audit, clock
from accreditation.core.audit import acting_as
from accreditation.core.calendar import end_of_day
from accreditation.core.database import db, transaction
from accreditation.core.dates import read_day
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Role, Scope
from accreditation.desk.exports.pack import pack_workbook
from accreditation.desk.queries.homes.figures import figures_for
from accreditation.desk.queries.pack import pack_of
from accreditation.desk.queries.record import scheme_asked
from accreditation.desk.queries.viewers import viewer_called
from accreditation.desk.rules.asof import read_as_of
from accreditation.desk.rules.places import first_role, in_role
from accreditation.people.models import Person
from accreditation.people.queries import counted_id, find_person_by_reference
from accreditation.people.rules import Grant, Viewer
from accreditation.people.services import SENSITIVE, note_export
from accreditation.standing.cli import standing
from accreditation.standing.cli.answering import refusing
from accreditation.web.words import day as day_words

commands: list[click.Command] = []

READER = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
"""A pack is handed on: what only the vetting officer may read is in none, whoever has the machine in their hands."""


@click.command("pack")
@click.argument("reference")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--scheme", metavar="CODE", help="Another scheme than the service's main one.")
@click.option("--on", default="", metavar="DATE", help="About this day instead of today.")
@click.option("--known-on", default="", metavar="MOMENT", help="As known then: a moment, or a day's end in London.")
@with_appcontext
def pack(reference: str, file: Path, scheme: str | None, on: str, known_on: str) -> None:
    """Write everything behind the standing of REFERENCE to FILE (.xlsx), as a practice manager may read it."""
    with refusing():
        now = clock.now()
        as_of = read_as_of({"on": on, "known": known_on}, today=clock.today(), now=now).or_refuse()
        person = find_person_by_reference(reference)
        if person is None:
            raise NotFound(f"There is no person {reference}.")
        person = db.session.get_one(Person, counted_id(person.id))
        person_id, reference = person.id, person.reference
        found = pack_of(person, scheme_asked(scheme, as_of.on), READER, as_of)
        with acting_as(None, "command"), transaction():
            notice = note_export(
                "an evidence pack",
                READER,
                rows=found.rows,
                people=1,
                at=now,
                classification=SENSITIVE,
                about_id=person_id,
                scheme=found.scheme.code,
                **as_of.details,
            )
        content = pack_workbook(
            found, made_by="The command line of this service", made_at=now, position=audit.position(), notice=notice
        )
        try:
            file.write_bytes(content)
        except OSError as wrong:
            raise DomainError(f"{file} cannot be written: {wrong.strerror}.") from wrong
    click.echo(f"{file} holds {found.rows:,} rows about {reference}: {found.explained.sentence}.")


@click.command("verify")
@click.argument("entry", type=click.IntRange(min=1))
@click.argument("hash")
@with_appcontext
def verify(entry: int, hash: str) -> None:
    """Say whether the audit trail still holds what an evidence pack noted: its ENTRY with that HASH.

    Exit code 1 if it does not.
    """
    trail = audit.verify()
    if trail.broken_at is not None:
        click.echo(f"The audit trail is broken at entry {trail.broken_at}: {trail.reason}.")
    elif not audit.holds(entry, hash):
        click.echo(f"Entry {entry:,} is not in this trail with that hash: it was noted from another one.")
    else:
        click.echo(f"Entry {entry:,} stands as it was noted, and the trail holds from the first to the last entry.")
        return
    sys.exit(1)


@click.command("figures")
@click.option(
    "--as", "who", required=True, metavar="PERSON", help="Whose first page: a reference or an account’s address."
)
@click.option("--role", metavar="ROLE", help="In which of their roles; without it, the one whose page they see first.")
@click.option("--on", default="", metavar="DATE", help="On this day instead of today.")
@click.option("--json", "as_json", is_flag=True, help="Each figure with its code, number and the address of its list.")
@with_appcontext
def figures(who: str, role: str | None, on: str, as_json: bool) -> None:
    """Print the figures of somebody's first page, as the page shows them."""
    with refusing():
        today, now = clock.today(), clock.now()
        day = read_day(on) if on else today
        viewer = viewer_called(who, day)
        known = {one.value: one for one in viewer.roles}
        if role and role not in known:
            held = ", ".join(known) or "none at all"
            raise DomainError(f"{who} does not have that role on {day_words(day)}: {held}.")
        chosen = known[role] if role else first_role(viewer)
        if chosen is None:
            raise DomainError(f"{who} has no role on {day_words(day)}.")
        groups = figures_for(in_role(viewer, chosen), chosen, day, now if day == today else end_of_day(day))
    if as_json:
        found = [asdict(figure) for group in groups for figure in group.figures]
        click.echo(json.dumps({"role": chosen.value, "on": day.isoformat(), "figures": found}, indent=2))
        return
    click.echo(f"First page of a {chosen.label.lower()}, {day_words(day)}")
    for group in groups:
        if group.figures and group.title:
            click.echo(f"\n{group.title}")
        for figure in group.figures:
            click.echo(f"  {figure.number:>9,}  {figure.label}")


commands.append(figures)
standing.add_command(pack)
standing.add_command(verify)
