"""The room's commands."""

import click
from flask.cli import AppGroup, with_appcontext

from accreditation.core import clock
from cohorts.jobs import keep_equality

equality = AppGroup("equality", help="Figures of equality monitoring.")


@equality.command("publish")
@with_appcontext
def publish() -> None:
    """Publish the figures that are due this month, cut ties and delete answers whose time is over."""
    done = keep_equality(clock.today())
    for sentence in done:
        click.echo(sentence)
    if not done:
        click.echo("Nothing was due.")


commands = [equality]
