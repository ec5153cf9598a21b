"""Proving that what the pages read is what the engine says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import merged_among, wrongly_merged
from accreditation.standing.models import Evidence, RequirementPeriod, StandingPeriod
from accreditation.standing.queries.editions import editions_beside
from accreditation.standing.queries.evidence import AT_ONCE, facts_of_all, people_with_evidence
from accreditation.standing.queries.projected import projected
from accreditation.standing.queries.schemes import all_histories, main_scheme_code

Table = type[StandingPeriod] | type[RequirementPeriod]
PROJECTIONS: tuple[Table, ...] = (StandingPeriod, RequirementPeriod)


@dataclass(frozen=True)
class Checked:
    """A batch of people: how many were recomputed, and the ids of those whose projections differ."""

    people: int
    differing: tuple[int, ...]


def check_projections() -> Iterator[Checked]:
    """Recompute everybody, batch by batch.

    Who differs is looked at once more in a fresh read, because somebody may have recorded a fact in between.
    """
    last = 0
    while person_ids := people_with_evidence(last):
        last = person_ids[-1]
        yield Checked(len(person_ids), _twice(person_ids))
    strangers = _projected_without_evidence()
    if strangers:
        yield Checked(0, _twice(strangers))
    if astray := wrongly_merged():
        yield Checked(0, tuple(astray))


def _twice(person_ids: Sequence[int]) -> tuple[int, ...]:
    differing = _differing(person_ids)
    if not differing:
        return ()
    db.session.rollback()
    return tuple(_differing(differing))


def _differing(person_ids: Sequence[int]) -> list[int]:
    current = all_histories()
    rehearsed = [each.history for each in editions_beside(current) if each.is_built]
    histories, main = [*current.values(), *rehearsed], main_scheme_code()
    wanted: dict[int, tuple[set[Any], ...]] = {person_id: (set(), set()) for person_id in person_ids}
    merged = merged_among(person_ids)
    counting = [person_id for person_id in person_ids if person_id not in merged]
    for person_id, facts in facts_of_all(counting, merged).items():
        for each in projected(person_id, facts, histories, main):
            for model, rows, found in zip(
                PROJECTIONS, (each.standing, each.requirements), wanted[person_id], strict=True
            ):
                found.update(tuple(row[name] for name in _columns(model)) for row in rows)
    stored: dict[int, tuple[set[Any], ...]] = {person_id: (set(), set()) for person_id in person_ids}
    editions = [history.edition for history in histories]
    for place, model in enumerate(PROJECTIONS):
        columns = [getattr(model, name) for name in _columns(model)]
        query = select(*columns).where(model.person_id.in_(person_ids), model.edition.in_(editions))
        for row in db.session.execute(query):
            stored[row.person_id][place].add(tuple(row))
    return [person_id for person_id in person_ids if wanted[person_id] != stored[person_id]]


def _columns(model: Table) -> list[str]:
    return [column.key for column in model.__table__.columns]


def _projected_without_evidence() -> list[int]:
    """Who has a standing and should have none: no record of theirs has evidence, or theirs is merged into another."""
    record = aliased(Person)
    of_this_person = or_(record.id == Person.id, record.merged_into_id == Person.id)
    has_evidence = select(Evidence.id).join(record, record.id == Evidence.person_id).where(of_this_person).exists()
    own_evidence = select(Evidence.id).where(Evidence.person_id == StandingPeriod.person_id).exists()
    unfounded = select(StandingPeriod.person_id).where(~own_evidence).distinct()
    query = select(Person.id).where(
        or_(
            and_(Person.id.in_(unfounded), ~has_evidence),
            and_(
                Person.merged_into_id.is_not(None),
                select(StandingPeriod.person_id).where(StandingPeriod.person_id == Person.id).exists(),
            ),
        )
    )
    return list(db.session.scalars(query.limit(AT_ONCE)))
