"""Who can be accredited, asked plainly of everybody one by one: what `awards.queries.candidates` is held against."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from accreditation.awards.queries.ready import ReadyAsked
from accreditation.core.calendar import FOREVER
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import found_by, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import Evidence, EvidenceVoid, RequirementPeriod, StandingPeriod
from accreditation.standing.queries import get_scheme
from accreditation.standing.rules.awards import award_requirement, award_window_days
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Rule
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Verdict

AWAY = ("suspension", "leave", "withdrawal")


def plainly_ready(viewer: Viewer, asked: ReadyAsked) -> list[tuple[int, str]]:
    """Everybody listed and what as, by name."""
    scheme = get_scheme(asked.scheme, asked.on)
    by_kind = _by_kind(scheme, asked.on)
    kinds = case(*((condition, kind) for kind, condition in by_kind.items()))
    of_the_kind = by_kind[asked.kind] if asked.kind else or_(*by_kind.values())
    rows = select(Person.id, kinds).where(*_whatever_the_kind(viewer, asked, scheme), of_the_kind)
    return [(row[0], row[1]) for row in db.session.execute(rows.order_by(Person.sort_name, Person.id))]


def _whatever_the_kind(viewer: Viewer, asked: ReadyAsked, scheme: Scheme) -> list[ColumnElement[bool]]:
    conditions = [visible_to(viewer), found_by(asked.words, anywhere=True), _present(scheme, asked.on)]
    conditions += _everything_else(scheme, asked.on)
    if asked.unit_id is not None:
        conditions.append(Person.unit_id == asked.unit_id)
    return conditions


def _present(scheme: Scheme, on: date) -> ColumnElement[bool]:
    """Neither gone, nor away, nor suspended, nor is an accreditation taken away.

    Who was never accredited has that verdict whatever lies over it, so what lies over it is asked of the ledger.
    """
    period = StandingPeriod
    gone = select(period.person_id).where(
        period.edition == scheme.edition,
        period.starts_on <= on,
        period.ends_on > on,
        period.verdict == Verdict.LEFT.value,
    )
    away = _standing_facts(*AWAY).where(
        or_(Evidence.scheme.is_(None), Evidence.scheme == scheme.code),
        Evidence.starts_on <= on,
        or_(Evidence.ends_on.is_(None), Evidence.ends_on > on),
    )
    return and_(Person.id.not_in(gone), ~away.exists())


def _everything_else(scheme: Scheme, on: date) -> list[ColumnElement[bool]]:
    """What the projections say of the other requirements. A sum that is due only some time after a run of awards begins
    is asked of those whose run goes on, or would join the one before without a gap.
    """
    award, conditions = award_requirement(scheme).code, []
    for requirement in scheme.requirements:
        if requirement.code == award or requirement.lead_only:
            continue
        met = _met(scheme, requirement.code, on)
        if _due_later(requirement.rule):
            met = or_(met, _begun(scheme, on).is_(False), _last_end(scheme) < on)
        conditions.append(met)
    return conditions


def _due_later(rule: Rule) -> bool:
    """Whether it, or a part of it, is a sum that is not due when a run of awards begins."""
    if isinstance(rule, AnyOf | AllOf):
        return any(_due_later(part) for part in rule.parts)
    return isinstance(rule, Accumulated) and bool(rule.first_due_months)


def _met(scheme: Scheme, requirement: str, on: date) -> ColumnElement[bool]:
    period = RequirementPeriod
    return Person.id.in_(
        select(period.person_id).where(
            period.edition == scheme.edition,
            period.requirement == requirement,
            period.met,
            period.starts_on <= on,
            period.ends_on > on,
        )
    )


def _by_kind(scheme: Scheme, on: date) -> dict[str, ColumnElement[bool]]:
    """By kind of award: what the ledger says of whom it would be. The conditions of `rules.dates.award_dates`."""
    begun, last_end = _begun(scheme, on), _last_end(scheme)
    window, grace = on + timedelta(award_window_days(scheme)), on - timedelta(scheme.grace_days)
    over = and_(begun, last_end <= on)
    in_grace = and_(last_end > grace, ~_taken_to_the_end(scheme))
    return {
        "first": ~begun,
        "renewal": and_(begun, last_end > on, last_end <= window),
        "late": and_(over, in_grace),
        "return": and_(over, ~in_grace),
    }


def _standing_facts(*kinds: str) -> Select[Any]:
    """Facts of the person that stand, whichever of their records they were recorded for."""
    merged = aliased(Person)
    theirs = select(merged.id).where(merged.merged_into_id == Person.id).correlate(Person)
    return (
        select(Evidence.id)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(
            or_(Evidence.person_id == Person.id, Evidence.person_id.in_(theirs)),
            Evidence.kind.in_(kinds),
            EvidenceVoid.id.is_(None),
        )
        .correlate(Person)
    )


def _awards_of_person(scheme: Scheme) -> Select[Any]:
    return _standing_facts("award").where(Evidence.code == scheme.code)


def _begun(scheme: Scheme, on: date) -> ColumnElement[bool]:
    return _awards_of_person(scheme).where(Evidence.starts_on <= on).exists()


def _last_end(scheme: Scheme) -> ColumnElement[date]:
    end = func.max(func.coalesce(Evidence.ends_on, FOREVER), type_=Date)
    return _awards_of_person(scheme).with_only_columns(end).scalar_subquery()


def _taken_to_the_end(scheme: Scheme) -> ColumnElement[bool]:
    """Whether a withdrawal covers the last good day of the award that lasted longest."""
    last_end = _last_end(scheme)
    return (
        _standing_facts("withdrawal")
        .where(
            or_(Evidence.scheme.is_(None), Evidence.scheme == scheme.code),
            Evidence.starts_on < last_end,
            or_(Evidence.ends_on.is_(None), Evidence.ends_on >= last_end),
        )
        .exists()
    )
