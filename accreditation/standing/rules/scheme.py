"""A scheme as the engine and the pages know it: requirements, settings, and the figures that no rule enforces."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from accreditation.standing.rules.requirements import Rule

LEAVE_CAP_DAYS = 365
"""DESIGN section 6: the most that leave moves the end of one period, where a scheme says nothing else."""

LEAD_DAYS = {"clearance": 63}
"""Days before its last good day on which work on a requirement must have begun, by kind of evidence.

A clearance: nine weeks, the average the Ministry of Justice states for a new CTC (six to twelve). Any other kind: none.
"""

CERTAINTIES = {
    "V": "read in an excerpt of the primary, official or provider source",
    "V2": "read in an excerpt of a secondary source or mirror",
    "S": "founding document",
    "G": "general knowledge, not read",
    "P": "proposed default of this product",
    "C": "sources conflict",
    "L": "set by this service",
}
"""How sure a figure is, by the code it carries."""

CONFIRMED_BY = ("mediator", "practice manager", "line manager", "supervisor", "provider")
"""Whose word makes a logged entry evidence: from the mediator's own to whoever stands farthest from them."""

RESERVED = frozenset({"membership", "withdrawal", "suspension", "leave"})
"""What may limit a standing beside a requirement, so that no requirement may be called so."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: its rule, and what people are told of it."""

    code: str
    rule: Rule
    window_days: int | None = None  # None: the scheme's
    lead_only: bool = False  # failing it alone still lets someone co-mediate
    label: str = ""
    action: str = ""  # what to do about it, as a sentence without a full stop
    who_acts: str = ""
    confirmed_by: str = ""  # whose word makes a logged entry evidence; empty: the practice manager's
    lead_days: int = 0
    source: str = ""
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the rulebook that is recorded with its source, and that no rule here enforces."""

    key: str
    label: str
    quantity: Decimal | None = None
    unit: str = ""
    period_months: int | None = None
    phase: str = ""
    source: str = ""
    certainty: str = ""
    why_not_enforced: str = ""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version of a scheme. Validity and settings of None are open: no end of an award, no window."""

    code: str
    requirements: tuple[Requirement, ...]
    window_days: int | None = None
    leave_cap_days: int = LEAVE_CAP_DAYS
    name: str = ""
    issuing_body: str = ""
    jurisdiction: str = ""
    validity_months: int | None = None
    renew_from: Literal["event", "end"] = "end"
    grace_days: int = 0
    may_refer: bool = False
    attendance_percent: int | None = None  # of the hours of training, before there can be a result; None: none is asked
    certainties: dict[str, str] = field(default_factory=dict)  # of the settings, by their names
    outcomes: tuple[str, ...] = ()
    recorded: tuple[Figure, ...] = ()
    notes: str = ""
    hidden: bool = False  # a pattern to learn from, not offered for installing
    edition: str = ""  # the key of its current projections, where it comes from the database
    also: tuple[Requirement, ...] = ()  # what only other versions ask for, for their names: no rule of this one

    def __hash__(self) -> int:
        return hash(self.code)

    def find(self, code: str) -> Requirement | None:
        return next((requirement for requirement in self.requirements if requirement.code == code), None)

    def describe(self, code: str) -> tuple[frozenset[str], str]:
        """The kinds of evidence behind a requirement, or behind whatever else may limit a standing, and its label."""
        for requirement in (*self.requirements, *self.also):
            if requirement.code == code:
                return requirement.rule.kinds, requirement.label or code
        return frozenset({code}), OVERLAY_LABELS[code]

    def window_of(self, requirement: Requirement) -> int:
        """Days before an end in which renewing counts as in time: the requirement's own, else the scheme's, else 0."""
        return (self.window_days or 0) if requirement.window_days is None else requirement.window_days


OVERLAY_LABELS = {
    "membership": "Membership of the service",
    "withdrawal": "Withdrawal of the accreditation",
    "suspension": "Suspension",
    "leave": "Leave",
}
