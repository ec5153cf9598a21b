"""The facts of somebody who leaves, as they would be, and what cannot be. Dates in, facts out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from accreditation.core.calendar import last_good_day
from accreditation.standing.rules.evidence import Fact


def membership_starts(facts: Iterable[Fact], left_on: date) -> date:
    """Since when somebody has been in the service: their first fact, or their last day if there is none before it."""
    return min([last_good_day(left_on), *(fact.starts_on for fact in facts)])


def facts_after_leaving(facts: Iterable[Fact], left_on: date, lapsing: frozenset[int]) -> list[Fact]:
    """The facts with a membership that ends on `left_on`, and the clearances of these ids no longer held from then."""
    facts = list(facts)
    kept = [
        ended
        for fact in facts
        if (ended := _until(fact, left_on) if fact.kind == "membership" or fact.id in lapsing else fact) is not None
    ]
    if any(fact.kind == "membership" and fact.ends_on == left_on for fact in kept):
        return kept
    return [*kept, Fact("membership", None, membership_starts(facts, left_on), left_on)]


def facts_after_return(facts: Iterable[Fact], back_on: date, reinstated: Iterable[Fact]) -> list[Fact]:
    """The facts with a membership that begins anew, and the clearances that are taken up again from that day."""
    return [*facts, Fact("membership", None, back_on), *reinstated]


def _until(fact: Fact, day: date) -> Fact | None:
    if fact.ends_on is not None and fact.ends_on <= day:
        return fact
    return replace(fact, ends_on=day) if fact.starts_on < day else None
