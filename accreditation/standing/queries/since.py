"""What has become known about somebody since a moment: what was recorded, what was struck out, which rules changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.core.permissions import Permission
from accreditation.people.models import Person
from accreditation.people.queries import LinkMade, links_since, subject_of
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.models import Evidence, EvidenceVoid, SchemeRetirement, SchemeVersion
from accreditation.standing.queries.evidence import evidence_of
from accreditation.standing.queries.explain import SHOWN_TO
from accreditation.standing.queries.overlays import SOURCE as OVERLAY
from accreditation.standing.queries.schemes import versions
from accreditation.standing.rules.evidence import EVENT_KINDS
from accreditation.standing.rules.in_words import (
    KIND_WORDS,
    MANNER_OF_CLEARANCE,
    PRIVATELY_REASONED,
    code_words,
    quantity_words,
)
from accreditation.standing.rules.scheme import Scheme
from accreditation.web.words import day

BY_ITSELF = "the service itself"


@dataclass(frozen=True)
class Change:
    """One thing that was not known yet: when it became known, what it is, by whom, and why where a reason was given."""

    at: datetime
    what: str
    about: str
    by: str
    reason: str | None = None
    evidence_id: int | None = None


def changes_since(person: Person, scheme: Scheme, known: datetime, viewer: Viewer) -> list[Change]:
    """Everything this viewer may know of that has come to bear on the person in the scheme after that moment.

    In the order in which it became known. A fact recorded and struck out since is there twice.
    """
    whose = subject_of(person)
    facts = [
        (fact, void)
        for fact, void in evidence_of(person.id)
        if fact.scheme in (None, scheme.code) and viewer.may(SHOWN_TO.get(fact.kind, Permission.VIEW_STANDING), whose)
    ]
    recorded = [fact for fact, _ in facts if fact.recorded_at > known]
    struck_out = [(fact, void) for fact, void in facts if void and void.voided_at > known]
    rules = _rules(scheme, known)
    links = links_since(person.id, known)
    names = names_of(
        [
            *(link.by for link in links),
            *(fact.recorded_by for fact in recorded),
            *(void.voided_by for _, void in struck_out),
            *(by for _, _, by, _ in rules),
        ]
    )
    labels = labels_of(scheme)
    changes = [
        *(_recorded(fact, names, labels, viewer, whose) for fact in recorded),
        *(_struck_out(fact, void, names, labels, viewer, whose) for fact, void in struck_out),
        *(Change(at, "New rules", words, names.get(by or 0, BY_ITSELF), reason) for at, words, by, reason in rules),
        *(_linked(link, names) for link in links),
    ]
    return sorted(changes, key=lambda change: change.at)


def _rules(scheme: Scheme, known: datetime) -> list[tuple[datetime, str, int | None, str | None]]:
    """The versions of the scheme activated or retired since: when, in words, by whom, why."""
    name = scheme.name or scheme.code
    activated = [
        (
            version.activated_at,
            f"Version {version.number} of {name}, from {day(version.effective_from)}",
            version.activated_by,
            version.reason or None,
        )
        for version in versions(scheme.code)
        if version.number > 1 and version.activated_at > known
    ]
    retired = (
        select(SchemeRetirement, SchemeVersion.number)
        .join(SchemeVersion, SchemeVersion.id == SchemeRetirement.version_id)
        .where(SchemeVersion.scheme == scheme.code, SchemeRetirement.retired_at > known)
    )
    return activated + [
        (
            retirement.retired_at,
            f"Version {number} of {name} retired from {day(retirement.retired_from)}",
            retirement.retired_by,
            retirement.reason or None,
        )
        for retirement, number in db.session.execute(retired)
    ]


def _linked(link: LinkMade, names: dict[int, str]) -> Change:
    what = f"{link.merged} from {link.kept}" if link.separated else f"{link.merged} into {link.kept}"
    by = names.get(link.by or 0, BY_ITSELF)
    return Change(link.at, "Records separated" if link.separated else "Records merged", what, by)


def _recorded(fact: Evidence, names: dict[int, str], labels: dict[str, str], viewer: Viewer, whose: Subject) -> Change:
    by = names.get(fact.recorded_by or 0, BY_ITSELF)
    reason = fact.reason if may_read_reason(fact, viewer, whose) else None
    return Change(fact.recorded_at, "Recorded", fact_in_words(fact, labels), by, reason, fact.id)


def _struck_out(
    fact: Evidence, void: EvidenceVoid, names: dict[int, str], labels: dict[str, str], viewer: Viewer, whose: Subject
) -> Change:
    by = names.get(void.voided_by or 0, BY_ITSELF)
    reason = void.reason if may_read_reason(fact, viewer, whose) else None
    return Change(void.voided_at, "Struck out", fact_in_words(fact, labels), by, reason, fact.id)


def may_read_reason(fact: Evidence, viewer: Viewer, whose: Subject) -> bool:
    """Why a clearance was recorded or struck out can say what only the vetting officer may know (field-access.csv).

    Why somebody is suspended or on leave is for those who manage it, and never for the person themself. What follows
    from a decision recorded here has neutral words in the ledger already; what came from elsewhere may not.
    """
    if fact.kind in PRIVATELY_REASONED and fact.source_type != OVERLAY:
        return viewer.may(Permission.MANAGE_OVERLAYS, whose) and viewer.person_id != whose.person_id
    return fact.kind not in MANNER_OF_CLEARANCE or viewer.may(Permission.VIEW_CLEARANCE_REFERENCE, whose)


def fact_in_words(fact: Evidence, labels: dict[str, str]) -> str:
    """ "Clearance: CTC, 10 January 2026 to 9 January 2036", "CPD, 3 May 2026, 3.5 hours"."""
    words = KIND_WORDS[fact.kind]
    if detail := code_words(fact.kind, fact.code, labels):
        words += f": {detail}"
    words += f", {day(fact.starts_on)}"
    if fact.ends_on:
        words += f" to {day(last_good_day(fact.ends_on))}"
    elif fact.kind not in EVENT_KINDS:
        words += ", no end"
    amount = "" if fact.kind == "case" and fact.quantity == 1 else quantity_words(fact.kind, fact.quantity)
    return f"{words}, {amount}" if amount else words


def labels_of(*schemes: Scheme) -> dict[str, str]:
    """How requirements and schemes are called, by their codes."""
    labels = {requirement.code: requirement.label for scheme in schemes for requirement in scheme.requirements}
    return labels | {scheme.code: scheme.name or scheme.code for scheme in schemes}


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these people as they are now."""
    wanted = {number for number in ids if number}
    found = db.session.execute(_names(), {"ids": sorted(wanted)}) if wanted else ()
    return {person_id: f"{given} {family}".strip() for person_id, given, family in found}


@cache
def _names() -> Any:
    """Of a merged record, the name on the one that counts for it. Put together once."""
    kept = aliased(Person)
    given, family = (
        func.coalesce(getattr(kept, each), getattr(Person, each)) for each in ("given_name", "family_name")
    )
    named = select(Person.id, given, family).outerjoin(kept, kept.id == Person.merged_into_id)
    return named.where(Person.id.in_(bindparam("ids", expanding=True)))


def register_began() -> datetime | None:
    """When the first fact of the register was recorded: before that nothing was known. None while there is none."""
    return db.session.scalar(select(Evidence.recorded_at).order_by(Evidence.id).limit(1))
