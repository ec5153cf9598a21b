"""Everything behind one answer about one person, for an appeal or an information request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from accreditation.core.audit import AuditEntry, moment_of
from accreditation.core.database import db
from accreditation.core.permissions import Permission
from accreditation.desk.queries.record import EvidenceRow, evidence_shown
from accreditation.desk.queries.trail import CHANNELS
from accreditation.desk.rules.asof import AsOf
from accreditation.people.models import Person
from accreditation.people.queries import records_of, subject_of
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.models import SchemeVersion
from accreditation.standing.queries.explain import Explanation, explain
from accreditation.standing.queries.requirements import RequirementStatus, requirements_on
from accreditation.standing.queries.schemes import versions
from accreditation.standing.queries.since import BY_ITSELF, Change, changes_since, names_of, register_began
from accreditation.standing.queries.standing import Standing, standing_on
from accreditation.standing.rules.in_words import PRIVATELY_REASONED
from accreditation.standing.rules.scheme import Scheme

LOOKS = ("read the record with its clearance", "read clearance record", "exported an evidence pack")

TRAIL_SHOWN = {
    "person": Permission.VIEW_STANDING,
    "person_name": Permission.VIEW_STANDING,
    "contact_address": Permission.VIEW_CONTACT,
    "award": Permission.VIEW_STANDING,
    "result": Permission.VIEW_STANDING,
    "enrolment": Permission.VIEW_STANDING,
    "refresher_booking": Permission.VIEW_STANDING,
    "practice_entry": Permission.VIEW_STANDING,
    "clearance": Permission.VIEW_CLEARANCE,
    "clearance_application": Permission.VIEW_CLEARANCE_RECORDS,
    "overlay": Permission.VIEW_STANDING,
    "letter": Permission.VIEW_REMINDERS,
}
"""Which entries of the trail about a person go into a pack, by what they are about: for whom. All others stay out, so
that a pack never tells that somebody rang the helpline."""

LOOKS_SHOWN = Permission.VIEW_CLEARANCE_RECORDS
"""Who looked at a record is told to those who work with clearances, not to the person."""


@dataclass(frozen=True)
class Because:
    """One requirement on the day, the numbers of the facts that make it so, and the rule in words with its source."""

    status: RequirementStatus
    evidence_ids: Sequence[int]


@dataclass(frozen=True)
class TrailEntry:
    seq: int
    at: datetime
    by: str
    channel: str
    action: str
    subject: str
    hash: str


@dataclass(frozen=True)
class Pack:
    """What goes into the workbook, all of it plain values. `counted_ids`: the facts that stood at the moment."""

    name: str
    reference: str
    unit: str | None
    scheme: Scheme
    version: int
    effective_from: date
    activated_at: datetime | None
    activated_by: str
    as_of: AsOf
    explained: Explanation
    explained_now: Explanation | None
    began_at: datetime | None
    requirements: Sequence[Because]
    evidence: Sequence[EvidenceRow]
    counted_ids: frozenset[int]
    changes: Sequence[Change]
    trail: Sequence[TrailEntry]

    @property
    def rows(self) -> int:
        """How many rows of the register it hands out: of requirements, evidence, changes and the trail."""
        return len(self.requirements) + len(self.evidence) + len(self.changes) + len(self.trail)


def pack_of(person: Person, scheme: Scheme, viewer: Viewer, as_of: AsOf) -> Pack:
    """The answer with everything behind it, as far as this viewer may know of it.

    The evidence is whole: what was recorded or struck out after `as_of.known` is there too, and said to be so.
    """
    whose = subject_of(person)
    standing = standing_on(person.id, scheme, as_of.on, known_on=as_of.known)
    explained = explain(standing, viewer, as_of.tense, as_known_then=as_of.known is not None)
    now = explain(standing_on(person.id, scheme, as_of.on), viewer, as_of.tense) if as_of.known else None
    evidence = evidence_shown(person, viewer, [standing.scheme]).rows
    then = evidence_shown(person, viewer, [standing.scheme], known=as_of.known).rows
    private = {row.id for row in evidence if row.kind in PRIVATELY_REASONED}
    changes = changes_since(person, standing.scheme, as_of.known, viewer) if as_of.known else []
    number = standing.version.number if standing.version else 1
    stored = next((version for version in versions(scheme.code) if version.number == number), None)
    return Pack(
        name=person.name,
        reference=person.reference,
        unit=person.unit.name if person.unit else None,
        scheme=standing.scheme,
        version=number,
        effective_from=standing.version.effective_from if standing.version else as_of.on,
        activated_at=stored.activated_at if stored else None,
        activated_by=_activated_by(stored),
        as_of=as_of,
        explained=explained,
        explained_now=now,
        began_at=register_began() if as_of.known else None,
        requirements=_requirements(standing, viewer),
        counted_ids=frozenset(row.id for row in then if not row.voided_at),
        # A pack is handed on: why somebody was on leave or suspended is not in it, whoever took it.
        evidence=[replace(row, reason=None, void_reason=None) if row.id in private else row for row in evidence],
        changes=[replace(one, reason=None) if one.evidence_id in private else one for one in changes],
        trail=trail_about(person.id, viewer, whose),
    )


def _activated_by(version: SchemeVersion | None) -> str:
    return names_of([version.activated_by]).get(version.activated_by or 0, BY_ITSELF) if version else BY_ITSELF


def _requirements(standing: Standing, viewer: Viewer) -> list[Because]:
    support = standing.because()
    return [
        Because(status, [int(fact.id) for fact in support.get(status.code, ()) if fact.id] if status.shown else [])
        for status in requirements_on(standing, viewer)
    ]


def trail_about(person_id: int, viewer: Viewer, whose: Subject) -> list[TrailEntry]:
    """The entries of the audit trail about the person that this viewer may know of, oldest first."""
    kinds = [kind for kind, needed in TRAIL_SHOWN.items() if viewer.may(needed, whose)]
    shown: ColumnElement[bool] = AuditEntry.subject_type.in_(kinds)
    if viewer.may(LOOKS_SHOWN, whose):
        shown = shown | (AuditEntry.subject_type.is_(None) & AuditEntry.action.in_(LOOKS))
    ids = [record.id for record in records_of(person_id)]
    query = select(AuditEntry).where(AuditEntry.about_id.in_(ids), shown).order_by(AuditEntry.seq)
    entries = list(db.session.scalars(query))
    names = names_of(entry.actor_id for entry in entries)
    return [
        TrailEntry(
            seq=entry.seq,
            at=moment_of(entry),
            by=names.get(entry.actor_id or 0, BY_ITSELF),
            channel=dict(CHANNELS).get(entry.channel, entry.channel),
            action=entry.action,
            subject=entry.subject_type.replace("_", " ") if entry.subject_type else "",
            hash=entry.hash,
        )
        for entry in entries
    ]
