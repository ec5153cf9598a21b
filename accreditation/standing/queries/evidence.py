"""Reading the ledger."""

from collections.abc import Iterable
from itertools import islice
from typing import cast

from sqlalchemy import Table, select

from accreditation.core.database import db
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.rules.evidence import Fact

AT_ONCE = 500
"""People in one statement: as many parameters as any SQLite takes."""

LEDGER, VOIDS = cast(Table, Evidence.__table__), cast(Table, EvidenceVoid.__table__)
FACTS = (
    # After the person, the fields of a Fact in their order; plain columns, because whole registers are read like this.
    select(
        LEDGER.c.person_id,
        LEDGER.c.kind,
        LEDGER.c.code,
        LEDGER.c.starts_on,
        LEDGER.c.ends_on,
        LEDGER.c.quantity,
        LEDGER.c.scheme,
        LEDGER.c.id,
        LEDGER.c.recorded_at,
        VOIDS.c.voided_at,
    )
    .select_from(LEDGER.outerjoin(VOIDS, VOIDS.c.evidence_id == LEDGER.c.id))
    .order_by(LEDGER.c.person_id, LEDGER.c.id)
)


def facts_of_all(person_ids: Iterable[int]) -> dict[int, list[Fact]]:
    """All facts of these people in the order they were recorded, voided ones too; people without any are left out."""
    facts: dict[int, list[Fact]] = {}
    ids = iter(person_ids)
    while batch := list(islice(ids, AT_ONCE)):
        for person_id, *fields in db.session.execute(FACTS.where(LEDGER.c.person_id.in_(batch))):
            facts.setdefault(person_id, []).append(Fact(*fields))
    return facts


def facts_of(person_id: int) -> list[Fact]:
    """All facts of the person in the order they were recorded, voided ones too."""
    return facts_of_all([person_id]).get(person_id, [])


def evidence_of(person_id: int) -> list[tuple[Evidence, EvidenceVoid | None]]:
    """The ledger of the person for a page: newest day first, each row with what struck it out, if anything did."""
    query = (
        select(Evidence, EvidenceVoid)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(Evidence.person_id == person_id)
        .order_by(Evidence.starts_on.desc(), Evidence.id.desc())
    )
    return [(fact, void) for fact, void in db.session.execute(query)]


def get_evidence(evidence_id: int) -> Evidence:
    """Raises NoResultFound: an id that no page gave out is a bug."""
    return db.session.get_one(Evidence, evidence_id)


def evidence_from(source: tuple[str, int]) -> list[Evidence]:
    """What was declared from that record of a room and still stands."""
    query = (
        select(Evidence)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(Evidence.source_type == source[0], Evidence.source_id == source[1], EvidenceVoid.id.is_(None))
        .order_by(Evidence.id)
    )
    return list(db.session.scalars(query))


def people_with_evidence(after: int = 0, limit: int = AT_ONCE) -> list[int]:
    """The ids of people with any evidence, in order, after that id."""
    query = select(Evidence.person_id).where(Evidence.person_id > after)
    return list(db.session.scalars(query.distinct().order_by(Evidence.person_id).limit(limit)))
