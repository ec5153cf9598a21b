"""`accreditation check`: what the pages read is what the engine says, and links and the audit trail are whole."""

import sys

import click
from flask.cli import with_appcontext

from accreditation.core import audit, clock
from accreditation.core.database import db, transaction
from accreditation.people.queries import wrongly_merged
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.services.checking import Tally, record_check


@click.command("check")
@with_appcontext
def check() -> None:
    """Recompute everybody's standing, compare it with what is stored, follow merged records, verify the trail.

    Exit code 1 if anything differs.
    """
    started_at, tally = clock.now(), Tally()
    differing: list[int] = []
    for batch in check_projections():
        tally.add(batch)
        differing += batch.differing
        db.session.rollback()  # nothing is held between two batches
    click.echo(f"Standing recomputed for {tally.people:,} people: {len(differing):,} differ from what is stored.")
    for person_id in differing:
        click.echo(f"  person {person_id} differs")
    if differing:
        click.echo("`accreditation standing rebuild` puts this right.")
    astray = wrongly_merged()
    click.echo(f"Merged records followed: {len(astray):,} do not lead where their links say.")
    for person_id in astray:
        click.echo(f"  record {person_id} is astray")
    trail = audit.verify()
    with transaction():
        record_check(tally, trail, started_at=started_at, ended_at=clock.now(), channel="command")
    if trail.broken_at is None:
        click.echo(f"Audit trail verified: {trail.entries:,} entries, unbroken.")
    else:
        click.echo(f"The audit trail is broken at entry {trail.broken_at}: {trail.reason}.")
    sys.exit(1 if differing or astray or trail.broken_at is not None else 0)
