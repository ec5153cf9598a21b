"""The commands of this room: `accreditation standing ...`, `accreditation schemes ...` and `accreditation check`."""

import click

from accreditation.standing.cli.checking import check
from accreditation.standing.cli.evaluating import evaluate_files
from accreditation.standing.cli.schemes import schemes
from accreditation.standing.cli.showing import dossier, rebuild, show


@click.group("standing")
def standing() -> None:
    """Whether someone may work on a day, and why."""


for command in (evaluate_files, show, dossier, rebuild):
    standing.add_command(command)

commands: list[click.Command] = [standing, schemes, check]
