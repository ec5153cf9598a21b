"""How long decisions take, and what follows from that. Whole days; a percentile is a figure that really occurred."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil

from accreditation.core.calendar import days_after, last_good_day

ENOUGH = 20
"""Decisions from which a service's own times are worth more than anybody's average."""

MONTHS_BACK = 24
"""Decisions older than this say how long it used to take."""


@dataclass(frozen=True)
class Times:
    """Days from submission to decision: how many decisions, half of them within `median`, nine in ten within `p90`."""

    decisions: int
    median: int
    p90: int

    @property
    def enough(self) -> bool:
        return self.decisions >= ENOUGH


def times_of(days: Iterable[int]) -> Times | None:
    """None where nothing has been decided."""
    ordered = sorted(days)
    if not ordered:
        return None
    return Times(len(ordered), _percentile(ordered, 50), _percentile(ordered, 90))


def _percentile(ordered: list[int], percent: int) -> int:
    """The nearest rank: the smallest figure that so many in a hundred do not exceed."""
    return ordered[ceil(len(ordered) * percent / 100) - 1]


def submit_by(ends_on: date, lead_days: int) -> date:
    """The last day on which an application can be submitted and, in the usual time, be decided before the end."""
    return days_after(last_good_day(ends_on), -lead_days)
