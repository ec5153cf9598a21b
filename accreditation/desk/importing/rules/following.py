"""What follows from a row beside what it says: when the award ends, and which requirements the sheet never recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from accreditation.core.calendar import anniversary
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Recurring, Rule
from accreditation.standing.rules.scheme import Scheme

REASON = "Not recorded before the register began"

SUPPLIED = {"result": ("training", "award"), "refresher_on": ("refresher",)}
"""The kinds of evidence that a matched column brings in."""

NEVER_WAIVED = frozenset({"training", "award", "clearance"})
"""Nobody is trained, accredited or cleared because a spreadsheet has no column for it."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A requirement that counts as met on the days [starts_on, ends_on); None: from then on."""

    requirement: str
    starts_on: date
    ends_on: date | None


def supplied_kinds(fields: Iterable[str]) -> frozenset[str]:
    """The kinds of evidence that these matched fields record."""
    return frozenset(kind for field in fields for kind in SUPPLIED.get(field, ()))


def waivers(scheme: Scheme, fields: Iterable[str], *, awarded_on: date, tracked_from: date) -> list[Waiver]:
    """One waiver for each requirement whose evidence no column of the sheet records.

    It runs from the award to the end of the requirement's own period counted from `tracked_from`, the day from which
    such evidence is recorded here: by then there has been time to meet it. A requirement without a period is waived for
    good. Clearance, training and award are never waived.
    """
    recorded = supplied_kinds(fields) | NEVER_WAIVED
    found = []
    for requirement in scheme.requirements:
        if _asked_kinds(requirement.rule) & recorded:
            continue
        ends_on = period_after(requirement.rule, tracked_from)
        if ends_on is None or ends_on > awarded_on:
            found.append(Waiver(requirement.code, awarded_on, ends_on))
    return found


def _asked_kinds(rule: Rule) -> frozenset[str]:
    """The kinds a requirement is about: training that also counts as a refresher does not make it one of training."""
    match rule:
        case Recurring(asked=asked):
            return frozenset({asked.kind})
        case AnyOf(parts=parts) | AllOf(parts=parts):
            return frozenset().union(*map(_asked_kinds, parts))
    return rule.kinds


def period_after(rule: Rule, day: date) -> date | None:
    """The end of the rule's own period if it begins on the day: the longest of its parts; None: it has none."""
    match rule:
        case Accumulated(per_months=months):
            return anniversary(day, months) if months else None
        case Recurring(every=every):
            return every.after(day)
        case AnyOf(parts=parts) | AllOf(parts=parts):
            ends = [period_after(part, day) for part in parts]
            return None if None in ends else max(end for end in ends if end)
    return None


def first_bad_day(valid_through: date) -> date:
    """The exclusive end of what a sheet calls an expiry: its last good day is the one written there."""
    return valid_through + timedelta(days=1)
