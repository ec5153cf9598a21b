"""What somebody will be reminded of, or others about them: each as the planner will find it on its day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from accreditation.core.calendar import days_after, last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.standing.models import Deadline, RequirementPeriod, StandingPeriod
from accreditation.standing.queries.schemes import all_histories
from accreditation.standing.rules.scheme import Requirement, Scheme
from scheduler.queries.ends import (
    REACH_DAYS,
    REMINDED,
    Ladder,
    deadline_subject,
    falls_due,
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
    looks: list[tuple[date, str, str, _Rung]] = []
    for history in all_histories().values():
        asked = {requirement.code: requirement for requirement in history.requirements(on)}
        scheme = history.shown(history.version_on(on))
        changes = _changes(person.id, scheme.edition, on)
        for period in _ends(person.id, scheme.edition, on):
            requirement = asked.get(period.requirement)
            for ladder in rungs if requirement else ():
                if requirement and ladder.subject == subject_of_requirement(requirement):
                    rung = _Rung(scheme, requirement, ladder, period)
                    stages = (days_after(period.ends_on, -stage) for stage in ladder.stages)
                    days = {on, *changes, *(day for day in stages if day > on)}
                    looks += [(day, requirement.code, ladder.audience, rung) for day in days]
    lines = 0
    for day, _, _, rung in sorted(looks, key=lambda look: look[:3]):
        stage = rung.rises(day)
        if stage is not None and day > on:
            what = subject_words(requirement_subject(rung.scheme, rung.requirement))
            yield NextLine(what, day, last_good_day(rung.period.ends_on), stage, rung.ladder.audience)
            lines += 1
            if lines == at_most:
                return


@dataclass
class _Rung:
    """One end of somebody's and one audience of it, followed from day to day. `told`: the most urgent stage so far."""

    scheme: Scheme
    requirement: Requirement
    ladder: Ladder
    period: RequirementPeriod
    told: int | None = None

    def rises(self, day: date) -> int | None:
        """The stage of which the planner tells on the day; None when it has nothing new to tell."""
        stage = min(due_stages(self.ladder.stages, self.period.ends_on, day), default=None)
        if stage is None or (self.told is not None and stage >= self.told):
            return None
        if not falls_due(self.scheme, self.requirement, self.ladder, self.period, day):
            return None
        self.told = stage
        return stage


def _ends(person_id: int, edition: str, on: date) -> list[RequirementPeriod]:
    ends = select(RequirementPeriod).where(
        RequirementPeriod.person_id == person_id,
        RequirementPeriod.edition == edition,
        RequirementPeriod.met,
        RequirementPeriod.starts_on <= on,
        RequirementPeriod.ends_on > days_after(on, -REACH_DAYS),
        RequirementPeriod.ends_on < date.max,
    )
    return list(db.session.scalars(ends))


def _changes(person_id: int, edition: str, on: date) -> set[date]:
    changes = select(StandingPeriod.starts_on).where(
        StandingPeriod.person_id == person_id,
        StandingPeriod.edition == edition,
        StandingPeriod.starts_on > on,
        StandingPeriod.verdict.in_(REMINDED),
    )
    return set(db.session.scalars(changes))


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
