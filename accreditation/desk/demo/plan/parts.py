"""The parts that some mediators play: one for each state that a service must be able to see and to mend.

Each part changes a steady career; the engine says whether the change has the effect the part is there for, and if not
somebody else is asked to play it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from accreditation.core.calendar import anniversary
from accreditation.desk.demo.plan.days import workday, workday_before
from accreditation.desk.demo.plan.people import AWARD_MONTHS, CTC_MONTHS, Cleared, Entry, Mediator, Overlay
from accreditation.desk.demo.plan.vetting import asked_for
from accreditation.standing.rules.engine import evaluate
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Period, Verdict

Change = Callable[[Mediator, Random, date], None]


@dataclass(frozen=True)
class Part:
    """A part, what it must come to, and how many of a thousand mediators play it (one at least, if there are enough).

    `within`: deployable, and ends after at least so many and at most so many days, because of `because`.
    """

    name: str
    per_mille: int
    change: Change
    verdict: Verdict
    because: str | None = None
    within: tuple[int, int] | None = None

    def is_played(self, period: Period | None, on: date) -> bool:
        if period is None or period.verdict is not self.verdict:
            return False
        if self.within is None:
            return self.because is None or self.because in period.failing
        if period.limiting_end is None or period.limiting != self.because:
            return False
        return self.within[0] <= (period.limiting_end - on).days <= self.within[1]


# --- clearance -------------------------------------------------------------------------------------------------------


def ctc_ends_in(first: int, last: int, *, asked: bool = False) -> Change:
    """The clearance ends that many days after `on`; with `asked` its renewal has been applied for."""

    def change(mediator: Mediator, random: Random, on: date) -> None:
        ends_on = on + timedelta(random.randint(first, last))
        months = CTC_MONTHS[mediator.holder_kind]
        granted_on = min(anniversary(ends_on, -months), mediator.passed_on - timedelta(20))
        mediator.clearances = [Cleared(granted_on, ends_on)]
        if asked:
            mediator.asked = asked_for(random, on, weeks=random.choice((2, 5, 8, 11)))

    return change


def stopped(how: str) -> Change:
    def change(mediator: Mediator, random: Random, on: date) -> None:
        day = workday_before(on - timedelta(random.randint(5, 25)))
        mediator.clearances[-1] = replace(mediator.clearances[-1], stopped_on=day, stopped_as=how)

    return change


# --- accreditation, refreshers, practice -----------------------------------------------------------------------------


def award_runs_out(first: int, last: int) -> Change:
    """The award ends that many days after `on`, and nobody has renewed it. For those who passed three years ago."""

    def change(mediator: Mediator, random: Random, on: date) -> None:
        starts_on = anniversary(on + timedelta(random.randint(first, last)), -AWARD_MONTHS)
        if starts_on > mediator.passed_on:
            mediator.awards = [starts_on]

    return change


def refresher_missed(mediator: Mediator, random: Random, on: date) -> None:
    """Booked the last day that would have done, and did not come."""
    if mediator.refreshers:
        last = mediator.refreshers.pop()
        if (on - last).days < 400:
            mediator.missed.append(last)


def gave_up(kind: str, days: int) -> Change:
    """Nothing of that kind was recorded in the last so many days."""

    def change(mediator: Mediator, random: Random, on: date) -> None:
        silent_since = on - timedelta(days)
        mediator.entries = [e for e in mediator.entries if e.kind != kind or e.on < silent_since]

    return change


def runs_out(kind: str, first: int, last: int) -> Change:
    """Exactly enough of that kind in the last year; its oldest part falls out of the year that many days after `on`."""

    def change(mediator: Mediator, random: Random, on: date) -> None:
        oldest_on = workday(anniversary(on + timedelta(random.randint(first, last)), -12))
        hours = {"cpd": ("3", "3"), "supervision": ("2", "2"), "case": ("1", "1")}[kind]
        code = {"cpd": "course", "supervision": "one_to_one", "case": "lead"}[kind]
        kept = [e for e in mediator.entries if e.kind != kind or e.on < oldest_on]
        kept.append(Entry(kind, oldest_on, Decimal(hours[0]), code))
        kept.append(Entry(kind, workday_before(on - timedelta(random.randint(40, 120))), Decimal(hours[1]), code))
        mediator.entries = kept

    return change


def waits_for_confirmation(mediator: Mediator, random: Random, on: date) -> None:
    """Lapsed on paper: the hours were logged, and wait for somebody to confirm them."""
    gave_up("cpd", 300)(mediator, random, on)
    for days in (6, 13):
        day = workday_before(on - timedelta(days))
        mediator.entries.append(Entry("cpd", day, Decimal(3), "course", "Workshop: online mediation", confirmed=False))


def learns_to_lead(mediator: Mediator, random: Random, on: date) -> None:
    """Has co-mediated once, and needs another before leading a case."""
    cases = [e for e in mediator.entries if e.kind == "case"]
    mediator.entries = [e for e in mediator.entries if e.kind != "case"]
    if cases:
        mediator.entries.append(replace(cases[0], code="co_mediation"))


# --- overlays --------------------------------------------------------------------------------------------------------


def suspended(mediator: Mediator, random: Random, on: date) -> None:
    since = workday_before(on - timedelta(random.randint(4, 40)))
    mediator.overlays.append(Overlay("suspension", since, None, "Pending the outcome of a complaint"))


def on_leave(first: int, last: int) -> Change:
    def change(mediator: Mediator, random: Random, on: date) -> None:
        since = workday_before(on - timedelta(random.randint(20, 70)))
        back = workday(on + timedelta(random.randint(first, last)))
        mediator.overlays.append(Overlay("leave", since, back, "Parental leave" if last > 60 else "Planned absence"))

    return change


def came_back(mediator: Mediator, random: Random, on: date) -> None:
    """Was away for three months last year: the ends of what leave moves lie that much later."""
    since = workday(on - timedelta(random.randint(210, 260)))
    mediator.overlays.append(Overlay("leave", since, since + timedelta(91), "Career break"))


def withdrawn(mediator: Mediator, random: Random, on: date) -> None:
    """Taken away for the rest of the award's term."""
    since = workday_before(on - timedelta(random.randint(20, 120)))
    for starts_on in mediator.awards:
        ends_on = anniversary(starts_on, AWARD_MONTHS)
        if starts_on < since < ends_on:
            mediator.overlays.append(Overlay("withdrawal", since, ends_on, "At the mediator's own request"))


def left(mediator: Mediator, random: Random, on: date) -> None:
    gone = workday_before(on - timedelta(random.randint(15, 200)))
    mediator.overlays.append(Overlay("membership", mediator.passed_on, gone, "Retired from the organisation"))
    mediator.refreshers = [day for day in mediator.refreshers if day < gone]
    mediator.entries = [entry for entry in mediator.entries if entry.on < gone]
    how = random.choice(("lapsed", "transferred_out"))
    mediator.clearances = [
        replace(clearance, stopped_on=gone, stopped_as=how) if clearance.ends_on > gone else clearance
        for clearance in mediator.clearances
        if clearance.granted_on < gone
    ]


def waits_for_award(mediator: Mediator, random: Random, on: date) -> None:
    """Passed, cleared, and nobody has made the decision yet."""
    mediator.awards, mediator.entries = [], []


def waits_for_clearance(mediator: Mediator, random: Random, on: date) -> None:
    """Passed, and the clearance is still on its way."""
    waits_for_award(mediator, random, on)
    mediator.clearances = []
    mediator.asked = asked_for(random, on, weeks=random.choice((0, 3, 7, 10)))


D, L = Verdict.DEPLOYABLE, Verdict.LAPSED

PARTS = (
    Part("suspended", 12, suspended, Verdict.SUSPENDED),
    Part("on leave until soon", 8, on_leave(10, 30), Verdict.ON_LEAVE),
    Part("CTC lapsed, nobody asked", 14, ctc_ends_in(-14, -4), L, "ctc"),
    Part("learns to lead", 10, learns_to_lead, Verdict.CO_MEDIATION_ONLY),
    Part("left", 16, left, Verdict.LEFT),
    Part("withdrawn", 8, withdrawn, Verdict.WITHDRAWN),
    Part("waits for the award", 14, waits_for_award, Verdict.NOT_ACCREDITED),
    Part("waits for the clearance", 14, waits_for_clearance, Verdict.NOT_ACCREDITED, "ctc"),
    Part("refresher missed", 14, refresher_missed, L, "refresher"),
    Part("CPD lapsed", 14, gave_up("cpd", 300), L, "cpd"),
    Part("award ends within 30", 10, award_runs_out(6, 29), D, "award", (1, 30)),
    Part("CTC ends within 30, nobody asked", 14, ctc_ends_in(5, 28), D, "ctc", (1, 30)),
    Part("CTC ends within 60, asked", 10, ctc_ends_in(35, 58, asked=True), D, "ctc", (31, 60)),
    Part("CTC ends within 90, asked", 10, ctc_ends_in(63, 88, asked=True), D, "ctc", (61, 90)),
    Part("award ends within 60", 10, award_runs_out(33, 58), D, "award", (31, 60)),
    Part("award ends within 90", 10, award_runs_out(63, 88), D, "award", (61, 90)),
    Part("CPD ends within 30", 8, runs_out("cpd", 6, 26), D, "cpd", (1, 30)),
    Part("supervision ends within 60", 8, runs_out("supervision", 33, 56), D, "supervision", (31, 60)),
    Part("practice ends within 90", 8, runs_out("case", 63, 86), D, "practice", (61, 90)),
    Part("award lapsed", 10, award_runs_out(-26, -2), L, "award"),
    Part("CTC lapsed, asked", 10, ctc_ends_in(-40, -10, asked=True), L, "ctc"),
    Part("practice lapsed", 8, gave_up("case", 340), L, "practice"),
    Part("supervision lapsed", 7, gave_up("supervision", 300), L, "supervision"),
    Part("CPD waits for confirmation", 7, waits_for_confirmation, L, "cpd"),
    Part("CTC suspended", 6, stopped("suspended"), L, "ctc"),
    Part("CTC withdrawn", 5, stopped("withdrawn"), L, "ctc"),
    Part("on leave for long", 8, on_leave(90, 200), Verdict.ON_LEAVE),
    Part("came back from leave", 8, came_back, D),
    Part("CTC ends within 180, asked", 12, ctc_ends_in(100, 175, asked=True), D),
)
"""In order of importance: a small demo has the first of them."""


def judge(mediator: Mediator, scheme: Scheme) -> None:
    mediator.result = evaluate(scheme, mediator.facts())


def cast(mediators: Sequence[Mediator], scheme: Scheme, random: Random, on: date) -> None:
    """Have the parts played by mediators who would be steady otherwise. Every mediator comes out judged."""
    for mediator in mediators:
        judge(mediator, scheme)
    free = [mediator for mediator in mediators if _is_steady(mediator, on)]
    random.shuffle(free)
    for part in PARTS:
        wanted = max(1, round(part.per_mille * len(mediators) / 1000))
        wanted = min(wanted, len(free) - len(mediators) // 6)  # somebody must be left who simply works
        free = _fill(part, wanted, free, scheme, random, on)


def _is_steady(mediator: Mediator, on: date) -> bool:
    period = mediator.result.period_on(on) if mediator.result else None
    comfortable = on + timedelta(95)
    return period is not None and period.verdict is D and (period.limiting_end or date.max) > comfortable


def _fill(part: Part, wanted: int, free: list[Mediator], scheme: Scheme, random: Random, on: date) -> list[Mediator]:
    """Let the first for whom it works play the part; who is free after that. A few dozen are tried, not everybody."""
    tries = 30 + 4 * wanted
    still_free = []
    for mediator in free:
        if wanted > 0 and tries > 0 and _could_play(part, mediator, on):
            tries -= 1
            if _plays(part, mediator, scheme, random, on):
                wanted -= 1
                continue
        still_free.append(mediator)
    return still_free


def _plays(part: Part, mediator: Mediator, scheme: Scheme, random: Random, on: date) -> bool:
    """Whether it works; if not, the mediator stays as they were."""
    before = _copy(mediator)
    part.change(mediator, random, on)
    judge(mediator, scheme)
    assert mediator.result is not None
    if part.is_played(mediator.result.period_on(on), on):
        mediator.part = part.name
        return True
    _restore(mediator, before)
    return False


def _could_play(part: Part, mediator: Mediator, on: date) -> bool:
    """Spares the engine the hopeless: an award can only run out where it was given three years ago."""
    age = (on - mediator.passed_on).days
    if part.because == "award":
        return age > 900
    if part.verdict is Verdict.NOT_ACCREDITED:
        return age < 200
    if part.verdict is Verdict.CO_MEDIATION_ONLY:
        return age < 360
    if part.because in {"cpd", "supervision", "practice", "refresher"} or part.change in {came_back, left}:
        return age > 400
    return True


_CHANGED = ("awards", "clearances", "asked", "refreshers", "missed", "entries", "overlays", "result")


def _copy(mediator: Mediator) -> dict[str, object]:
    kept = {name: getattr(mediator, name) for name in _CHANGED}
    return {name: list(value) if isinstance(value, list) else value for name, value in kept.items()}


def _restore(mediator: Mediator, before: dict[str, object]) -> None:
    for name, value in before.items():
        setattr(mediator, name, value)
