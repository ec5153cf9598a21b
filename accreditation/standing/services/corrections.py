"""Striking out a wrong fact of the ledger, and putting the right one in its place. Nothing here commits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.people.services import lock_records
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.queries.corrections import CORRECTION
from accreditation.standing.queries.evidence import get_evidence
from accreditation.standing.rules.corrections import OWNED, must_keep_an_end
from accreditation.standing.services.ledger import declare, declaring_many, void
from accreditation.standing.services.overlays import refuse_own
from accreditation.web.words import moment


@dataclass(frozen=True)
class Rightly:
    """The fact as it should have been. `ends_on` is exclusive; None for an event or an interval without an end."""

    starts_on: date
    ends_on: date | None
    quantity: Decimal | None


def correct_evidence(
    evidence_id: int, *, reason: str, rightly: Rightly | None, corrected_by: int | None
) -> Evidence | None:
    """Strike the fact out, and declare it anew where it is only wrong in its days or its amount.

    Pressing twice does it once. Raises DomainError where the fact follows from a record of a room or stays as it is,
    Conflict where somebody else struck it out, NotAllowed where it is about the person who asks.
    """
    person_id = get_evidence(evidence_id).person_id
    lock_records(person_id)
    fact = get_evidence(evidence_id)
    refuse_own(person_id, corrected_by)
    if owner := OWNED.get(fact.source_type):
        raise DomainError(f"This follows from a record of its own. Put it right on {owner}: the ledger follows.")
    if not reason.strip():
        raise DomainError("Enter what was wrong.")
    if struck := _struck_out(evidence_id):
        if struck.voided_by == corrected_by and struck.reason == reason.strip():
            return _in_its_place(evidence_id)
        raise Conflict(f"This was struck out already, on {moment(struck.voided_at)}.")
    if rightly == Rightly(fact.starts_on, fact.ends_on, fact.quantity):
        raise DomainError(
            "These are the days and the amount that are recorded. Change what is wrong, or strike it out."
        )
    if rightly and rightly.ends_on is None and fact.ends_on is not None and must_keep_an_end(fact.kind):
        raise DomainError("Enter the last day: it must not be without an end.")
    with declaring_many():
        void(evidence_id, reason=reason.strip(), recorded_by=corrected_by)
        if rightly is None:
            return None
        return declare(
            person_id,
            kind=fact.kind,
            code=fact.code,
            scheme=fact.scheme,
            starts_on=rightly.starts_on,
            ends_on=rightly.ends_on,
            quantity=rightly.quantity,
            source=(CORRECTION, evidence_id),
            recorded_by=corrected_by,
            reason=fact.reason,
        )


def _struck_out(evidence_id: int) -> EvidenceVoid | None:
    return db.session.scalar(select(EvidenceVoid).where(EvidenceVoid.evidence_id == evidence_id))


def _in_its_place(evidence_id: int) -> Evidence | None:
    query = select(Evidence).where(Evidence.source_type == CORRECTION, Evidence.source_id == evidence_id)
    return db.session.scalar(query)
