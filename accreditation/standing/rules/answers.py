"""The engine's answer for one day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, last_good_day, span_holding
from accreditation.standing.rules.engine import dossier_for, evaluate
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.overlays import waivers_of
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Result, Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """The standing on one day: see Period for limiting. renewal_due and failing are in scheme order."""

    on: date
    verdict: Verdict
    failing: tuple[str, ...]
    limiting: str | None
    limiting_end: date | None
    renewal_due: tuple[str, ...]

    @property
    def valid_through(self) -> date | None:
        return last_good_day(self.limiting_end) if self.limiting_end else None


def answer_on(scheme: Scheme, result: Result, on: date) -> Answer:
    """What the result says of one day, also of a day before the first fact."""
    due = renewal_due(scheme, result, on)
    period = result.period_on(on)
    if period is None:
        failing = tuple(
            requirement.code
            for requirement in scheme.requirements
            if not span_holding(result.requirements[requirement.code], on)
        )
        return Answer(on, Verdict.NOT_ACCREDITED, failing, None, None, due)
    return Answer(on, period.verdict, period.failing, period.limiting, period.limiting_end, due)


def renewal_due(scheme: Scheme, result: Result, on: date) -> tuple[str, ...]:
    """The requirements met on the day whose run of met days ends within their window, in scheme order."""
    return tuple(
        requirement.code
        for requirement in scheme.requirements
        if (run := span_holding(result.requirements[requirement.code], on))
        and run.ends_on < FOREVER
        and (run.ends_on - on).days <= scheme.window_of(requirement)
    )


def because(scheme: Scheme, facts: Iterable[Fact], on: date) -> dict[str, list[Fact]]:
    """For each requirement met on the day, every fact that supports it, in the order the facts came in."""
    facts = list(facts)
    dossier = dossier_for(scheme, facts)
    supported: dict[str, list[Fact]] = {}
    for code, spans in evaluate(scheme, facts).requirements.items():
        if not span_holding(spans, on):
            continue
        requirement = scheme.find(code)
        support = [] if requirement is None else [id(fact) for fact in requirement.rule.support(dossier, on)]
        support += [id(waiver) for waiver in waivers_of(code, dossier) if on in waiver.span]
        chosen = frozenset(support)
        supported[code] = [fact for fact in dossier.facts if id(fact) in chosen]
    return supported
