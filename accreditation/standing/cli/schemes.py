"""`accreditation schemes`: which there are, what they say, installing another."""

import click
from flask.cli import with_appcontext

from accreditation.core import clock
from accreditation.core.audit import acting_as
from accreditation.core.database import transaction
from accreditation.standing.cli.answering import answer_json, refusing
from accreditation.standing.queries import all_schemes, get_scheme, preset, preset_codes
from accreditation.standing.rules.contract.scheme_json import scheme_as_json
from accreditation.standing.rules.scheme import CERTAINTIES
from accreditation.standing.services.installing import install_and_judge


@click.group("schemes")
def schemes() -> None:
    """The accreditation schemes and their requirements."""


@schemes.command("list")
@with_appcontext
def list_schemes() -> None:
    """The schemes in use, and the presets that can be installed."""
    in_use = {scheme.code for scheme in all_schemes(clock.today())}
    for code in sorted(in_use | set(preset_codes())):
        scheme = get_scheme(code) if code in in_use else preset(code)
        if code in in_use or not scheme.hidden:
            click.echo(f"{code:<14} {'in use   ' if code in in_use else 'available'}  {scheme.name}")


@schemes.command("show")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="As `standing evaluate` reads it.")
@with_appcontext
def show_scheme(code: str, as_json: bool) -> None:
    """What the scheme CODE asks for."""
    with refusing():
        scheme = get_scheme(code, clock.today())
        if as_json:
            answer_json(scheme_as_json(scheme), compact=False)
            return
        click.echo(f"{scheme.code}: {scheme.name}")
        for requirement in scheme.requirements:
            sure = CERTAINTIES.get(requirement.certainty, "")
            click.echo(f"  {requirement.code:<14} {requirement.label} ({sure})")
        if scheme.recorded:
            click.echo("Recorded, not enforced:")
        for figure in scheme.recorded:
            click.echo(f"  {figure.key:<14} {figure.label}: {figure.why_not_enforced}")


@schemes.command("install")
@click.argument("code")
@with_appcontext
def install(code: str) -> None:
    """Install the preset CODE beside the schemes in use."""
    with refusing(), acting_as(None, "command"), transaction():
        install_and_judge(code, installed_by=None)
    click.echo(f"{code} is installed.")
