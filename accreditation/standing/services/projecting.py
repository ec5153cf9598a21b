"""The projections: the engine's answer in place of a person's periods. Nothing else writes them."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import cast

from sqlalchemy import Table, delete, insert, select, text

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.standing.models import RequirementPeriod, StandingPeriod
from accreditation.standing.queries.evidence import AT_ONCE, facts_of_all, people_with_evidence
from accreditation.standing.queries.projected import Rows, projected
from accreditation.standing.queries.schemes import all_schemes, main_scheme_code
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.services.schemes import keep_built_in_schemes


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


def refresh_next(after: int) -> tuple[int, int]:
    """Renew the next batch of people after that id: the last id done and how many; (after, 0) when all are done."""
    people = people_with_evidence(after)
    if not people:
        return after, 0
    db.session.execute(select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update())
    refresh_people(people)
    return people[-1], len(people)


def gather_statistics() -> None:
    """Let the database count its tables, so that a page of the register walks by name and sorts nobody.

    In the caller's transaction; after anything that adds many people at once.
    """
    for table in ("person", "evidence", "standing_period", "requirement_period"):
        db.session.execute(text(f"ANALYZE {table}"))


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
