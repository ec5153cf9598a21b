"""People counted from the ledger and from their standings: a measure is the list itself, its number the length."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, literal, select
from sqlalchemy.orm import aliased

from accreditation.people.models import Person
from accreditation.people.queries import counted, visible_to
from accreditation.people.rules import Viewer
from accreditation.reports.queries.listing import Listing
from accreditation.reports.rules.periods import Period
from accreditation.standing.models import Evidence, EvidenceVoid, RequirementPeriod, StandingPeriod
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Verdict

NOT_ACTIVE = (Verdict.NOT_ACCREDITED, Verdict.WITHDRAWN, Verdict.LEFT)
"""Who is no mediator of the service on a day. Everybody else is active, also while lapsed, suspended or on leave."""


def recorded_in(viewer: Viewer, period: Period, kind: str, *, codes: Iterable[str] | None = None) -> Listing:
    """The people of whom a fact of this kind begins in the period and is not struck out: once each, by their first."""
    record = aliased(Person)
    first = func.min(Evidence.starts_on)
    found = (
        select(*Listing.columns(Person.id, func.min(Evidence.code), first))
        .select_from(Evidence)
        .join(record, record.id == Evidence.person_id)
        .join(Person, Person.id == counted(record))
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(
            Evidence.kind == kind,
            Evidence.starts_on >= period.starts_on,
            Evidence.starts_on < period.ends_on,
            EvidenceVoid.id.is_(None),
            visible_to(viewer),
        )
        .group_by(Person.id)
    )
    if codes is not None:
        found = found.where(Evidence.code.in_(list(codes)))
    return Listing("mediator", found, Person.sort_name, Person.id)


def standing_as(viewer: Viewer, scheme: Scheme, on: date, verdicts: Iterable[Verdict]) -> Listing:
    """The people with one of these verdicts in the scheme on the day."""
    found = (
        select(*Listing.columns(Person.id, StandingPeriod.verdict, StandingPeriod.since))
        .join(StandingPeriod, StandingPeriod.person_id == Person.id)
        .where(
            StandingPeriod.edition == scheme.edition,
            StandingPeriod.starts_on <= on,
            StandingPeriod.ends_on > on,
            StandingPeriod.verdict.in_([verdict.value for verdict in verdicts]),
            visible_to(viewer),
        )
    )
    return Listing("mediator", found, Person.sort_name, Person.id)


def active(viewer: Viewer, scheme: Scheme, on: date) -> Listing:
    return standing_as(viewer, scheme, on, [verdict for verdict in Verdict if verdict not in NOT_ACTIVE])


def active_meeting(viewer: Viewer, scheme: Scheme, on: date, requirements: Iterable[str]) -> Listing:
    """The active mediators who on the day meet each of these requirements of the scheme."""
    found = active(viewer, scheme, on)
    for code in requirements:
        met = aliased(RequirementPeriod)
        found = found.where(
            select(literal(1))
            .where(
                met.person_id == Person.id,
                met.edition == scheme.edition,
                met.requirement == code,
                met.met,
                met.starts_on <= on,
                met.ends_on > on,
            )
            .exists()
        )
    return found


def requirements_asking_for(scheme: Scheme, kind: str) -> list[str]:
    """The codes of the requirements that ask for this kind of evidence and for no other but training."""
    return [one.code for one in scheme.requirements if kind in one.rule.kinds and one.rule.kinds <= {kind, "training"}]
