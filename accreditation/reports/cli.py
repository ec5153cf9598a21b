"""`accreditation reports steering`: the figures of the page, from the keyboard."""

import json
from dataclasses import asdict
from datetime import datetime

import click
from flask.cli import AppGroup, with_appcontext

from accreditation.core import clock
from accreditation.core.calendar import days_after
from accreditation.people.rules import EVERYTHING
from accreditation.reports.queries.steering import ask, contents_of
from accreditation.reports.rules.periods import Period, problem_with, usual_periods

DAY = click.DateTime(["%Y-%m-%d"])

reports = AppGroup("reports", help="What the service tells its steering group.")
commands = [reports]


@reports.command("steering")
@click.option("--from", "first", type=DAY, help="First day of the period; without one, of the last quarter.")
@click.option("--through", type=DAY, help="Last day of the period, inclusive.")
@click.option("--json", "as_json", is_flag=True, help="Every figure with its code, number and what it is out of.")
@with_appcontext
def steering(first: datetime | None, through: datetime | None, as_json: bool) -> None:
    """Print the steering group's figures, as the page under Reports shows them."""
    today = clock.today()
    usual = usual_periods(today)[0][1]
    starts_on = first.date() if first else usual.starts_on
    last = through.date() if through else usual.through
    if problem := problem_with(starts_on, last):
        raise click.UsageError(problem)
    period = Period(starts_on, days_after(last, 1))
    contents = contents_of(ask(EVERYTHING, period, today))
    if as_json:
        figures = [
            {"section": section.code, **asdict(figure)} for section in contents.sections for figure in section.figures
        ]
        click.echo(
            json.dumps(
                {"from": period.starts_on.isoformat(), "through": last.isoformat(), "figures": figures}, indent=2
            )
        )
        return
    click.echo(f"Steering group figures, {period.words}")
    for section in contents.sections:
        click.echo(f"\n{section.title}")
        for figure in section.figures:
            click.echo(f"  {figure.label}: {figure.words}")
