"""What needs attention now: numbers, each with the address of exactly the list it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import func, select

from accreditation.awards.queries.decisions import DecisionsAsked, count_decisions
from accreditation.awards.rules.ending import OPEN
from accreditation.core.database import db
from accreditation.core.permissions import Permission
from accreditation.desk.queries.deadlines import count_deadlines
from accreditation.desk.queries.pipeline import pipeline_for
from accreditation.desk.queries.register import verdict_counts
from accreditation.desk.queries.stamp import counted_once
from accreditation.desk.raising.queries import count_corrections_waiting
from accreditation.desk.rules.asking import Asked
from accreditation.desk.rules.sentences import COUNTED
from accreditation.helpline.queries import count_passed_on
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.practice.queries.cases import CasesAsked, count_cases
from accreditation.practice.queries.entries import count_to_confirm
from accreditation.practice.queries.leave import count_requests
from accreditation.practice.queries.line_managers import count_not_theirs
from accreditation.refreshers.queries.days import DayRow, coming_days, days_without_attendance
from accreditation.standing.models import StandingPeriod
from accreditation.standing.queries.checks import CheckState, check_state
from accreditation.standing.queries.explain import TONES, sees_details
from accreditation.standing.queries.forecast import Forecast, forecast
from accreditation.standing.queries.schemes import get_scheme
from accreditation.standing.rules.verdict import Verdict
from accreditation.web.figures import Figure, FigureGroup
from cohorts.queries.cohorts import Wanted, count_cohorts
from scheduler.queries.alive import silent_since
from scheduler.queries.letters import counts_by_group, undeliverable_count

WITHIN = (30, 60, 90)
"""Days: the columns of what lapses soon. Each counts those of the one before too."""


LETTERS = (
    ("sent", "sent", "good"),
    ("folder", "written to the folder, not sent", "soon"),
    ("waiting", "owed and still to go", "soon"),
    ("held", "owed and held", "paused"),
    ("in_doubt", "in doubt", "soon"),
    ("failed", "failed", "bad"),
    ("undeliverable", "could not be delivered", "bad"),
)
"""Owed versus sent: the groups of letters that the home page tells apart, with the tone of each."""


@dataclass(frozen=True)
class Ending:
    """A requirement and how many runs it ends within each of WITHIN days; an empty code: all of them together."""

    code: str
    label: str
    counts: tuple[int, ...]

    @property
    def figures(self) -> list[Figure]:
        by = f"&by={self.code}" if self.code else ""
        return [
            Figure(
                f"ends-{days}-{self.code}" if self.code else f"ends-{days}",
                number,
                f"{self.label}, within {days} days",
                f"/mediators?ends={days}{by}&sort=ends",
            )
            for days, number in zip(WITHIN, self.counts, strict=True)
        ]


@dataclass(frozen=True)
class Attention:
    """What the practice manager's home page says."""

    verdicts: dict[Verdict, int]
    endings: Sequence[Ending]
    totals: tuple[int, ...]
    duties: Sequence[Figure]
    unrecorded: Sequence[DayRow]
    cover: Forecast | None = None
    check: CheckState | None = None
    silence: str | None = None
    """Since when the scheduler has not looked, in words; None: it lives, or that is not this viewer's business."""
    pipeline: Sequence[Figure] = ()
    letters: Sequence[Figure] = ()

    @property
    def now(self) -> list[Figure]:
        """What waits: who has lapsed first."""
        lapsed = self.verdicts.get(Verdict.LAPSED, 0)
        return [Figure("lapsed", lapsed, "lapsed", "/mediators?verdict=lapsed", "bad"), *self.duties]

    @property
    def together(self) -> Ending:
        """The last row of what lapses soon."""
        return Ending("", "All together", self.totals)

    @property
    def everyone(self) -> list[Figure]:
        """Everybody else by verdict."""
        return [
            Figure(verdict.value, self.verdicts[verdict], words, f"/mediators?verdict={verdict.value}", TONES[verdict])
            for verdict, words in COUNTED.items()
            if self.verdicts.get(verdict) and verdict is not Verdict.LAPSED
        ]

    @property
    def groups(self) -> list[FigureGroup]:
        """Every figure of the page, under its headings."""
        rows = (*self.endings, self.together) if self.endings else ()
        soon = [figure for ending in rows for figure in ending.figures]
        return [
            FigureGroup("Now", self.now),
            FigureGroup("Lapsing soon", soon),
            FigureGroup("Everyone", self.everyone),
            FigureGroup("From application to accreditation", self.pipeline),
            FigureGroup("Letters owed, and what became of them", self.letters),
        ]

    @property
    def nothing_waits(self) -> bool:
        late = self.verdicts.get(Verdict.LAPSED, 0)
        waits = late or any(self.totals) or any(duty.number for duty in self.duties) or self.unrecorded
        return not waits and not self.silence and not (self.check and self.check.is_bad)


def attention_for(viewer: Viewer, scheme_code: str, on: date, now: datetime) -> Attention:
    """The numbers for this viewer on the day, and whether they were checked. Raises NotFound for the scheme."""
    asked = Asked(scheme_code, on)
    within = sees_details(viewer)
    endings = counted_once(("endings", within.grants, scheme_code, on), partial(_endings, within, scheme_code, on))
    totals = tuple(sum(ending.counts[place] for ending in endings) for place in range(len(WITHIN)))
    unrecorded = days_without_attendance(on) if viewer.limited_to(Permission.MANAGE_REFRESHERS).grants else []
    return Attention(
        verdict_counts(within, asked),
        endings,
        totals,
        duties_for(viewer, on),
        unrecorded,
        cover=_cover(viewer, scheme_code, on),
        check=check_state(viewer, now) if viewer.limited_to(Permission.VIEW_CHECKS).grants else None,
        silence=silent_since(now) if viewer.limited_to(Permission.VIEW_REMINDERS).grants else None,
        pipeline=pipeline_for(viewer, on),
        letters=_letters(viewer),
    )


def _letters(viewer: Viewer) -> list[Figure]:
    """What became of every letter that was owed: sent, still to go, held, in doubt or failed."""
    viewer = viewer.limited_to(Permission.VIEW_REMINDERS)
    if not viewer.grants:
        return []
    counted = counts_by_group(viewer)
    return [
        Figure(f"letters-{group}", counted[group], label, f"/reminders?state={group}", tone)
        for group, label, tone in LETTERS
        if counted[group]
    ]


def _cover(viewer: Viewer, scheme_code: str, on: date) -> Forecast | None:
    """The forecast in short; None for who may not see it, or where there is nobody to count."""
    viewer = viewer.limited_to(Permission.VIEW_FORECAST)
    if not viewer.grants:
        return None
    scheme = get_scheme(scheme_code, on)
    found = counted_once(
        ("cover", viewer.grants, scheme_code, on), partial(forecast, viewer, scheme, on, by_unit=False)
    )
    return found if any(point.number for point in found.points) else None


def _endings(viewer: Viewer, scheme_code: str, on: date) -> list[Ending]:
    """By what ends them, those who may work on the day and will not within so many days; in the scheme's order."""
    scheme = get_scheme(scheme_code, on)
    days = [Asked(scheme_code, on, ends_within=number).ends_by for number in WITHIN]
    rows = (
        select(
            StandingPeriod.limiting_requirement,
            *(func.count().filter(StandingPeriod.limiting_end <= last) for last in days),
        )
        .join(Person, Person.id == StandingPeriod.person_id)
        .where(
            StandingPeriod.edition == scheme.edition,
            StandingPeriod.starts_on <= on,
            StandingPeriod.ends_on > on,
            StandingPeriod.limiting_end > on,
            StandingPeriod.limiting_end <= days[-1],
            visible_to(viewer),
        )
        .group_by(StandingPeriod.limiting_requirement)
    )
    counted = {code: tuple(counts) for code, *counts in db.session.execute(rows) if code}
    order = [requirement.code for requirement in scheme.requirements]
    codes = sorted(counted, key=lambda code: (order.index(code) if code in order else len(order), code))
    return [Ending(code, scheme.describe(code)[1], counted[code]) for code in codes]


def duties_for(viewer: Viewer, on: date) -> list[Figure]:
    """What waits in the rooms: each asked with the grants that open its list, left out where there are none."""
    found = []
    if (cohorts := viewer.limited_to(Permission.VIEW_COHORTS)).grants:
        late = count_cohorts(cohorts, Wanted(results="outstanding"), on=on)
        words = "cohort waits for results" if late == 1 else "cohorts wait for results"
        found.append(Figure("results-outstanding", late, words, "/cohorts?results=outstanding", "bad"))
    if (releasing := viewer.limited_to(Permission.RELEASE_RESULTS)).grants:
        ready = count_cohorts(releasing, Wanted(results="to_release"), on=on)
        words = "cohort with results to release" if ready == 1 else "cohorts with results to release"
        found.append(Figure("results-to-release", ready, words, "/cohorts?results=to_release", "soon"))
    if (deciding := viewer.limited_to(Permission.AWARD_ACCREDITATION)).grants:
        open_ones = count_decisions(deciding, DecisionsAsked(OPEN), on)
        words = "decision on an accreditation waits" if open_ones == 1 else "decisions on accreditations wait"
        found.append(
            Figure("decisions", open_ones, f"{words} for a second person", "/awards/decisions?state=proposed", "soon")
        )
    if (letters := viewer.limited_to(Permission.VIEW_REMINDERS)).grants:
        troubled = undeliverable_count(letters)
        words = "letter waiting for a decision" if troubled == 1 else "letters waiting for a decision"
        found.append(Figure("letters-trouble", troubled, words, "/reminders?state=trouble", "bad"))
    found += _of_practice(viewer, on)
    if (answering := viewer.limited_to(Permission.ANSWER_CORRECTION)).grants:
        raised = count_corrections_waiting(answering)
        words = "correction raised by a mediator" if raised == 1 else "corrections raised by mediators"
        found.append(Figure("corrections-raised", raised, f"{words}, to answer", "/corrections?show=waiting", "soon"))
    if passed_on := count_passed_on(viewer):
        found.append(
            Figure(
                "passed-on", passed_on, "passed on by the helpline, not read", "/helpline/passed-on?show=unread", "bad"
            )
        )
    passed = count_deadlines(viewer, "passed", on)
    words = "deadline passed" if passed == 1 else "deadlines passed"
    found.append(Figure("deadlines-passed", passed, words, "/deadlines?when=passed", "bad"))
    return found


def _of_practice(viewer: Viewer, on: date) -> list[Figure]:
    """Entries to confirm, line managers to name anew, cases of which people differ, and leave that is asked for."""
    found = []
    if (recording := viewer.limited_to(Permission.RECORD_PRACTICE)).grants:
        waiting = count_to_confirm(recording)
        words = "entry of practice to confirm" if waiting == 1 else "entries of practice to confirm"
        found.append(Figure("practice-to-confirm", waiting, words, "/practice", "soon"))
        anew = count_not_theirs(recording, on)
        words = "mediator" if anew == 1 else "mediators"
        words += " to name a line manager for: who was asked is not theirs"
        found.append(Figure("line-managers-anew", anew, words, "/practice/line-managers?show=not-theirs", "bad"))
        disputed = count_cases(recording, CasesAsked(disputed=True))
        words = "case of which mediators say different things"
        words = words if disputed == 1 else words.replace("case", "cases", 1)
        found.append(Figure("cases-disputed", disputed, words, "/practice/cases?disputed=yes", "soon"))
    if (answering := viewer.limited_to(Permission.MANAGE_OVERLAYS)).grants:
        asked = count_requests(answering)
        words = "request for leave to answer" if asked == 1 else "requests for leave to answer"
        found.append(Figure("leave-asked", asked, words, "/leave", "soon"))
    return found


def next_days(on: date) -> list[DayRow]:
    """The next three refresher days with their seats."""
    return coming_days(on, most=3)
