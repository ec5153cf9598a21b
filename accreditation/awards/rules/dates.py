"""From when to when an accreditation would run, and what keeps it from being awarded. Pure: no clock, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, Span, last_good_day
from accreditation.standing.rules.awards import award_span, in_window, is_within_grace
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Verdict

MAY_BE_AWARDED = frozenset({Verdict.DEPLOYABLE, Verdict.CO_MEDIATION_ONLY})
"""Verdicts with the award supposed: what is missing for the lead role alone comes with practice, after the award."""

OTHERWISE = {
    Verdict.LEFT: "Has left the service.",
    Verdict.WITHDRAWN: "An accreditation was withdrawn, and its term is not over.",
    Verdict.SUSPENDED: "Is suspended.",
    Verdict.ON_LEAVE: "Is on leave.",
}
KINDS = {
    "first": "First accreditation",
    "renewal": "Renewal in time: keeps the anniversary",
    "early": "Renewal before the window: counts from its own day",
    "late": "Renewal in the days of grace: counts from its own day",
    "return": "Return to practice: counts from its own day",
}
LISTED = ("first", "renewal", "late", "return")
"""Kinds that a list offers to decide on now. Who renews before the window opens is asked for by name."""


@dataclass(frozen=True)
class Dates:
    """The days of an award decided now, and those of the one before it; ends are exclusive, FOREVER where open."""

    span: Span
    kind: str
    previous: Span | None = None

    @property
    def ends_on(self) -> date | None:
        """The end as records keep it: None where it is open."""
        return None if self.span.ends_on == FOREVER else self.span.ends_on


def awards_held(facts: Iterable[Fact], scheme_code: str) -> list[Span]:
    """The days of the awards of that scheme among facts that stand, in order."""
    return sorted(fact.span for fact in facts if fact.kind == "award" and fact.code == scheme_code)


def withdrawals(facts: Iterable[Fact], scheme_code: str) -> list[Span]:
    """The days on which an award of that scheme was taken away, among facts that stand, in order."""
    return sorted(fact.span for fact in facts if fact.kind == "withdrawal" and fact.scheme in (None, scheme_code))


def award_dates(scheme: Scheme, on: date, held: list[Span], withdrawn: Iterable[Span] = ()) -> Dates:
    """The dates of an award decided on that day by somebody who holds, or held, these awards (in order).

    Whose award was taken away to its end has no days of grace: what comes after it is a return to practice.
    """
    begun = [span for span in held if span.starts_on <= on]
    if not begun:
        return Dates(award_span(scheme, on), "first")
    previous = max(held, key=lambda span: span.ends_on)
    span = award_span(scheme, on, previous.ends_on, anchor=_anchor(held, previous))
    if on < previous.ends_on:
        kind = "renewal" if in_window(scheme, on, previous.ends_on) else "early"
    else:
        taken = any(last_good_day(previous.ends_on) in days for days in withdrawn)
        kind = "late" if is_within_grace(scheme, on, previous.ends_on) and not taken else "return"
    return Dates(span, kind, previous)


def _anchor(held: list[Span], last: Span) -> date:
    """The start of the first award of the run that ends with the last one, each beginning where the one before ends."""
    first = last
    while before := next((span for span in held if span.ends_on == first.starts_on), None):
        first = before
    return first.starts_on


def reasons_to_refuse(scheme: Scheme, dates: Dates, verdict: Verdict, failing: Iterable[str]) -> list[str]:
    """Why an award with these dates cannot be made, given the standing as it would be with it; nothing if it can.

    Requirements are named by their own names: never a level, a date or a cause.
    """
    reasons = []
    if dates.previous and dates.span.ends_on <= dates.previous.ends_on:
        reasons.append("Is accredited already, for as long as a new accreditation would last.")
    if verdict in OTHERWISE:
        reasons.append(OTHERWISE[verdict])
    for code in failing:
        requirement = scheme.find(code)
        if requirement is None or not requirement.lead_only:
            reasons.append(f"Not met: {scheme.describe(code)[1]}.")
    return reasons
