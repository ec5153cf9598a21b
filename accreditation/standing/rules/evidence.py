"""The facts that the engine judges: one row of the ledger as a frozen value, and a person's rows sorted by kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from accreditation.core.calendar import FOREVER, Span, merge

EVENT_KINDS = frozenset({"training", "refresher", "cpd", "case", "supervision", "observation"})
INTERVAL_KINDS = frozenset(
    {
        "award",
        "clearance",
        "clearance_application",
        "declaration",
        "membership",
        "suspension",
        "withdrawal",
        "leave",
        "waiver",
        "extension",
    }
)
KINDS = EVENT_KINDS | INTERVAL_KINDS

LEVELS = ("CTC", "SC", "DV")
"""Clearance levels, lowest first: a higher one includes the lower ones. Any other code matches itself only."""

Codes = frozenset[str] | None
"""The codes a requirement asks for; None for any code."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of evidence: an event on starts_on, or an interval [starts_on, ends_on), open if ends_on is None."""

    kind: str
    code: str | None
    starts_on: date
    ends_on: date | None = None
    quantity: Decimal | None = None
    scheme: str | None = None
    id: int | str | None = None
    recorded_at: datetime | None = None
    voided_at: datetime | None = None

    @property
    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on or FOREVER)


def known(facts: Iterable[Fact], moment: datetime | None) -> list[Fact]:
    """The facts as known at that moment: recorded by then and not voided by then. None: today, nothing ever voided."""
    if moment is None:
        return [fact for fact in facts if fact.voided_at is None]
    return [
        fact
        for fact in facts
        if (fact.recorded_at is None or fact.recorded_at <= moment)
        and (fact.voided_at is None or fact.voided_at > moment)
    ]


def levels_including(codes: Codes) -> Codes:
    """The clearance levels that satisfy one of these: each with the levels above it."""
    if codes is None:
        return None
    wide = set(codes)
    for code in codes:
        if code in LEVELS:
            wide.update(LEVELS[LEVELS.index(code) :])
    return frozenset(wide)


@dataclass(frozen=True, slots=True)
class Dossier:
    """The facts of one person that hold for one scheme, with what every rule of that scheme may need beside them."""

    facts: Sequence[Fact]
    by_kind: dict[str, list[Fact]]
    leave: list[Span] = field(default_factory=list)
    award_runs: list[Span] = field(default_factory=list)
    awards: list[Fact] = field(default_factory=list)
    window_days: int = 0
    leave_cap_days: int = 0

    def matching(self, kind: str, codes: Codes) -> list[Fact]:
        """The facts of that kind with one of those codes, in the order they came in."""
        facts = self.by_kind.get(kind, [])
        return facts if codes is None else [fact for fact in facts if fact.code in codes]


def dossier_of(
    facts: Iterable[Fact], scheme: str, *, window_days: int | None = None, leave_cap_days: int = 0
) -> Dossier:
    """Sort out what holds for the scheme: rows meant for another one are left out."""
    mine = [fact for fact in facts if fact.scheme is None or fact.scheme == scheme]
    by_kind: dict[str, list[Fact]] = {}
    for fact in mine:
        by_kind.setdefault(fact.kind, []).append(fact)
    awards = [fact for fact in by_kind.get("award", ()) if fact.code == scheme]
    return Dossier(
        facts=mine,
        by_kind=by_kind,
        leave=merge(fact.span for fact in by_kind.get("leave", ())),
        award_runs=merge(fact.span for fact in awards),
        awards=awards,
        window_days=window_days or 0,
        leave_cap_days=leave_cap_days,
    )
