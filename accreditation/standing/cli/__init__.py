"""The commands of this room: `accreditation standing ...`, `accreditation schemes ...` and `accreditation check`."""

import click

from accreditation.standing.cli.evaluating import standing

commands: list[click.Command] = [standing]
