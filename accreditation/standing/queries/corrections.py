"""One fact of the ledger for somebody who may put it right, and what striking it out changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from accreditation.core.calendar import LONDON
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.queries.effects import Effect, effects_of
from accreditation.standing.queries.evidence import facts_of
from accreditation.standing.rules.corrections import OWNED, needed_to_correct

CORRECTION = "correction"
"""The type of source of a fact that was put in the place of another; its id is that of the one struck out."""


@dataclass(frozen=True)
class Origin:
    """Through whom a correction was suggested, in words for anybody; `url` where this viewer may read more."""

    words: str
    url: str | None = None


Source = Callable[[int, Viewer], Origin | None]
S = TypeVar("S", bound=Source)

SOURCES: list[Source] = []


def tells_origins(source: S) -> S:
    """Decorator: a function of the id of the fact struck out and of who asks, from a room above this one."""
    if source not in SOURCES:
        SOURCES.append(source)
    return source


def origins_of(evidence_id: int, viewer: Viewer) -> list[Origin]:
    return [origin for source in SOURCES if (origin := source(evidence_id, viewer)) is not None]


@dataclass(frozen=True)
class Correctable:
    """A fact with the person it is about; `struck` where it was struck out, `instead` what took its place."""

    fact: Evidence
    person: Person
    struck: EvidenceVoid | None
    struck_by: Person | None
    instead: Evidence | None

    @property
    def owner(self) -> str | None:
        """Where it is put right, if it follows from a record of a room."""
        return OWNED.get(self.fact.source_type)


def get_correctable(evidence_id: int, viewer: Viewer) -> Correctable:
    """Raises NotFound, in the same words whether there is none or it is not for this viewer to put right."""
    query = (
        select(Evidence, Person, EvidenceVoid)
        .join(Person, Person.id == Evidence.person_id)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(Evidence.id == evidence_id, visible_to(viewer))
    )
    row = db.session.execute(query).one_or_none()
    if row is None or not viewer.may(needed_to_correct(row[0].kind), subject_of(row[1])):
        raise NotFound("There is no such fact.")
    fact, person, struck = row
    struck_by = db.session.get(Person, struck.voided_by) if struck and struck.voided_by else None
    instead = select(Evidence).where(Evidence.source_type == CORRECTION, Evidence.source_id == evidence_id)
    return Correctable(fact, person.counted, struck, struck_by, db.session.scalar(instead))


def what_it_changed(found: Correctable, viewer: Viewer) -> list[Effect]:
    """What striking the fact out changed on the day it was done, with what took its place. None but this change."""
    if found.struck is None:
        return []
    at = found.struck.voided_at
    every = facts_of(found.person.id)
    instead_id = found.instead.id if found.instead else None
    before = [
        fact
        for fact in every
        if (fact.recorded_at is None or fact.recorded_at <= at)
        and (fact.voided_at is None or fact.voided_at >= at)
        and fact.id != instead_id
    ]
    after = [fact for fact in before if fact.id != found.fact.id]
    after += [fact for fact in every if fact.id == instead_id]
    return effects_of(found.person, viewer, before, after, [at.astimezone(LONDON).date()])
