"""`accreditation practice figures`: the service figures of the page, from the keyboard."""

import json
from datetime import datetime

import click
from flask.cli import AppGroup, with_appcontext

from accreditation.core import clock
from accreditation.people.rules import EVERYTHING
from accreditation.practice.queries.cases import figures_by_unit, total
from accreditation.practice.rules.cases import Figures, usual_period
from accreditation.web.words import day

DAY = click.DateTime(["%Y-%m-%d"])

practice = AppGroup("practice", help="The practice log and the cases of the service.")
commands = [practice]


@practice.command("figures")
@click.option("--from", "first", type=DAY, help="First day of referral; without one, as the page has it.")
@click.option("--through", type=DAY, help="Last day of referral, inclusive.")
@click.option("--json", "as_json", is_flag=True, help="Every figure with its code; rates with what they are made of.")
@with_appcontext
def figures(first: datetime | None, through: datetime | None, as_json: bool) -> None:
    """Print the conclusion and the resolution rate of a period, by unit, as the page Service figures shows them."""
    usual = usual_period(clock.today())
    starts_on, last = first.date() if first else usual[0], through.date() if through else usual[1]
    if last < starts_on:
        raise click.UsageError("The last day must not lie before the first.")
    parts = figures_by_unit(EVERYTHING, starts_on, last)
    rows = [(part.name or "Not recorded", part.figures) for part in parts] + [("All", total(parts))]
    if as_json:
        said = {"from": starts_on.isoformat(), "through": last.isoformat()}
        click.echo(json.dumps({**said, "units": [{"unit": name, **_coded(found)} for name, found in rows]}, indent=2))
        return
    click.echo(f"Cases referred from {day(starts_on)} to {day(last)}, both days included")
    for name, found in rows:
        click.echo(f"\n{name}")
        click.echo(f"  Referred {found.referred}: open {found.open}, withdrawn {found.withdrawn}")
        click.echo(
            f"  Concluded {found.concluded}: resolved {found.resolved}, in part {found.partly}, "
            f"not resolved {found.not_resolved}, not stated {found.concluded_only}"
        )
        click.echo(f"  Conclusion rate: {found.conclusion_rate} ({found.concluded} of {found.referred} referred)")
        click.echo(f"  Resolution rate: {found.resolution_rate} ({found.resolved} of {found.concluded} concluded)")


def _coded(found: Figures) -> dict[str, object]:
    """By the codes that the page marks its figures with."""
    return {
        "referred": found.referred,
        "open": found.open,
        "withdrawn": found.withdrawn,
        "concluded": found.concluded,
        "not-stated": found.concluded_only,
        "resolved": found.resolved,
        "partly": found.partly,
        "not-resolved": found.not_resolved,
        "from-log": found.from_log,
        "conclusion-rate": {"rate": found.conclusion_rate, "of": [found.concluded, found.referred]},
        "resolution-rate": {"rate": found.resolution_rate, "of": [found.resolved, found.concluded]},
    }
