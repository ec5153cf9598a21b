"""The forecast, read from the projection: grouped by the database, never a row for each person.

Whoever asks sees the dates and reasons behind the numbers, so every query is limited to those people of whom the viewer
may know them (`sees_details`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.sql.elements import True_

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.permissions import Scope
from accreditation.core.settings import get_setting
from accreditation.core.sql import DaysBetween
from accreditation.people.models import Person
from accreditation.people.queries import units as all_units
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import StandingPeriod
from accreditation.standing.queries.explain import sees_details
from accreditation.standing.queries.schemes import main_scheme_code
from accreditation.standing.rules.forecast import (
    WEEKS,
    Ends,
    Herd,
    Point,
    Runs,
    first_under,
    herds,
    lowest,
    points_from,
    sweep,
)
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Verdict
from accreditation.web.words import day

DEPLOYABLE = Verdict.DEPLOYABLE.value


@dataclass(frozen=True)
class UnitForecast:
    """One unit's share of a forecast; `unit_id` None: those in no unit."""

    unit_id: int | None
    name: str | None
    points: Sequence[Point]

    @cached_property
    def lowest(self) -> Point:
        return lowest(self.points)


@dataclass(frozen=True)
class Forecast:
    """The people who may work in a scheme in the weeks to come, if nothing is done.

    `wanted` is the number that the service wants; 0 where none is set, or where these are not all of its mediators.
    """

    on: date
    points: Sequence[Point]
    units: Sequence[UnitForecast]
    herds: Sequence[Herd]
    wanted: int = 0

    @cached_property
    def lowest(self) -> Point:
        return lowest(self.points)

    @cached_property
    def first_under(self) -> Point | None:
        return first_under(self.points, self.wanted)

    def finding(self, where: str = "") -> str:
        """The one fact, without a full stop; `where` such as "in Croydon"."""
        cover = f"Cover {where}".strip()
        now, least, last = self.points[0].number, self.lowest, self.points[-1]
        fall = f"{least.number:,} by {day(least.on)}"
        if self.first_under and self.first_under.on == self.on:
            later = f", and falls to {fall} if nothing is done" if least.number < now else ""
            return f"{cover} is under the wanted {self.wanted:,} already: {now:,} may work today{later}"
        if self.first_under:
            return (
                f"{cover} falls below the wanted {self.wanted:,} from {day(self.first_under.on)}, "
                f"from {now:,} today to {fall}, if nothing is done"
            )
        if least.number < now:
            return f"{cover} falls from {now:,} to {fall} if nothing is done"
        if last.number > now:
            return f"{cover} rises from {now:,} to {last.number:,} by {day(last.on)} if nothing is done"
        return f"{cover} stays at {now:,} for the next {len(self.points) - 1} weeks"


def forecast(
    viewer: Viewer, scheme: Scheme, on: date, unit_id: int | None = None, *, weeks: int = WEEKS, by_unit: bool = True
) -> Forecast:
    """Of this viewer's people, in one unit or all (None). Not `by_unit`: the numbers of all together alone."""
    points = points_from(on, weeks)
    within = sees_details(viewer)
    runs = _runs(within, scheme, points, unit_id, by_unit)
    total = sweep(points, runs)
    ends = ends_by_day(within, scheme, on, points[-1], unit_id)
    everybody = unit_id is None and within.ids(Scope.SERVICE) and scheme.code == main_scheme_code()
    return Forecast(
        on,
        total,
        _units(points, runs) if by_unit else (),
        herds(ends, total[0].number),
        cover_wanted() if everybody else 0,
    )


def cover_wanted() -> int:
    """How many mediators who may work the service wants to have; 0: no number is set."""
    return int(get_setting("cover_wanted") or 0)


def _runs(within: Viewer, scheme: Scheme, points: Sequence[date], unit_id: int | None, by_unit: bool) -> list[Runs]:
    """The deployable runs that touch the forecast: one walk over an index, a row for each unit and pair of points."""
    on, last = points[0], points[-1]
    before = literal(days_after(points[1], -13))  # the day from which whole weeks count up to the number of a point
    starts_at = case(
        (StandingPeriod.starts_on <= on, 0), else_=DaysBetween(StandingPeriod.starts_on, before) // 7
    ).label("starts_at")
    ends_at = case(
        (StandingPeriod.ends_on > last, len(points)), else_=DaysBetween(StandingPeriod.ends_on, before) // 7
    ).label("ends_at")
    unit = Person.unit_id if by_unit else literal(None)
    query = select(unit.label("unit_id"), starts_at, ends_at, func.count()).where(
        StandingPeriod.edition == scheme.edition,
        StandingPeriod.verdict == DEPLOYABLE,
        StandingPeriod.starts_on <= last,
        StandingPeriod.ends_on > on,
    )
    query = _people(query, within, unit_id, needed=by_unit)
    query = query.group_by("unit_id", "starts_at", "ends_at") if by_unit else query.group_by("starts_at", "ends_at")
    return [Runs(*row) for row in db.session.execute(query)]


def ends_by_day(within: Viewer, scheme: Scheme, on: date, last: date, unit_id: int | None) -> list[Ends]:
    """What ends after `on` and by `last` (both exclusive ends of runs): a row for each day and reason."""
    query = select(StandingPeriod.limiting_end, StandingPeriod.limiting_requirement, func.count()).where(
        StandingPeriod.edition == scheme.edition, StandingPeriod.limiting_end > on, StandingPeriod.limiting_end <= last
    )
    query = _people(query, within, unit_id)
    query = query.group_by(StandingPeriod.limiting_end, StandingPeriod.limiting_requirement)
    rows = db.session.execute(query)
    return [Ends(ends_on, because, number) for ends_on, because, number in rows if ends_on and because]


def _people(
    query: Select[*tuple[Any, ...]], within: Viewer, unit_id: int | None, *, needed: bool = False
) -> Select[*tuple[Any, ...]]:
    """Limited to the viewer's people and the unit; without a look at anybody where everyone is meant."""
    visible = visible_to(within)
    if needed or unit_id is not None or not isinstance(visible, True_):
        query = query.join(Person, Person.id == StandingPeriod.person_id).where(visible)
    return query if unit_id is None else query.where(Person.unit_id == unit_id)


def _units(points: Sequence[date], runs: Sequence[Runs]) -> list[UnitForecast]:
    """By name, those in no unit last."""
    by_unit: dict[int | None, list[Runs]] = {}
    for one in runs:
        by_unit.setdefault(one.unit_id, []).append(one)
    names = {unit.id: unit.name for unit in all_units()}
    units = [
        UnitForecast(unit_id, names[unit_id] if unit_id else None, sweep(points, found))
        for unit_id, found in by_unit.items()
    ]
    return sorted(units, key=lambda unit: (unit.name is None, unit.name or ""))
