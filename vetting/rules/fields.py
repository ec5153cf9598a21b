"""Which facts of a clearance somebody may be told, field by field: data/field-access.csv, and nothing beside it.

The roles that reach these pages are the vetting officer and the practice manager. The rows of the table are the keys
here; a field that is not in the table is not shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import last_good_day
from accreditation.core.permissions import Permission
from accreditation.people.rules import Subject, Viewer
from vetting.rules.steps import STATES

FIELDS: dict[str, Permission] = {
    "level": Permission.VIEW_CLEARANCE,
    "granted and review-due dates": Permission.VIEW_CLEARANCE,
    "stage of an application for clearance": Permission.VIEW_CLEARANCE,
    "adverse decision as such (refused, suspended, withdrawn, discontinued)": Permission.VIEW_CLEARANCE,
    "sponsor": Permission.VIEW_CLEARANCE,
    "conditions of a grant": Permission.VIEW_CLEARANCE_REFERENCE,
    "reference number": Permission.VIEW_CLEARANCE_REFERENCE,
    "officer's notes": Permission.VIEW_CLEARANCE_REFERENCE,
}


@dataclass(frozen=True)
class ShownClearance:
    """A clearance as this viewer may be told of it. What may not be said is None, as if it were not known."""

    id: int
    level: str
    state: str
    state_label: str
    state_on: date | None
    granted_on: date | None
    ends_on: date | None
    ends_source: str
    sponsor: str | None
    conditions: str | None
    reference: str | None
    notes: str | None
    history: tuple[tuple[str, date], ...]

    @property
    def valid_through(self) -> date | None:
        return last_good_day(self.ends_on) if self.ends_on else None


@dataclass(frozen=True)
class ShownApplication:
    """An application as this viewer may be told of it."""

    id: int
    level: str
    state: str
    state_label: str
    state_on: date
    initiated_on: date
    decided_on: date | None
    sponsor: str | None
    reference: str | None
    notes: str | None
    history: tuple[tuple[str, date], ...]


def may_see(viewer: Viewer, subject: Subject) -> Callable[[str], bool]:
    """Whether this viewer may be told a field of this person's clearances. A field that is not in the table: no."""

    def asked(name: str) -> bool:
        return name in FIELDS and viewer.may(FIELDS[name], subject)

    return asked


def state_shown(state: str, may: Callable[[str], bool]) -> str:
    """That a grant has conditions is itself one of its conditions: who may not know them reads “Granted”."""
    if state == "granted_with_conditions" and not may("conditions of a grant"):
        return "granted"
    return state


def label_of(state: str) -> str:
    return STATES[state]
