"""The states of a clearance and of an application for one, and which may follow which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, Span, merge
from vetting.rules.transfers import too_long_since

STATES = {
    "not_required": "Not required",
    "not_started": "Not started",
    "initiated": "Initiated",
    "questionnaire_issued": "Questionnaire issued",
    "submitted": "Submitted",
    "in_progress": "In progress",
    "on_hold": "On hold",
    "granted": "Granted",
    "granted_with_conditions": "Granted with conditions",
    "refused": "Refused",
    "suspended": "Suspended",
    "withdrawn": "Withdrawn",
    "lapsed": "Lapsed",
    "discontinued": "Discontinued",
    "transferred_out": "Transferred out",
}
"""The stored vocabulary of DOMAIN section 10. What follows from dates (current, overdue, expired) is never stored."""

OPEN = ("initiated", "questionnaire_issued", "submitted", "in_progress", "on_hold")
DECIDED = ("granted", "granted_with_conditions", "refused", "discontinued")
GRANTING = ("granted", "granted_with_conditions")
HELD = GRANTING
CLEARANCE_STATES = ("granted", "granted_with_conditions", "suspended", "withdrawn", "lapsed", "transferred_out")

APPLICATION_STEPS: dict[str, tuple[str, ...]] = {
    "initiated": ("questionnaire_issued", "submitted", "on_hold", "discontinued"),
    "questionnaire_issued": ("submitted", "on_hold", "discontinued"),
    "submitted": ("in_progress", "on_hold", *DECIDED),
    "in_progress": ("on_hold", *DECIDED),
    "on_hold": ("questionnaire_issued", "submitted", "in_progress", "discontinued"),
}
"""The permitted steps of an application. What has been decided stays decided: a new application is a new one."""

CLEARANCE_STEPS: dict[str, tuple[str, ...]] = {
    "granted": ("suspended", "withdrawn", "lapsed", "transferred_out"),
    "granted_with_conditions": ("granted", "suspended", "withdrawn", "lapsed", "transferred_out"),
    "suspended": ("granted", "granted_with_conditions", "withdrawn", "lapsed"),
    "lapsed": ("granted", "granted_with_conditions"),
}
"""The permitted steps of a clearance: lifting a suspension is a step back to granted, and so is reinstating what had
lapsed because its holder left (within the months that the service allows, see `reasons_against_reinstating`)."""


@dataclass(frozen=True)
class Change:
    """From `on` (inclusive) the clearance is in this state."""

    state: str
    on: date


def reasons_to_refuse_step(
    steps: dict[str, tuple[str, ...]], state: str, to: str, *, on: date, last_on: date | None
) -> list[str]:
    """Why this step cannot be taken: it is not one of the table's, or it lies before the last one."""
    reasons = []
    if to not in steps.get(state, ()):
        reasons.append(f"“{STATES[state]}” cannot become “{STATES.get(to, to)}”.")
    if last_on is not None and on < last_on:
        reasons.append("The date lies before the last step.")
    return reasons


def reasons_against_reinstating(
    changes: Sequence[Change], ends_on: date | None, *, on: date, within_months: int
) -> list[str]:
    """Why a clearance whose last change is that it lapsed cannot be taken up again on the day; none if it can."""
    lapsed_on, before = changes[-1].on, [change.state for change in changes[:-1]]
    reasons = []
    if before and before[-1] == "suspended":
        reasons.append(
            "It was suspended when it lapsed. Ask the vetting unit for a decision, and record a new clearance."
        )
    if too_long_since(lapsed_on, on, within_months):
        reasons.append(
            f"It lapsed more than {within_months} months before that day. Start an application for a new one."
        )
    if ends_on is not None and on >= ends_on:
        reasons.append("Its own end has passed. Start an application for a new one.")
    return reasons


def days_held(granted_on: date, ends_on: date | None, changes: Sequence[Change]) -> list[Span]:
    """The days on which the clearance is held: from the grant to its end, without the days of other states.

    `changes` are what followed the grant, in order. Suspended on D: not held from D on, until it is granted again.
    """
    until = ends_on or FOREVER
    spans: list[Span] = []
    since: date | None = granted_on
    for change in changes:
        if change.state in HELD:
            since = since or change.on
        elif since is not None:
            spans.append(Span(since, min(change.on, until)))
            since = None
    if since is not None:
        spans.append(Span(since, until))
    return merge(span for span in spans if span.starts_on < span.ends_on)
