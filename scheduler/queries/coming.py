"""What somebody will be reminded of, or others about them: each as the planner will find it on its day."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select

from accreditation.core.calendar import days_after, last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.standing.models import Deadline, Evidence, EvidenceVoid, RequirementPeriod, StandingPeriod
from accreditation.standing.queries.schemes import all_histories
from accreditation.standing.rules.scheme import Requirement, Scheme
from scheduler.models import Obligation
from scheduler.queries.ends import (
    REACH_DAYS,
    REMINDED,
    SPOKEN_FOR,
    Ladder,
    deadline_subject,
    is_award,
    ladders,
    requirement_subject,
    subject_of_requirement,
)
from scheduler.queries.why import subject_words
from scheduler.rules.ladders import UNNAMED, due_stages


@dataclass(frozen=True)
class NextLine:
    """A reminder that is to come: planned on `on` unless something changes before. `due_by`: the last good day."""

    what: str
    on: date
    due_by: date
    stage: int
    audience: str


@dataclass(frozen=True)
class Coming:
    """The next reminders about somebody, the earliest first; `more`: further ones follow."""

    lines: list[NextLine]
    more: bool


def reminders_to_come(person: Person, on: date, *, at_most: int = 12) -> Coming:
    """What falls due after the day, also of what has ended by then, if nothing changes before."""
    rungs = ladders()
    found = [*_of_requirements(person, rungs, on, at_most + 1), *_of_deadlines(person, rungs, on)]
    found.sort(key=lambda line: (line.on, line.what, line.audience))
    return Coming(found[:at_most], len(found) > at_most)


def _of_requirements(person: Person, rungs: list[Ladder], on: date, at_most: int) -> Iterator[NextLine]:
    """The first so many, found as the planner will find them: the level counts, and it may rise on the day of a stage.

    Or on a day on which their standing changes: who is back from leave hears then of what came up meanwhile.
    """
    schemes = {}
    for history in all_histories().values():
        scheme = history.shown(history.version_on(on))
        schemes[scheme.edition] = scheme, {one.code: one for one in history.requirements(on)}
    facts = Facts.of(person, schemes.keys())
    looks: list[tuple[date, str, str, _Rung]] = []
    for edition, (scheme, asked) in schemes.items():
        changes = {verdict.starts_on for verdict in facts.reminded[edition] if verdict.starts_on > on}
        for period in facts.met[edition]:
            requirement = asked.get(period.requirement)
            if requirement is None or not _counts(period, on):
                continue
            for ladder in rungs:
                if ladder.subject == subject_of_requirement(requirement):
                    rung = _Rung(scheme, requirement, ladder, period)
                    stages = (days_after(period.ends_on, -stage) for stage in ladder.stages)
                    days = {on, *changes, *(day for day in stages if day > on)}
                    looks += [(day, requirement.code, ladder.audience, rung) for day in days]
    lines = 0
    for day, _, _, rung in sorted(looks, key=lambda look: look[:3]):
        stage = rung.rises(facts, day)
        if stage is not None and day > on:
            what = subject_words(requirement_subject(rung.scheme, rung.requirement))
            yield NextLine(what, day, last_good_day(rung.period.ends_on), stage, rung.ladder.audience)
            lines += 1
            if lines == at_most:
                return


def _counts(period: RequirementPeriod, on: date) -> bool:
    return period.starts_on <= on and days_after(on, -REACH_DAYS) < period.ends_on < date.max


@dataclass
class _Rung:
    """One end of somebody's and one audience of it, followed from day to day. `told`: the most urgent stage so far."""

    scheme: Scheme
    requirement: Requirement
    ladder: Ladder
    period: RequirementPeriod
    told: int | None = None

    def rises(self, facts: "Facts", day: date) -> int | None:
        """The stage of which the planner tells on the day; None when it has nothing new to tell."""
        stage = min(due_stages(self.ladder.stages, self.period.ends_on, day), default=None)
        if stage is None or (self.told is not None and stage >= self.told):
            return None
        if not facts.fall_due(self.scheme, self.requirement, self.ladder, self.period, day, stage):
            return None
        self.told = stage
        return stage


@dataclass(frozen=True)
class Facts:
    """All that the planner asks about one person, on whatever day, read at once: by edition, or by what is owed."""

    person: Person
    met: dict[str, list[RequirementPeriod]]
    reminded: dict[str, list[StandingPeriod]]
    with_vetting: list[Evidence]
    owed: dict[tuple[str, date, str], int]  # subject, end, audience -> the most urgent stage that is spoken for

    @classmethod
    def of(cls, person: Person, editions: Collection[str]) -> "Facts":
        met: dict[str, list[RequirementPeriod]] = {edition: [] for edition in editions}
        reminded: dict[str, list[StandingPeriod]] = {edition: [] for edition in editions}
        if not editions:
            return cls(person, met, reminded, [], {})
        theirs = RequirementPeriod.person_id == person.id, RequirementPeriod.edition.in_(sorted(editions))
        for period in db.session.scalars(select(RequirementPeriod).where(*theirs, RequirementPeriod.met)):
            met[period.edition].append(period)
        held = StandingPeriod.person_id == person.id, StandingPeriod.edition.in_(sorted(editions))
        for verdict in db.session.scalars(select(StandingPeriod).where(*held, StandingPeriod.verdict.in_(REMINDED))):
            reminded[verdict.edition].append(verdict)
        handed_in = select(Evidence).where(
            Evidence.person_id == person.id,
            Evidence.kind == "clearance_application",
            ~exists().where(EvidenceVoid.evidence_id == Evidence.id),
        )
        spoken_for = (
            select(Obligation.subject, Obligation.basis_date, Obligation.audience, func.min(Obligation.stage))
            .where(Obligation.person_id == person.id, Obligation.state.in_(SPOKEN_FOR))
            .group_by(Obligation.subject, Obligation.basis_date, Obligation.audience)
        )
        owed = {(subject, end, who): stage for subject, end, who, stage in db.session.execute(spoken_for)}
        return cls(person, met, reminded, list(db.session.scalars(handed_in)), owed)

    def fall_due(
        self, scheme: Scheme, requirement: Requirement, ladder: Ladder, period: RequirementPeriod, day: date, stage: int
    ) -> bool:
        """Whether the planner will find this end on the day at this stage, untold: as `ending_requirements` asks it."""
        told = self.owed.get((requirement_subject(scheme, requirement), period.ends_on, ladder.audience))
        return (
            _counts(period, day)
            and (told is None or told > stage)
            and (self.person.left_on is None or self.person.left_on > day)
            and any(_covers(verdict, day) for verdict in self.reminded[scheme.edition])
            and not self._met_anew(scheme, period, day)
            and self._has_award(scheme, requirement, day)
            and not self._waits_for_vetting(requirement, ladder, day)
        )

    def _met_anew(self, scheme: Scheme, period: RequirementPeriod, day: date) -> bool:
        return any(
            other.requirement == period.requirement and period.starts_on < other.starts_on <= day
            for other in self.met[scheme.edition]
        )

    def _has_award(self, scheme: Scheme, requirement: Requirement, day: date) -> bool:
        if subject_of_requirement(requirement) == "award":
            return True
        awards = {one.code for one in scheme.requirements if is_award(one, scheme)}
        return any(one.requirement in awards and _covers(one, day) for one in self.met[scheme.edition])

    def _waits_for_vetting(self, requirement: Requirement, ladder: Ladder, day: date) -> bool:
        if subject_of_requirement(requirement) != "clearance" or ladder.audience != "mediator":
            return False
        return any(one.starts_on <= day and (one.ends_on is None or one.ends_on > day) for one in self.with_vetting)


def _covers(period: RequirementPeriod | StandingPeriod, day: date) -> bool:
    return period.starts_on <= day < period.ends_on


def _of_deadlines(person: Person, rungs: list[Ladder], on: date) -> Iterator[NextLine]:
    theirs = select(Deadline).where(
        Deadline.person_id == person.id,
        Deadline.basis_date > days_after(on, -REACH_DAYS),
        Deadline.kind.not_in(sorted(UNNAMED)),
    )
    for deadline in db.session.scalars(theirs):
        for ladder in rungs:
            for stage in ladder.stages if ladder.subject == deadline.kind else ():
                day = days_after(deadline.basis_date, -stage)
                if day > on and (person.left_on is None or person.left_on > day):
                    what = subject_words(deadline_subject(deadline))
                    yield NextLine(what, day, last_good_day(deadline.basis_date), stage, ladder.audience)
