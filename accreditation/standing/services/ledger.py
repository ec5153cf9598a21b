"""Declaring facts and striking them out: the one door into the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from accreditation.core.calendar import FOREVER
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.services import lock_records
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.queries.evidence import evidence_from, get_evidence
from accreditation.standing.rules.evidence import EVENT_KINDS, KINDS
from accreditation.standing.services.projecting import refresh_people

POSTPONED = "standing to refresh"


def declare(
    person_id: int,
    *,
    kind: str,
    code: str | None = None,
    starts_on: date,
    ends_on: date | None = None,
    quantity: Decimal | int | None = None,
    scheme: str | None = None,
    source: tuple[str, int],
    recorded_by: int | None,
    reason: str | None = None,
) -> Evidence:
    """Add one dated fact to the ledger and renew what the pages read, both in the caller's transaction.

    `ends_on` is exclusive, None (or FOREVER) for an interval that is open; an event has none. `scheme` limits the fact
    to one scheme. Raises DomainError when the end is not after the start, ValueError for a kind or an end that cannot
    be, which is a bug of the caller's.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of evidence: {kind}")
    if ends_on == FOREVER:
        ends_on = None
    if ends_on is not None and kind in EVENT_KINDS:
        raise ValueError(f"{kind} is an event of one day and has no end")
    if ends_on is not None and ends_on <= starts_on:
        raise DomainError("The end must be after the start.")
    if quantity is not None and quantity < 0:
        raise DomainError("The amount must not be below nought.")
    _lock(person_id)
    fact = Evidence(
        person_id=person_id,
        scheme=scheme,
        kind=kind,
        code=code,
        starts_on=starts_on,
        ends_on=ends_on,
        quantity=None if quantity is None else Decimal(quantity),
        source_type=source[0],
        source_id=source[1],
        reason=reason,
        recorded_by=recorded_by,
    )
    db.session.add(fact)
    _refresh(person_id)
    return fact


def void(evidence_id: int, *, reason: str, recorded_by: int | None) -> None:
    """Strike out a wrong fact by a row of its own. The right fact is declared anew.

    Raises IntegrityError if it is struck out already: callers hold the record that it follows from.
    """
    person_id = get_evidence(evidence_id).person_id
    _lock(person_id)
    db.session.add(EvidenceVoid(evidence_id=evidence_id, reason=reason, voided_by=recorded_by))
    _refresh(person_id)


def void_source(source: tuple[str, int], *, reason: str, recorded_by: int | None) -> int:
    """Strike out everything that follows from this record and still stands; how many facts that were."""
    facts = evidence_from(source)
    for person_id in sorted({fact.person_id for fact in facts}):
        _lock(person_id)
    facts = evidence_from(source)  # another writer may have been there before the lock
    for fact in facts:
        db.session.add(EvidenceVoid(evidence_id=fact.id, reason=reason, voided_by=recorded_by))
    for person_id in sorted({fact.person_id for fact in facts}):
        _refresh(person_id)
    return len(facts)


@contextmanager
def declaring_many() -> Iterator[None]:
    """Inside, what the pages read is renewed once for each person at the end, not once for each fact.

    Inside the caller's transaction; may be nested. Rules asked inside still see every fact at once.
    """
    session = db.session()
    if POSTPONED in session.info:
        yield
        return
    waiting: dict[int, bool] = {}
    session.info[POSTPONED] = waiting
    try:
        yield
    finally:
        del session.info[POSTPONED]
    refresh_people(sorted(person_id for person_id, changed in waiting.items() if changed))


def _lock(person_id: int) -> None:
    """The record, and the one that counts for it if it is merged: nobody renews that one's standing meanwhile.

    Once for each while declaring many: the lock holds until the transaction ends.
    """
    waiting: dict[int, bool] | None = db.session().info.get(POSTPONED)
    if waiting is not None and person_id in waiting:
        return
    for locked in lock_records(person_id):
        if waiting is not None:
            waiting.setdefault(locked, False)


def _refresh(person_id: int) -> None:
    waiting: dict[int, bool] | None = db.session().info.get(POSTPONED)
    if waiting is None:
        refresh_people([person_id])
    else:
        waiting[person_id] = True
        db.session.flush()
