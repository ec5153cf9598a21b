"""What the engine answers with."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from accreditation.core.calendar import Span, last_good_day


class Verdict(StrEnum):
    LEFT = "left"
    NOT_ACCREDITED = "not_accredited"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    ON_LEAVE = "on_leave"
    LAPSED = "lapsed"
    CO_MEDIATION_ONLY = "co_mediation_only"
    DEPLOYABLE = "deployable"


VERDICT_WORDS = {
    Verdict.DEPLOYABLE: "May work",
    Verdict.CO_MEDIATION_ONLY: "May co-mediate only",
    Verdict.LAPSED: "Lapsed",
    Verdict.SUSPENDED: "Suspended",
    Verdict.ON_LEAVE: "On leave",
    Verdict.WITHDRAWN: "Accreditation withdrawn",
    Verdict.NOT_ACCREDITED: "Not yet accredited",
    Verdict.LEFT: "Left the service",
}
"""How a verdict is called where it is chosen or counted."""


LIMITS = {
    Verdict.LEFT: "membership",
    Verdict.WITHDRAWN: "withdrawal",
    Verdict.SUSPENDED: "suspension",
    Verdict.ON_LEAVE: "leave",
}
"""What ends a deployable run, by the verdict that follows it; any other verdict: its first failing requirement."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days [starts_on, ends_on) on which nothing about the standing changes.

    limiting and limiting_end are set only while deployable: what makes the first later day that is not deployable so,
    and that day; both None if there is no such day.
    """

    starts_on: date
    ends_on: date
    verdict: Verdict
    failing: tuple[str, ...] = ()
    limiting: str | None = None
    limiting_end: date | None = None

    @property
    def valid_through(self) -> date | None:
        """The last deployable day, None if there is no such end."""
        return last_good_day(self.limiting_end) if self.limiting_end else None


@dataclass(frozen=True, slots=True)
class Result:
    """Everything the engine knows of one person and one scheme.

    periods run without a gap from the earliest day of any fact to FOREVER (none without facts); requirements gives for
    each code, in scheme order, the merged spans of days on which it is met, not cut off at that earliest day.
    """

    periods: tuple[Period, ...]
    requirements: dict[str, list[Span]]

    @property
    def starts_on(self) -> date | None:
        return self.periods[0].starts_on if self.periods else None

    def met_spans(self, code: str) -> list[Span]:
        """The days on which the requirement is met, from the first day of the periods on."""
        if not self.periods:
            return []
        first = self.periods[0].starts_on
        return [
            span if span.starts_on >= first else Span(first, span.ends_on)
            for span in self.requirements[code]
            if span.ends_on > first
        ]

    def period_on(self, on: date) -> Period | None:
        """The period that holds on the day; None before the first."""
        return next((period for period in reversed(self.periods) if period.starts_on <= on), None)


def with_runs(result: Result) -> list[tuple[Period, Span]]:
    """Each period with the unbroken run of days of the same verdict that it belongs to."""
    runs: list[tuple[Period, Span]] = []
    for _, run in groupby(result.periods, key=lambda period: period.verdict):
        periods = list(run)
        days = Span(periods[0].starts_on, periods[-1].ends_on)
        runs += [(period, days) for period in periods]
    return runs
