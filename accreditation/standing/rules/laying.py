"""What people lay over a standing: suspension, leave, waiver and extension as decided, and what speaks against one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from accreditation.core.calendar import FOREVER, Span, anniversary
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.overlays import WAIVING

LAID_KINDS = ("suspension", "leave", *WAIVING)
LONGEST_MONTHS = 60
"""Leave, a waiver or an extension that runs for longer than five years is open-ended by another name."""

NEUTRAL = {
    "suspension": "Suspended by decision of the service",
    "leave": "Leave agreed with the service",
    "waiver": "Waived by decision of the service",
    "extension": "Extended by decision of the service",
}
"""What the ledger says in place of the reason, which is private: the ledger is read by more people."""


@cache
def leave_types() -> dict[str, str]:
    """The kinds of leave by code, with their words, in the order of the file."""
    text = files("accreditation.standing").joinpath("data", "leave_types.json").read_text(encoding="utf-8")
    return {row["code"]: row["label"] for row in json.loads(text)["types"]}


@dataclass(frozen=True)
class Laid:
    """A decision for the days [starts_on, ends_on); `ends_on` None: without an end, which only a suspension may be.

    `scheme` None: every scheme. `requirement` is the one that a waiver or an extension lets count as met.
    """

    kind: str
    starts_on: date
    ends_on: date | None
    reason: str
    authority: str
    scheme: str | None = None
    requirement: str | None = None
    leave_type: str | None = None

    @property
    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on or FOREVER)

    def fact(self) -> Fact:
        """What it will be in the ledger."""
        return Fact(self.kind, self.requirement, self.starts_on, self.ends_on, scheme=self.scheme)


def reasons_to_refuse(laid: Laid) -> list[str]:
    """Why it cannot be laid over anybody's standing, every reason as a sentence; empty: it can."""
    if laid.kind not in LAID_KINDS:
        raise ValueError(f"{laid.kind} is not laid over a standing")
    reasons = []
    if laid.ends_on is None and laid.kind != "suspension":
        reasons.append("Enter the last day: only a suspension may be without an end.")
    if laid.ends_on is not None and laid.ends_on <= laid.starts_on:
        reasons.append("The last day must not lie before the first.")
    elif laid.kind != "suspension" and (laid.ends_on or date.min) > anniversary(laid.starts_on, LONGEST_MONTHS):
        reasons.append(f"The last day must lie within {LONGEST_MONTHS // 12} years of the first.")
    if laid.kind in WAIVING and not laid.requirement:
        reasons.append("Choose the requirement.")
    if laid.kind == "leave" and laid.leave_type not in leave_types():
        reasons.append("Choose what kind of leave it is.")
    if not laid.reason.strip():
        reasons.append("Enter the reason.")
    if not laid.authority.strip():
        reasons.append("Enter who decided.")
    return reasons


def overlapping(facts: Iterable[Fact], laid: Laid) -> Fact | None:
    """The first fact of the same kind that holds on one of its days, for a scheme that it is for; None without any.

    Of waivers and extensions only one of the same requirement. Leave during a suspension is no contradiction, nor is
    the suspension of somebody on leave: the engine says which prevails.
    """
    for fact in sorted(facts, key=lambda fact: fact.starts_on):
        same_scheme = laid.scheme is None or fact.scheme is None or laid.scheme == fact.scheme
        same_thing = laid.kind not in WAIVING or fact.code == laid.requirement
        same_days = fact.starts_on < laid.span.ends_on and laid.starts_on < fact.span.ends_on
        if fact.kind == laid.kind and same_scheme and same_thing and same_days:
            return fact
    return None


def reasons_not_to_end(kind: str, span: Span, ended_on: date) -> list[str]:
    """Why it cannot end so that `ended_on` is the first day without it; empty: it can.

    Leave may end on the very day it was to end: that is how a return is confirmed.
    """
    if ended_on <= span.starts_on:
        return ["It would never have begun. If it was recorded by mistake, cancel it instead."]
    if ended_on > span.ends_on or (ended_on == span.ends_on and kind != "leave"):
        return ["It ends before that day as it is. Choose an earlier day."]
    return []
