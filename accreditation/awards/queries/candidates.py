"""Who can be accredited on a day and as what, in SQL: the conditions of `rules.dates.award_dates` and of the engine.

Nobody passes over everybody: for each kind an index says who can be of it (`_whoever_may`), some of them wrongly, and
only these are asked for their awards, their standing and the rest. Slow and plain, the same conditions stand in
tests/awards/plainly_ready.py, and the two are held against each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from accreditation.core.calendar import FOREVER
from accreditation.people.models import Person
from accreditation.people.queries import counted
from accreditation.standing.models import Evidence, EvidenceVoid, RequirementPeriod, StandingPeriod
from accreditation.standing.rules.awards import award_requirement, award_window_days
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Rule
from accreditation.standing.rules.scheme import Requirement, Scheme
from accreditation.standing.rules.verdict import Verdict

AWAY = ("suspension", "leave", "withdrawal")
NEVER = Verdict.NOT_ACCREDITED.value
PARTLY = [Verdict.LAPSED.value, Verdict.CO_MEDIATION_ONLY.value]
JUDGED = [Verdict.DEPLOYABLE.value, *PARTLY]
"""Verdicts of those alone who have had an award and are neither gone nor away."""


@dataclass(frozen=True)
class Found:
    """`people`: a statement without columns, to be narrowed and asked for some. `kind`: the column of what as."""

    people: Select[*tuple[Any, ...]]
    kind: ColumnElement[str]


def found_ready(scheme: Scheme, on: date, kind: str | None) -> Found:
    """Everybody whom `LISTED` (or that kind of it alone) holds: the statement has a row of Person for each."""
    may = _whoever_may(scheme, on, kind)
    records = _records(may)
    held = _held(scheme, records)
    begun, last_end = func.coalesce(held.c.begins <= on, false()), held.c.last_end
    kinds = _kinds(scheme, on, begun, last_end, held)
    wanted = kinds == kind if kind else kinds.is_not(None)
    period = aliased(StandingPeriod)
    on_the_day = _on_the_day(period, scheme, on)
    people = (
        select()
        .select_from(may)
        .join(Person, Person.id == may.c.person_id)
        .outerjoin(period, and_(period.person_id == may.c.person_id, *on_the_day))
        .outerjoin(held, held.c.person_id == may.c.person_id)
        .where(Person.merged_into_id.is_(None), wanted, _present(scheme, on, period.verdict))
    )
    # Who may work meets everything, and only who renews does.
    everything_else = _everything_else(scheme, on, begun, last_end)
    if everything_else:
        people = people.where(or_(period.verdict == Verdict.DEPLOYABLE.value, and_(*everything_else)))
    return Found(people, kinds)


# --- who may be of a kind ------------------------------------------------------------------------------------------


def _whoever_may(scheme: Scheme, on: date, kind: str | None) -> Any:
    """The ids of everybody who is of that kind, or of any, and of others: at most one row for each.

    Nobody may work without an award, unless the award itself is waived. Who meets something has a verdict; where
    nothing must be met before a first award, nothing need be known of who can have one.
    """
    if not any(_must_be_met(requirement) for requirement in _others(scheme)):
        return select(Person.id.label("person_id")).where(Person.merged_into_id.is_(None)).subquery("may")
    opens, grace = on + timedelta(award_window_days(scheme)), on - timedelta(scheme.grace_days)
    ways = {
        "first": [_with_verdict(scheme, on, [NEVER])],
        "renewal": [_ending(scheme, on, opens)],
        "late": [_ending(scheme, grace, on)],
        "return": [
            _with_verdict(scheme, on, [NEVER, Verdict.CO_MEDIATION_ONLY.value, Verdict.LAPSED.value]),
            _waived(on),
        ],
    }
    asked = ways[kind] if kind else [*ways["renewal"], *ways["return"]]  # which hold the others too
    return union(*asked).subquery("may")


def _with_verdict(scheme: Scheme, on: date, verdicts: Sequence[str]) -> Select[int]:
    period = aliased(StandingPeriod)
    return select(period.person_id.label("person_id")).where(
        period.verdict.in_(verdicts), *_on_the_day(period, scheme, on)
    )


def _ending(scheme: Scheme, after: date, until: date) -> Select[int]:
    """Whose award, or one of whose awards, struck out or not, ends in `(after, until]`."""
    return _counting().where(
        _is("award"), Evidence.code == scheme.code, Evidence.ends_on > after, Evidence.ends_on <= until
    )


def _waived(on: date) -> Select[int]:
    """For whom something or other is waived on the day."""
    return _counting().where(
        or_(_is("waiver"), _is("extension")),
        Evidence.starts_on <= on,
        or_(Evidence.ends_on.is_(None), Evidence.ends_on > on),
    )


def _counting() -> Select[int]:
    record = aliased(Person)
    return (
        select(counted(record).label("person_id")).select_from(Evidence).join(record, record.id == Evidence.person_id)
    )


# --- their awards ----------------------------------------------------------------------------------------------------


def _records(may: Any) -> Any:
    """Each of these people with each of their records."""
    merged = aliased(Person)
    own = select(may.c.person_id.label("record_id"), may.c.person_id)
    former = select(merged.id, merged.merged_into_id).join(may, may.c.person_id == merged.merged_into_id)
    return union_all(own, former.where(merged.merged_into_id.is_not(None))).subquery("records")


def _held(scheme: Scheme, records: Any) -> Any:
    """When the first of somebody's awards begins and when the last ends; no row for who never had one.

    An outer join that keeps only what it finds: no planner begins with everybody's awards (see desk/queries/register).
    """
    theirs = and_(Evidence.person_id == records.c.record_id, _is("award"), Evidence.code == scheme.code)
    return (
        select(
            records.c.person_id,
            func.min(Evidence.starts_on, type_=Date).label("begins"),
            func.max(func.coalesce(Evidence.ends_on, FOREVER), type_=Date).label("last_end"),
        )
        .outerjoin(Evidence, theirs)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(func.coalesce(Evidence.id, 0) > 0, EvidenceVoid.id.is_(None))
        .group_by(records.c.person_id)
        .subquery("held")
    )


def _kinds(scheme: Scheme, on: date, begun: Any, last_end: Any, held: Any) -> ColumnElement[Any]:
    """As what an award decided on the day would be; NULL: as nothing that is listed."""
    window, grace = on + timedelta(award_window_days(scheme)), on - timedelta(scheme.grace_days)
    taken = _taken_to_the_end(scheme, last_end, held)
    return case(
        (~begun, literal("first")),
        (last_end > window, None),
        (last_end > on, literal("renewal")),
        (and_(last_end > grace, ~taken), literal("late")),
        else_=literal("return"),
    )


def _taken_to_the_end(scheme: Scheme, last_end: Any, held: Any) -> ColumnElement[bool]:
    """Whether a withdrawal covers the last good day of the award that lasted longest."""
    return (
        _standing_facts("withdrawal")
        .where(
            or_(Evidence.scheme.is_(None), Evidence.scheme == scheme.code),
            Evidence.starts_on < last_end,
            or_(Evidence.ends_on.is_(None), Evidence.ends_on >= last_end),
        )
        .correlate(Person, held)
        .exists()
    )


# --- the rest --------------------------------------------------------------------------------------------------------


def _present(scheme: Scheme, on: date, verdict: Any) -> ColumnElement[bool]:
    """Neither gone, nor away, nor suspended, nor is an accreditation taken away.

    Who was never accredited has that verdict whatever lies over it, so what lies over it is asked of the ledger.
    """
    away = _standing_facts(*AWAY).where(
        or_(Evidence.scheme.is_(None), Evidence.scheme == scheme.code),
        Evidence.starts_on <= on,
        or_(Evidence.ends_on.is_(None), Evidence.ends_on > on),
    )
    return or_(verdict.in_(JUDGED), and_(func.coalesce(verdict, NEVER) == NEVER, ~away.exists()))


def _everything_else(scheme: Scheme, on: date, begun: Any, last_end: Any) -> list[ColumnElement[bool]]:
    """What the projections say of the other requirements. A sum that is due only some time after a run of awards begins
    is asked of those whose run goes on, or would join the one before without a gap.
    """
    conditions = []
    for requirement in _others(scheme):
        met = _met(scheme, requirement.code, on)
        if not _must_be_met(requirement):
            met = or_(met, ~begun, last_end < on)
        conditions.append(met)
    return conditions


def _others(scheme: Scheme) -> Iterable[Requirement]:
    award = award_requirement(scheme).code
    return [one for one in scheme.requirements if one.code != award and not one.lead_only]


def _must_be_met(requirement: Requirement) -> bool:
    """Whether it is asked of everybody, whenever a run of awards begins."""
    return not _due_later(requirement.rule)


def _due_later(rule: Rule) -> bool:
    """Whether it, or a part of it, is a sum that is not due when a run of awards begins."""
    if isinstance(rule, AnyOf | AllOf):
        return any(_due_later(part) for part in rule.parts)
    return isinstance(rule, Accumulated) and bool(rule.first_due_months)


def _met(scheme: Scheme, requirement: str, on: date) -> ColumnElement[bool]:
    """Asked of one person at a time: coalesce() hides from SQLite the index of everybody who meets it."""
    period = aliased(RequirementPeriod)
    return (
        exists()
        .where(period.person_id == Person.id, period.requirement == requirement, func.coalesce(period.met, false()))
        .where(*_on_the_day(period, scheme, on))
        .correlate(Person)
    )


def _on_the_day(period: Any, scheme: Scheme, on: date) -> list[ColumnElement[bool]]:
    return [period.edition == scheme.edition, period.starts_on <= on, period.ends_on > on]


def _is(kind: str) -> ColumnElement[bool]:
    """Written out, so that both databases see which of their partial indexes serves."""
    return Evidence.kind == bindparam(None, kind, literal_execute=True)


def _standing_facts(*kinds: str) -> Select[Any]:
    """Facts of the person that stand, whichever of their records they were recorded for.

    The records first, both ways in one list: PostgreSQL would read every fact there is for each person if it were
    asked for facts of the one or of the others.
    """
    record = aliased(Person)
    theirs = select(record.id).where(or_(record.id == Person.id, record.merged_into_id == Person.id)).correlate(Person)
    return (
        select(Evidence.id)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(
            Evidence.person_id.in_(theirs),
            Evidence.kind.in_(kinds),
            EvidenceVoid.id.is_(None),
        )
        .correlate(Person)
    )
