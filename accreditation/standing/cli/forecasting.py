"""`accreditation forecast`: how many may work in the weeks to come, as the page at /forecast says."""

from collections.abc import Iterable
from typing import Any

import click
from flask.cli import with_appcontext

from accreditation.core import clock
from accreditation.core.dates import read_day
from accreditation.core.errors import NotFound
from accreditation.people.queries import units
from accreditation.people.rules import EVERYTHING
from accreditation.standing.cli.answering import answer_json, refusing
from accreditation.standing.queries.forecast import Forecast, UnitForecast, forecast
from accreditation.standing.queries.schemes import get_scheme, main_scheme_code
from accreditation.standing.queries.supposing import WithPlan, planned, with_plan
from accreditation.standing.rules.forecast import Point
from accreditation.web.words import day, short_day


@click.command("forecast")
@click.option("--scheme", metavar="CODE", help="Another scheme than the service's main one.")
@click.option("--unit", metavar="NAME", help="Of this unit's people alone.")
@click.option("--on", default="", metavar="DATE", help="From this day on instead of today.")
@click.option("--json", "as_json", is_flag=True, help="Every week, and each unit's, with its figures.")
@with_appcontext
def forecast_weeks(scheme: str | None, unit: str | None, on: str, as_json: bool) -> None:
    """Print how many may work today and on the next 52 Mondays, if nothing is done."""
    with refusing():
        begins = read_day(on) if on else clock.today()
        chosen = get_scheme(scheme or main_scheme_code(), begins)
        unit_id = _unit(unit) if unit is not None else None
        found = forecast(EVERYTHING, chosen, begins, unit_id)
        ahead = planned(EVERYTHING, chosen, begins, unit_id)
        supposing = with_plan(EVERYTHING, chosen, found, unit_id, ahead) if ahead else None
    where = f"in {unit}" if unit else ""
    if as_json:
        answer_json(_as_json(found, supposing, where) | {"scheme": chosen.code, "unit": unit}, compact=False)
        return
    click.echo(f"{found.finding(where)}.")
    if supposing:
        click.echo(f"The last column: {supposing.supposed.name}.")
    for place, point in enumerate(found.points):
        is_last = place == len(found.points) - 1
        change = "" if is_last else f"{-point.dropped_out:>8,} {point.came_in:>+8,}"
        plan = f"{supposing.numbers[place]:>9,}" if supposing else ""
        click.echo(f"  {short_day(point.on):<12}{point.number:>9,} {change:<17}{plan}".rstrip())
    for one in found.units if unit_id is None else ():
        name = one.name or "In no unit"
        click.echo(f"  {name}: {one.points[0].number:,} today, lowest {one.lowest.number:,} on {day(one.lowest.on)}")


def _unit(name: str) -> int:
    found = next((one.id for one in units() if one.name == name), None)
    if found is None:
        raise NotFound(f"There is no unit {name}.")
    return found


def _as_json(found: Forecast, supposing: WithPlan | None, where: str) -> dict[str, Any]:
    return {
        "on": found.on.isoformat(),
        "finding": found.finding(where),
        "wanted": found.wanted or None,
        "plan": supposing.supposed.name if supposing else None,
        "weeks": _weeks(found.points, supposing.numbers if supposing else [None] * len(found.points)),
        "units": [_unit_as_json(one) for one in found.units],
    }


def _weeks(points: Iterable[Point], with_plan: Iterable[int | None]) -> list[dict[str, Any]]:
    """After the last point there is no week that the forecast knows of."""
    weeks = [
        {
            "on": point.on.isoformat(),
            "may_work": point.number,
            "with_the_plan": number,
            "drop_out": point.dropped_out,
            "come_in": point.came_in,
        }
        for point, number in zip(points, with_plan, strict=True)
    ]
    weeks[-1] |= {"drop_out": None, "come_in": None}
    return weeks


def _unit_as_json(one: UnitForecast) -> dict[str, Any]:
    return {
        "unit": one.name,
        "may_work": [point.number for point in one.points],
        "lowest": one.lowest.number,
        "lowest_on": one.lowest.on.isoformat(),
    }
