"""The standing of one person in one scheme on one day, as a value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Date, Row, String, bindparam, select

from accreditation.core.calendar import FOREVER, Span, last_good_day
from accreditation.core.database import db, rows_of
from accreditation.people.models import Person
from accreditation.people.queries import subject_of
from accreditation.people.rules import Subject
from accreditation.standing.models import StandingPeriod
from accreditation.standing.queries.editions import current_key
from accreditation.standing.queries.evidence import facts_of
from accreditation.standing.queries.schemes import history_of
from accreditation.standing.rules.answers import answer_on, because
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.history import History, Version, days_judged
from accreditation.standing.rules.judging import judge
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Result, Verdict, with_runs


@dataclass(frozen=True)
class Standing:
    """What the engine says of one person and scheme on a day. Pages show `explain(standing, viewer)`, never this.

    `scheme` is the version that judges the person on the day, `history` all of them. `days` is the period
    [starts_on, ends_on) in which nothing about it changes; `since` the first day of the unbroken run of the verdict,
    whatever fails in it. `result` and `facts` are empty where it was read from a projection.
    """

    scheme: Scheme
    whose: Subject
    on: date
    verdict: Verdict
    failing: tuple[str, ...]
    limiting: str | None
    limiting_end: date | None
    days: Span
    since: date
    renewal_due: tuple[str, ...] = ()
    until: date = FOREVER  # the first day with another verdict
    result: Result | None = None
    facts: tuple[Fact, ...] = ()
    history: History | None = None
    version: Version | None = None  # None where it was read from a projection

    @property
    def valid_through(self) -> date | None:
        """The last day of the deployable run; None when not deployable or without end."""
        return last_good_day(self.limiting_end) if self.limiting_end else None

    def because(self) -> dict[str, list[Fact]]:
        """For each requirement met on the day, the facts that support it."""
        return because(self.scheme, self.facts, self.on)


def standing_on(
    person_id: int,
    scheme: Scheme | str,
    on: date,
    *,
    supposing: Sequence[Fact] = (),
    known_on: datetime | None = None,
) -> Standing:
    """Ask the engine about the ledger as it is, with the facts supposed besides, or as it was known at a moment.

    By the versions of the scheme, and at a moment by those that had been activated. Raises NotFound for a scheme that
    this service has not.
    """
    history = history_of(scheme if isinstance(scheme, str) else scheme.code, known_on=known_on)
    facts = [*known(facts_of(person_id, known_on), known_on), *supposing]
    return standing_from(history, subject_of(db.session.get_one(Person, person_id)), facts, on)


def standing_from(history: History, whose: Subject, facts: Sequence[Fact], on: date) -> Standing:
    """The standing by facts that were fetched already."""
    result = judge(history, facts)
    version = next(version for days, version in days_judged(history, facts) if on in days)
    scheme = history.shown(version)
    answer = answer_on(scheme, result, on)
    run = verdict_run(result, on)
    period = result.period_on(on)
    return Standing(
        scheme=scheme,
        whose=whose,
        on=on,
        verdict=answer.verdict,
        failing=answer.failing,
        limiting=answer.limiting,
        limiting_end=answer.limiting_end,
        days=Span(period.starts_on, period.ends_on) if period else run,
        since=run.starts_on,
        until=run.ends_on,
        renewal_due=answer.renewal_due,
        result=result,
        facts=tuple(facts),
        history=history,
        version=version,
    )


def verdict_run(result: Result, on: date) -> Span:
    """The unbroken run of days with the verdict of that day."""
    if result.starts_on is None or on < result.starts_on:
        return Span(date.min, result.starts_on or FOREVER)
    return next(run for period, run in with_runs(result) if period.starts_on <= on < period.ends_on)


def standing_of_row(row: StandingPeriod | Row[*tuple[Any, ...]], scheme: Scheme, whose: Subject, on: date) -> Standing:
    """The standing in a row of the projection that holds on the day: for lists, which never ask the engine."""
    return Standing(
        scheme=scheme,
        whose=whose,
        on=on,
        verdict=Verdict(row.verdict),
        failing=row.failing,
        limiting=row.limiting_requirement,
        limiting_end=row.limiting_end,
        days=Span(row.starts_on, row.ends_on),
        since=row.since,
        until=row.until,
    )


def periods_of(person_id: int, scheme_code: str) -> list[StandingPeriod]:
    """The projected periods of the person in the scheme, in order."""
    edition = current_key(scheme_code)
    query = select(StandingPeriod).where(StandingPeriod.person_id == person_id, StandingPeriod.edition == edition)
    return list(db.session.scalars(query.order_by(StandingPeriod.starts_on)))


def standings_on(person_ids: Iterable[int], scheme: Scheme, on: date) -> dict[int, Standing]:
    """The projected standings on the day of those of these people who have one, by person."""
    rows = rows_of(_projected(), {"person_ids": list(person_ids), "edition": scheme.edition, "on": on})
    return {
        row.person_id: standing_of_row(row, scheme, Subject(person_id=row.person_id, unit_id=row.unit_id), on)
        for row in rows
    }


@cache
def _projected() -> Any:
    """Put together once: what `standing_of_row` reads, and the unit of the person."""
    on = bindparam("on", type_=Date)
    return (
        select(*StandingPeriod.__table__.columns, Person.unit_id)
        .join(Person, Person.id == StandingPeriod.person_id)
        .where(
            StandingPeriod.person_id.in_(bindparam("person_ids", expanding=True)),
            StandingPeriod.edition == bindparam("edition", type_=String()),
            StandingPeriod.starts_on <= on,
            StandingPeriod.ends_on > on,
        )
    )
