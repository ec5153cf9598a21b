"""What comes to an end: the requirement periods and deadlines of which somebody is to be reminded.

Sets, never one person at a time.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    Case,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.standing.models import Deadline, Evidence, EvidenceVoid, RequirementPeriod, StandingPeriod
from accreditation.standing.queries.schemes import all_histories
from accreditation.standing.rules.requirements import Accumulated, Held, Recurring
from accreditation.standing.rules.scheme import Requirement, Scheme
from accreditation.standing.rules.verdict import Verdict
from scheduler.models import Obligation, ReminderRule
from scheduler.rules.ladders import USUAL_LADDERS, Reminder, due_stages
from scheduler.rules.weekly import is_followed, may_wait

REACH_DAYS = 450
"""How long after an end it is still worth a word.

Longer than the longest silence that is survived without loss, 400 days.
"""

REMINDED = (Verdict.DEPLOYABLE, Verdict.CO_MEDIATION_ONLY, Verdict.LAPSED, Verdict.SUSPENDED)
"""Who hears of what ends. Not who has left, was withdrawn, is on leave or was never accredited.

A suspension's clocks run on.
"""

SPOKEN_FOR = ("owed", "settled")


@dataclass(frozen=True)
class Ladder:
    """The stages at which one audience is told of one subject."""

    subject: str
    audience: str
    stages: tuple[int, ...]


def ladders() -> list[Ladder]:
    """The active rules, put together. Until rules are stored, by the scheduler's first beat, the usual ones hold."""
    rules = list(db.session.scalars(select(ReminderRule).order_by(ReminderRule.subject, ReminderRule.audience)))
    if not rules:
        return [Ladder(*key, tuple(sorted(usual, reverse=True))) for key, usual in USUAL_LADDERS.items()]
    stages: dict[tuple[str, str], list[int]] = {}
    for rule in rules:
        if rule.active:
            stages.setdefault((rule.subject, rule.audience), []).append(rule.stage)
    return [Ladder(*key, tuple(sorted(found, reverse=True))) for key, found in stages.items()]


def missing_reminders(on: date, asked: Iterable[Ladder] | None = None) -> list[Reminder]:
    """Every reminder whose day has come by `on` and that is not owed yet, its overtaken stages with it. Only reads.

    `asked`: by these ladders; None: by those that are in force.
    """
    return list(_missing(on, ladders() if asked is None else asked))


def _missing(on: date, asked: Iterable[Ladder]) -> Iterator[Reminder]:
    wanted: dict[str, list[Ladder]] = {}
    for ladder in asked:
        wanted.setdefault(ladder.subject, []).append(ladder)
    schemes = {history: history.shown(history.version_on(on)) for history in all_histories().values()}
    judged = editions_with_anybody({scheme.edition for scheme in schemes.values()})
    for history, scheme in schemes.items():
        for requirement in history.requirements(on) if scheme.edition in judged else ():
            for ladder in wanted.get(subject_of_requirement(requirement), []):
                subject = requirement_subject(scheme, requirement)
                rows = ending_requirements(scheme, requirement, ladder, on)
                for person_id, ends_on, unit_id in db.session.execute(rows.where(~spoken_for(subject, ladder, on))):
                    for stage in due_stages(ladder.stages, ends_on, on):
                        yield Reminder(
                            person_id,
                            subject,
                            ends_on,
                            stage,
                            ladder.audience,
                            unit_id=unit_id,
                            early=may_wait(stage, ladder.stages),
                            followed=is_followed(stage, ladder.stages),
                            kind=ladder.subject,
                        )
    for kind in kinds_of_deadlines() & wanted.keys():
        for ladder in wanted[kind]:
            due = due_deadlines(kind, ladder, on).where(~_deadline_spoken_for(ladder, on))
            for deadline, unit_id in db.session.execute(due):
                for stage in due_stages(ladder.stages, deadline.basis_date, on):
                    yield Reminder(
                        deadline.person_id,
                        deadline_subject(deadline),
                        deadline.basis_date,
                        stage,
                        ladder.audience,
                        provider_id=deadline.provider_id,
                        unit_id=unit_id,
                        owner_id=deadline.owner_id,
                        followed=is_followed(stage, ladder.stages),
                        kind=ladder.subject,
                    )


def editions_with_anybody(editions: Collection[str]) -> set[str]:
    """Those of the editions in which somebody has a verdict that is reminded of: an entry of an index for each."""
    if not editions:
        return set()
    asked = [
        select(literal(edition)).where(
            exists().where(StandingPeriod.edition == edition, StandingPeriod.verdict.in_(REMINDED))
        )
        for edition in sorted(editions)
    ]
    return set(db.session.scalars(union_all(*asked)))


def kinds_of_deadlines() -> set[str]:
    return set(db.session.scalars(select(Deadline.kind).distinct()))


# --- requirements ----------------------------------------------------------------------------------------------------


def subject_of_requirement(requirement: Requirement) -> str:
    """Which ladder a requirement has."""
    rule = requirement.rule
    if isinstance(rule, Held):
        return rule.asked.kind if rule.asked.kind in ("award", "clearance") else "other"
    if isinstance(rule, Recurring):
        return "refresher"
    return "accumulated" if isinstance(rule, Accumulated) else "other"


def requirement_subject(scheme: Scheme, requirement: Requirement) -> str:
    """How an obligation names it. Never the id of a row that may be made anew."""
    return f"requirement:{scheme.code}:{requirement.code}"


def ending_requirements(
    scheme: Scheme, requirement: Requirement, ladder: Ladder, on: date
) -> Select[int, date, int | None]:
    """(person, exclusive end, unit) of all whose run of met days ends, or ended, within the ladder's reach of the day.

    Nobody who has met it anew since, and nobody who is not to be reminded on that day.
    """
    period, later, award = RequirementPeriod, aliased(RequirementPeriod), aliased(RequirementPeriod)
    rows = (
        select(period.person_id, period.ends_on, Person.unit_id)
        .join(Person, Person.id == period.person_id)
        .join(
            StandingPeriod,
            and_(
                StandingPeriod.person_id == period.person_id,
                StandingPeriod.edition == scheme.edition,
                StandingPeriod.starts_on <= on,
                StandingPeriod.ends_on > on,
            ),
        )
        .where(
            period.edition == scheme.edition,
            period.requirement == requirement.code,
            period.met,
            period.ends_on <= days_after(on, max(ladder.stages)),
            period.ends_on > days_after(on, -REACH_DAYS),
            period.starts_on <= on,
            StandingPeriod.verdict.in_(REMINDED),
            or_(Person.left_on.is_(None), Person.left_on > on),
            ~exists().where(
                later.person_id == period.person_id,
                later.edition == scheme.edition,
                later.requirement == requirement.code,
                later.met,
                later.starts_on > period.starts_on,
                later.starts_on <= on,
            ),
        )
    )
    kind = subject_of_requirement(requirement)
    if kind != "award":
        rows = rows.where(
            exists().where(
                award.person_id == period.person_id,
                award.edition == scheme.edition,
                award.requirement.in_([other.code for other in scheme.requirements if is_award(other, scheme)]),
                # Wrapped, so that SQLite goes by the person's own key: it has taken the index of all ends instead.
                func.coalesce(award.met, false()),
                award.starts_on <= on,
                award.ends_on > on,
            )
        )
    if kind == "clearance" and ladder.audience == "mediator":
        rows = rows.where(~renewal_is_with_vetting(period.person_id, on))
    return rows


def is_award(requirement: Requirement, scheme: Scheme) -> bool:
    """Whether it asks for the scheme's own award."""
    rule = requirement.rule
    return isinstance(rule, Held) and rule.asked.kind == "award" and rule.asked.codes == frozenset({scheme.code})


def renewal_is_with_vetting(
    person_id: ColumnElement[int] | InstrumentedAttribute[int] | int, on: date
) -> ColumnElement[bool]:
    """Who has handed in the form has done what they can: from here on it is the manager's to chase."""
    return exists().where(
        Evidence.person_id == person_id,
        Evidence.kind == "clearance_application",
        Evidence.starts_on <= on,
        or_(Evidence.ends_on.is_(None), Evidence.ends_on > on),
        ~exists().where(EvidenceVoid.evidence_id == Evidence.id),
    )


def spoken_for(subject: str, ladder: Ladder, on: date) -> ColumnElement[bool]:
    """Whether the stage that is due on the day, or a more urgent one, is owed already."""
    return exists().where(
        Obligation.person_id == RequirementPeriod.person_id,
        Obligation.subject == subject,
        Obligation.basis_date == RequirementPeriod.ends_on,
        Obligation.audience == ladder.audience,
        Obligation.state.in_(SPOKEN_FOR),
        Obligation.stage <= _rung(RequirementPeriod.ends_on, ladder.stages, on),
    )


def _rung(ends_on: InstrumentedAttribute[date], stages: Sequence[int], on: date) -> Case[int]:
    return case(
        *((ends_on <= days_after(on, stage), literal(stage)) for stage in sorted(stages)), else_=literal(-(10**6))
    )


# --- deadlines -------------------------------------------------------------------------------------------------------


def deadline_subject(deadline: Deadline) -> str:
    return f"deadline:{deadline.kind}:{deadline.source_type}:{deadline.source_id}:{deadline.code}"


def due_deadlines(kind: str, ladder: Ladder, on: date) -> Select[Deadline, int | None]:
    """(deadline, unit of the person) for each of this kind within the ladder's reach, of people who are still here."""
    return (
        select(Deadline, Person.unit_id)
        .outerjoin(Person, Person.id == Deadline.person_id)
        .where(
            Deadline.kind == kind,
            Deadline.basis_date <= days_after(on, max(ladder.stages)),
            Deadline.basis_date > days_after(on, -REACH_DAYS),
            or_(Person.id.is_(None), Person.left_on.is_(None), Person.left_on > on),
        )
    )


def _deadline_spoken_for(ladder: Ladder, on: date) -> ColumnElement[bool]:
    named = (
        literal("deadline:") + Deadline.kind + ":" + Deadline.source_type + ":"
        + Deadline.source_id.cast(Obligation.subject.type) + ":" + Deadline.code
    )  # fmt: skip
    return exists().where(
        Obligation.subject == named,
        or_(
            Obligation.person_id == Deadline.person_id,
            and_(Obligation.person_id.is_(None), Deadline.person_id.is_(None)),
        ),
        Obligation.basis_date == Deadline.basis_date,
        Obligation.audience == ladder.audience,
        Obligation.state.in_(SPOKEN_FOR),
        Obligation.stage <= _rung(Deadline.basis_date, ladder.stages, on),
    )
