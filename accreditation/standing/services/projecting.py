"""The projections: the engine's answer in place of a person's periods. Nothing else writes them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select

from accreditation.core.calendar import Span, complement
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.standing.models import RequirementPeriod, StandingPeriod
from accreditation.standing.queries.evidence import AT_ONCE, facts_of_all, people_with_evidence
from accreditation.standing.queries.schemes import all_schemes, main_scheme_code
from accreditation.standing.rules.concern import concerned
from accreditation.standing.rules.engine import evaluate
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import with_runs
from accreditation.standing.services.schemes import keep_built_in_schemes

Rows = list[dict[str, Any]]


def refresh_standing(person_id: int) -> None:
    """Renew what the pages read of one person."""
    refresh_people([person_id])


def refresh_people(person_ids: Sequence[int]) -> None:
    """Renew what the pages read of these people: a few statements for any number of them."""
    if not person_ids:
        return
    db.session.flush()
    keep_built_in_schemes()
    schemes, main = all_schemes(), main_scheme_code()
    ids = iter(person_ids)
    while batch := list(islice(ids, AT_ONCE)):
        _replace(batch, schemes, main)


def _replace(person_ids: list[int], schemes: list[Scheme], main: str) -> None:
    _forget(person_ids)
    for projection in (StandingPeriod, RequirementPeriod):
        db.session.execute(
            delete(projection).where(projection.person_id.in_(person_ids)).execution_options(synchronize_session=False)
        )
    standing: Rows = []
    requirements: Rows = []
    for person_id, facts in facts_of_all(person_ids).items():
        for standing_rows, requirement_rows in projected(person_id, facts, schemes, main):
            standing += standing_rows
            requirements += requirement_rows
    connection = db.session.connection()
    for model, rows in ((StandingPeriod, standing), (RequirementPeriod, requirements)):
        if rows:
            connection.execute(insert(cast(Table, model.__table__)), rows)


def _forget(person_ids: list[int]) -> None:
    """Let go of rows that somebody read in this transaction and that are about to be replaced."""
    ids = set(person_ids)
    for row in list(db.session.identity_map.values()):
        if isinstance(row, StandingPeriod | RequirementPeriod) and row.person_id in ids:
            db.session.expunge(row)


def projected(
    person_id: int, facts: Sequence[Fact], schemes: Iterable[Scheme], main: str
) -> Iterator[tuple[Rows, Rows]]:
    """For each scheme that the person has to do with: the rows of standing_period and of requirement_period."""
    standing_facts = known(facts, None)
    for scheme in concerned(schemes, standing_facts, main):
        result = evaluate(scheme, standing_facts)
        first = result.periods[0].starts_on
        yield (
            [
                {
                    "person_id": person_id,
                    "scheme": scheme.code,
                    "starts_on": period.starts_on,
                    "ends_on": period.ends_on,
                    "since": run.starts_on,
                    "until": run.ends_on,
                    "verdict": period.verdict.value,
                    "limiting_requirement": period.limiting,
                    "limiting_end": period.limiting_end,
                    "failing": period.failing,
                }
                for period, run in with_runs(result)
            ],
            [
                {
                    "person_id": person_id,
                    "scheme": scheme.code,
                    "requirement": code,
                    "starts_on": span.starts_on,
                    "ends_on": span.ends_on,
                    "met": met,
                }
                for code in result.requirements
                for span, met in _met_and_unmet(result.met_spans(code), first)
            ],
        )


def _met_and_unmet(met: list[Span], first: date) -> list[tuple[Span, bool]]:
    unmet = complement(met, Span(first))
    return sorted([(span, True) for span in met] + [(span, False) for span in unmet])


def refresh_next(after: int) -> tuple[int, int]:
    """Renew the next batch of people after that id: the last id done and how many; (after, 0) when all are done."""
    people = people_with_evidence(after)
    if not people:
        return after, 0
    db.session.execute(select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update())
    refresh_people(people)
    return people[-1], len(people)


def rebuild(progress: Callable[[int], None] | None = None) -> int:
    """Renew everybody, in the caller's transaction; how many people. The command does it batch by batch instead."""
    done = last = 0
    while True:
        last, count = refresh_next(last)
        if not count:
            return done
        done += count
        if progress:
            progress(count)
