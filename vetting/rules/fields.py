"""What one viewer is told of a clearance: the values that pages, lists and files show, and nothing beside them.

The policy is `standing.rules.need_to_know`. What may not be said is None here, as if it were not known.
"""

from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import last_good_day
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.rules.need_to_know import Access, Field, access
from vetting.rules.levels import SuggestedEnd
from vetting.rules.steps import STATES

ADVERSE_DECISIONS = ("refused", "discontinued")
ADVERSE_STATES = ("suspended", "withdrawn")
ADVERSE = frozenset({*ADVERSE_DECISIONS, *ADVERSE_STATES})


@dataclass(frozen=True)
class Seen:
    """What this viewer may know of this person's vetting."""

    viewer: Viewer
    subject: Subject

    def how(self, field: Field) -> Access:
        return access(field, self.viewer, self.subject)

    def may(self, field: Field) -> bool:
        return self.how(field) is Access.YES


@dataclass(frozen=True)
class Happened:
    """Something in the history of a clearance or an application: what, when, and why where that may be told."""

    what: str
    on: date
    why: str | None = None


@dataclass(frozen=True)
class ShownClearance:
    """A clearance as this viewer may be told of it. `usual`: what the usual period of the level would give."""

    id: int
    level: str
    state: str
    state_label: str
    state_on: date | None
    granted_on: date | None
    originally_granted_on: date | None
    ends_on: date | None
    ends_source: str
    blocks: bool
    usual: SuggestedEnd | None
    sponsor: str | None
    conditions: str | None
    reference: str | None
    notes: str | None
    application_id: int | None
    struck_out: bool
    history: tuple[Happened, ...]

    @property
    def valid_through(self) -> date | None:
        return last_good_day(self.ends_on) if self.ends_on else None

    @property
    def usual_through(self) -> date | None:
        """The last good day by the usual period, where that is another day than the one recorded."""
        if self.usual is None or self.usual.ends_on == self.ends_on:
            return None
        return last_good_day(self.usual.ends_on)

    @property
    def days_from_usual(self) -> int:
        """How much later than usual it ends; below nought: earlier."""
        assert self.usual is not None
        assert self.ends_on is not None
        return (self.ends_on - self.usual.ends_on).days


@dataclass(frozen=True)
class ShownApplication:
    """An application as this viewer may be told of it. Of one that is only pending, nothing but that."""

    id: int
    level: str
    state: str
    state_label: str
    state_on: date | None
    initiated_on: date | None
    decided_on: date | None
    is_open: bool
    sponsor: str | None
    reference: str | None
    notes: str | None
    struck_out: bool
    history: tuple[Happened, ...]


@dataclass(frozen=True)
class ShownTransfer:
    id: int
    level: str
    direction: str
    other_body: str
    state: str
    requested_on: date
    answered_on: date | None
    left_on: date | None


@dataclass(frozen=True)
class ShownAftercare:
    """That something was reported, and, for the vetting officer, what is to be done next and by whom."""

    id: int
    kind: str
    reported_on: date
    next_action: str | None
    owner: str | None
    due_on: date | None
    done_on: date | None


def state_shown(state: str, seen: Seen) -> str:
    """That a grant has conditions is itself one of its conditions: who may not know them reads “Granted”."""
    if state == "granted_with_conditions" and not seen.may(Field.CONDITIONS):
        return "granted"
    return state


def label_of(state: str) -> str:
    return STATES[state]
