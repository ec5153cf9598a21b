"""Corrections that advisers suggested: who may make them, what was corrected since, and where one came from."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Permission, Role
from accreditation.helpline.models import Escalation
from accreditation.people.models import Person
from accreditation.people.queries import everyone_with, of_one_person, subject_of, viewer_of
from accreditation.people.rules import Viewer
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.queries.corrections import Origin, tells_origins
from accreditation.standing.rules.corrections import CLEARANCE
from accreditation.standing.rules.in_words import KIND_WORDS
from accreditation.web.words import day


@dataclass(frozen=True)
class Corrected:
    """A fact that was struck out or put right."""

    evidence_id: int
    words: str


def who_corrects(person: Person, on: date) -> list[Person]:
    """The practice managers in whose scope the mediator is, but the mediator. Clearances are no matter for notes."""
    whose = subject_of(person.counted)
    return [
        one
        for one in everyone_with(Role.PRACTICE_MANAGER, on)
        if one.id != whose.person_id and viewer_of(one.id, on).may(Permission.CORRECT_EVIDENCE, whose)
    ]


def corrected_since(person_id: int, since: datetime) -> list[Corrected]:
    """What was struck out or put right of this mediator's facts from that moment on, the latest first."""
    rows = (
        select(Evidence)
        .join(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(of_one_person(Evidence.person_id, person_id), EvidenceVoid.voided_at >= since)
        .where(Evidence.kind.not_in(CLEARANCE))
        .order_by(EvidenceVoid.id.desc())
    )
    return [Corrected(one.id, f"{KIND_WORDS[one.kind]}, {day(one.starts_on)}") for one in db.session.scalars(rows)]


@tells_origins
def from_the_helpline(evidence_id: int, viewer: Viewer) -> Origin | None:
    """That the helpline suggested it; the words that were passed on are for the one person to whom they went."""
    rows = select(Escalation).where(Escalation.evidence_id == evidence_id).order_by(Escalation.id)
    found = list(db.session.scalars(rows))
    if not found:
        return None
    own = next((one.id for one in found if one.to_id == viewer.person_id), None)
    return Origin(
        "Suggested through the helpline", url_for("helpline.passed_on", escalation_id=own) if own is not None else None
    )
