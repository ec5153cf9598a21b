"""The forecast supposing that something planned happens: facts come in as values, from a room above this one.

A room that plans says so with `plans_ahead`. Standing asks it for the facts, judges the people they are about with
those facts besides their own, and leaves everybody else's numbers as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import StandingPeriod
from accreditation.standing.queries.evidence import AT_ONCE, facts_of_all
from accreditation.standing.queries.explain import sees_details
from accreditation.standing.queries.forecast import DEPLOYABLE, Forecast
from accreditation.standing.queries.schemes import history_of
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.forecast import number_of_point
from accreditation.standing.rules.judging import judge
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Verdict


@dataclass(frozen=True)
class Supposed:
    """What is planned: facts that are to come, by person. `name` in a sentence: "with the plan of 2 February 2027"."""

    name: str
    url: str
    facts: Mapping[int, Sequence[Fact]]


@dataclass(frozen=True)
class WithPlan:
    """How many may work at each point of the forecast if what is planned happens; `people`: whom it is about."""

    supposed: Supposed
    people: int
    numbers: Sequence[int]
    before: Forecast

    @property
    def lowest(self) -> tuple[date, int]:
        """The first point with the fewest people, and how many."""
        place = min(range(len(self.numbers)), key=lambda number: self.numbers[number])
        return self.before.points[place].on, self.numbers[place]

    @property
    def most_gained(self) -> tuple[date, int]:
        """The first point at which the plan makes the largest difference, and how large it is."""
        gained = [number - point.number for number, point in zip(self.numbers, self.before.points, strict=True)]
        place = max(range(len(gained)), key=lambda number: gained[number])
        return self.before.points[place].on, gained[place]

    @property
    def first_under(self) -> date | None:
        """The first point at which there are still fewer than are wanted."""
        pairs = zip(self.before.points, self.numbers, strict=True)
        return next((point.on for point, number in pairs if number < self.before.wanted), None)


Planner = Callable[[Viewer, Scheme, date, int | None], Supposed | None]
PLANNERS: list[Planner] = []


def plans_ahead(planner: Planner) -> Planner:
    """Register a room's answer to: what is planned for this viewer's people, in one unit or all (None)?"""
    PLANNERS.append(planner)
    return planner


def planned(viewer: Viewer, scheme: Scheme, on: date, unit_id: int | None) -> Supposed | None:
    """What is planned, by the first room that plans anything; None when nothing is."""
    return next((found for planner in PLANNERS if (found := planner(viewer, scheme, on, unit_id))), None)


def with_plan(viewer: Viewer, scheme: Scheme, before: Forecast, unit_id: int | None, supposed: Supposed) -> WithPlan:
    """The numbers of a forecast that was made for the same viewer, scheme and unit, supposing what is planned."""
    people = _counted(sees_details(viewer), unit_id, list(supposed.facts))
    points = [point.on for point in before.points]
    change = [0] * (len(points) + 1)

    def count(starts_on: date, ends_on: date, number: int) -> None:
        """The periods that touch the forecast, as the forecast itself counts them."""
        if starts_on <= points[-1] and ends_on > before.on:
            change[number_of_point(before.on, starts_on)] += number
            change[len(points) if ends_on > points[-1] else number_of_point(before.on, ends_on)] -= number

    history = history_of(scheme.code)
    for start in range(0, len(people), AT_ONCE):
        batch = people[start : start + AT_ONCE]
        for starts_on, ends_on in db.session.execute(
            select(StandingPeriod.starts_on, StandingPeriod.ends_on).where(
                StandingPeriod.person_id.in_(batch),
                StandingPeriod.edition == scheme.edition,
                StandingPeriod.verdict == DEPLOYABLE,
            )
        ):
            count(starts_on, ends_on, -1)
        for person_id, facts in facts_of_all(batch).items():
            result = judge(history, [*known(facts, None), *supposed.facts[person_id]])
            for period in result.periods:
                if period.verdict is Verdict.DEPLOYABLE:
                    count(period.starts_on, period.ends_on, 1)
    moved = accumulate(change[:-1])
    numbers = [point.number + more for point, more in zip(before.points, moved, strict=True)]
    return WithPlan(supposed, len(people), numbers, before)


def _counted(within: Viewer, unit_id: int | None, person_ids: Sequence[int]) -> list[int]:
    """Those of these people whom the forecast counts."""
    found: list[int] = []
    for start in range(0, len(person_ids), AT_ONCE):
        query = select(Person.id).where(Person.id.in_(person_ids[start : start + AT_ONCE]), visible_to(within))
        query = query if unit_id is None else query.where(Person.unit_id == unit_id)
        found += db.session.scalars(query.order_by(Person.id))
    return found
