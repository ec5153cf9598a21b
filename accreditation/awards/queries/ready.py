"""Awards, and who is ready for one, for somebody."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from accreditation.awards.rules.dates import (
    LISTED,
    Dates,
    award_dates,
    awards_held,
    reasons_to_refuse,
    withdrawals,
)
from accreditation.core.calendar import FOREVER
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import found_by, subject_of, visible_to
from accreditation.people.rules import Viewer, plain
from accreditation.standing.models import Evidence, EvidenceVoid, RequirementPeriod, StandingPeriod
from accreditation.standing.queries import facts_of_all, get_scheme, history_of, standing_from
from accreditation.standing.rules.awards import award_requirement, award_window_days
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.history import History
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Rule
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Verdict
from accreditation.web.paging import By, Page, page_of

AT_ONCE = 500
"""People in one page of an export."""
AWAY = ("suspension", "leave", "withdrawal")


@dataclass(frozen=True)
class Readiness:
    """Whether somebody can be awarded on a day: with which dates, or for which reasons not."""

    person: Person
    dates: Dates
    reasons: tuple[str, ...] = ()


def readiness(person: Person, facts: Sequence[Fact], history: History, on: date) -> Readiness:
    """What if: the standing on the day with the award supposed. `facts` are the person's, voided ones among them.

    The dates are those of the version in effect on the day; the version that would judge the new award decides.
    """
    stand = known(facts, None)
    scheme = history.version_on(on).scheme
    dates = award_dates(scheme, on, awards_held(stand, scheme.code), withdrawals(stand, scheme.code))
    fact = Fact("award", scheme.code, dates.span.starts_on, dates.ends_on)
    standing = standing_from(history, subject_of(person), [*stand, fact], on)
    reasons = reasons_to_refuse(standing.scheme, dates, standing.verdict, standing.failing)
    return Readiness(person, dates, tuple(reasons))


def readiness_of(person_ids: Collection[int], viewer: Viewer, scheme: Scheme, on: date) -> list[Readiness]:
    """Of those of these people whom the viewer may see, by name. A few statements for any number of them."""
    people = db.session.scalars(
        select(Person)
        .options(joinedload(Person.unit))
        .where(Person.id.in_(person_ids), visible_to(viewer))
        .order_by(Person.sort_name, Person.id)
    ).all()
    return list(_judged(people, scheme, on))


def _judged(people: Sequence[Person], scheme: Scheme, on: date) -> Iterator[Readiness]:
    facts, history = facts_of_all(person.id for person in people), history_of(scheme.code)
    for person in people:
        yield readiness(person, facts.get(person.id, ()), history, on)


@dataclass(frozen=True)
class ReadyAsked:
    """Which of those who can be accredited a list is to hold. `kind`: one of rules.dates.LISTED, None for all."""

    scheme: str
    on: date
    kind: str | None = None
    unit_id: int | None = None
    words: str = ""


BY_NAME = (By(Person.sort_name, str), By(Person.id, int))


def ready_page(
    viewer: Viewer,
    asked: ReadyAsked,
    *,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
    size: int | None = None,
) -> Page[Readiness]:
    """A page of everybody who meets everything but the award, or whose award can be renewed now, by name.

    The projections say who; the engine is asked for the dates of those on the page. Raises DamagedPlace.
    """
    scheme = get_scheme(asked.scheme, asked.on)
    people = select(Person).options(joinedload(Person.unit)).where(*_asked(viewer, asked, scheme))
    page = page_of(
        people, BY_NAME, place=place, key=lambda row: (row[0].sort_name, row[0].id), address=address, size=size
    )
    judged = list(_judged([row[0] for row in page.rows], scheme, asked.on))
    return Page(judged, page.next_token, page.previous_token, address)


def every_ready(viewer: Viewer, asked: ReadyAsked) -> Iterator[Readiness]:
    """The same people in the same order, all of them: for an export, and for choosing all."""
    place: str | None = None
    while True:
        page = ready_page(viewer, asked, place=place, size=AT_ONCE)
        yield from page.rows
        if (place := page.next_token) is None:
            return


def count_ready(viewer: Viewer, asked: ReadyAsked) -> dict[str, int]:
    """How many `ready_page` lists, by kind."""
    scheme = get_scheme(asked.scheme, asked.on)
    kinds = case(*((condition, kind) for kind, condition in _by_kind(scheme, asked.on).items()))
    listed = select(kinds.label("kind")).where(*_whatever_the_kind(viewer, asked, scheme)).subquery()
    found: dict[str | None, int] = {}
    for kind, many in db.session.execute(select(listed.c.kind, func.count()).group_by(listed.c.kind)):
        found[kind] = many
    return {kind: found.get(kind, 0) for kind in ([asked.kind] if asked.kind else LISTED)}


def _asked(viewer: Viewer, asked: ReadyAsked, scheme: Scheme) -> list[ColumnElement[bool]]:
    by_kind = _by_kind(scheme, asked.on)
    of_the_kind = by_kind[asked.kind] if asked.kind else or_(*by_kind.values())
    return [*_whatever_the_kind(viewer, asked, scheme), of_the_kind]


def _whatever_the_kind(viewer: Viewer, asked: ReadyAsked, scheme: Scheme) -> list[ColumnElement[bool]]:
    conditions = [visible_to(viewer), found_by(plain(asked.words).split()), _present(scheme, asked.on)]
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
