"""The commands of this room: `accreditation standing ...`, `schemes ...`, `check` and `forecast`."""

import click
from flask.cli import ScriptInfo

from accreditation.standing.cli.checking import check
from accreditation.standing.cli.evaluating import evaluate_files
from accreditation.standing.cli.forecasting import forecast_weeks
from accreditation.standing.cli.schemes import schemes
from accreditation.standing.cli.showing import dossier, rebuild, show


class Joined(click.Group):
    """A group that higher rooms add commands to when the application is made, which `evaluate` does without."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None:
            ctx.ensure_object(ScriptInfo).load_app()
            found = super().get_command(ctx, cmd_name)
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        ctx.ensure_object(ScriptInfo).load_app()
        return super().list_commands(ctx)


@click.group("standing", cls=Joined)
def standing() -> None:
    """Whether someone may work on a day, and why."""


for command in (evaluate_files, show, dossier, rebuild):
    standing.add_command(command)

commands: list[click.Command] = [standing, schemes, check, forecast_weeks]
