"""What a change of the rules would do to one person: two results for the same facts, laid side by side."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from accreditation.core.calendar import FOREVER
from accreditation.standing.rules.verdict import Period, Result, Verdict

Change = Literal["loses", "gains", "earlier", "later", "other"]
"""loses, gains: may work on the first day or not. earlier, later: the last day moves. other: anything else."""


@dataclass(frozen=True, slots=True)
class Effect:
    """`before` and `after` are the periods that hold on the first day; `differs_from` the first day they disagree."""

    change: Change
    differs_from: date
    before: Period
    after: Period


def effect_of(before: Result, after: Result, first_day: date) -> Effect | None:
    """What differs from that day on, the first day of the change; None where nothing does.

    Without facts there are no periods and nothing changes. A day before the first fact is judged by the first period.
    """
    if not before.periods or not after.periods:
        return None
    differs_from = first_difference(before, after, first_day)
    if differs_from is None:
        return None
    old = before.period_on(first_day) or before.periods[0]
    new = after.period_on(first_day) or after.periods[0]
    return Effect(_change(old, new), differs_from, old, new)


def first_difference(before: Result, after: Result, first_day: date) -> date | None:
    """The first day, that day or later, on which the verdict or what fails is not the same."""
    days = {first_day}
    for result in (before, after):
        days |= {period.starts_on for period in result.periods if period.starts_on > first_day}
    for day in sorted(days):
        old, new = before.period_on(day), after.period_on(day)
        if old and new and (old.verdict, old.failing) != (new.verdict, new.failing):
            return day
    return None


def _change(old: Period, new: Period) -> Change:
    may_before, may_after = old.verdict is Verdict.DEPLOYABLE, new.verdict is Verdict.DEPLOYABLE
    if may_before and not may_after:
        return "loses"
    if may_after and not may_before:
        return "gains"
    if not may_before:
        return "other"
    end_before, end_after = old.limiting_end or FOREVER, new.limiting_end or FOREVER
    if end_after < end_before:
        return "earlier"
    return "later" if end_after > end_before else "other"


CHANGE_WORDS = {
    "loses": "Would no longer be deployable",
    "gains": "Would become deployable",
    "earlier": "Last good day comes earlier",
    "later": "Last good day comes later",
    "other": "Changes only later, or while not deployable",
}
