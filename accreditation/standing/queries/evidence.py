"""Reading the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Table, bindparam, select

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import merged_among, of_one_person, records_as_known
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


def facts_of_all(person_ids: Iterable[int], merged: Mapping[int, int] | None = None) -> dict[int, list[Fact]]:
    """All facts of these people in the order they were recorded, voided ones too; people without any are left out.

    Several records of one person are one ledger: asked for any of them, it is the facts of all. `merged`: what
    `merged_among` says of these people, where the caller has asked it.
    """
    facts: dict[int, list[Fact]] = {}
    ids = iter(person_ids)
    while batch := list(islice(ids, AT_ONCE)):
        links = merged_among(batch) if merged is None else merged
        facts |= _facts_of_people(batch, links) if links else facts_of_records(batch)
    return facts


def _facts_of_people(person_ids: Sequence[int], merged: Mapping[int, int]) -> dict[int, list[Fact]]:
    """The same where some records are merged into others."""
    counted = {person_id: merged.get(person_id, person_id) for person_id in person_ids}
    wanted = set(counted.values())
    records = sorted(wanted | {record for record, kept_id in merged.items() if kept_id in wanted})
    whole: dict[int, list[Fact]] = {}
    for start in range(0, len(records), AT_ONCE):
        for record, facts in facts_of_records(records[start : start + AT_ONCE]).items():
            whole.setdefault(merged.get(record, record), []).extend(facts)
    for facts in whole.values():
        facts.sort(key=lambda fact: cast(int, fact.id))
    return {person_id: list(whole[kept_id]) for person_id, kept_id in counted.items() if kept_id in whole}


def facts_of_records(records: Sequence[int]) -> dict[int, list[Fact]]:
    """The facts by the very record that each was recorded for, whoever that counts for. At most AT_ONCE records."""
    facts: dict[int, list[Fact]] = {}
    for person_id, *fields in db.session.execute(FACTS.where(LEDGER.c.person_id.in_(records))):
        facts.setdefault(person_id, []).append(Fact(*fields))
    return facts


def facts_of(person_id: int, known_on: datetime | None = None) -> list[Fact]:
    """All facts of the person in the order they were recorded, voided ones too.

    With `known_on` those of the records that were known at that moment to be this person's, whenever recorded: what was
    known of each fact is for `known` to say.
    """
    if known_on is None:
        return facts_of_all([person_id]).get(person_id, [])
    found = facts_of_records(records_as_known(person_id, known_on))
    return sorted((fact for facts in found.values() for fact in facts), key=lambda fact: cast(int, fact.id))


def evidence_of(person_id: int, known_on: datetime | None = None) -> list[tuple[Evidence, EvidenceVoid | None]]:
    """The ledger of the person for a page: newest day first, each row with what struck it out, if anything did.

    The facts of all their records; which one a fact was recorded for, its `person_id` says. With `known_on` those of
    the records that were known at that moment to be theirs, whenever recorded.
    """
    if known_on is None:
        rows = db.session.execute(_whole_ledger(), {"person_id": person_id})
    else:
        rows = db.session.execute(_of_a_page(Evidence.person_id.in_(records_as_known(person_id, known_on))))
    return [(fact, void) for fact, void in rows]


@cache
def _whole_ledger() -> Any:
    """Put together once: every page about somebody asks for it."""
    person_id: Any = bindparam("person_id", type_=Integer)
    return _of_a_page(of_one_person(Evidence.person_id, person_id))


def _of_a_page(theirs: ColumnElement[bool]) -> Any:
    return (
        select(Evidence, EvidenceVoid)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(theirs)
        .order_by(Evidence.starts_on.desc(), Evidence.id.desc())
    )


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
    """The ids of people with any evidence, in order, after that id: of several records the one that counts."""
    kept = Person.merged_into_id
    merged = select(Person.id).where(kept.is_not(None))
    own = select(Evidence.person_id).where(Evidence.person_id > after, Evidence.person_id.not_in(merged))
    by_merged = select(kept).where(kept > after, select(Evidence.id).where(Evidence.person_id == Person.id).exists())
    found = set(db.session.scalars(own.distinct().order_by(Evidence.person_id).limit(limit)))
    found.update(
        person_id for person_id in db.session.scalars(by_merged.distinct().order_by(kept).limit(limit)) if person_id
    )
    return sorted(found)[:limit]
