"""Who may know which field of somebody's vetting: one policy for every door.

The rows and words are those of data/field-access.csv, which is the oracle that this is tested against. A role that is
not named for a field may not know it.
"""

from collections.abc import Mapping
from enum import StrEnum

from accreditation.core.permissions import Role
from accreditation.people.rules import Subject, Viewer


class Field(StrEnum):
    CLEARED = "cleared (yes / pending / no)"
    MAY_WORK = "may work today (yes / no)"
    LEVEL = "level"
    DATES = "granted and review-due dates"
    STAGE = "stage of an application for clearance"
    ADVERSE = "adverse decision as such (refused, suspended, withdrawn, discontinued)"
    CONDITIONS = "conditions of a grant"
    SPONSOR = "sponsor"
    REFERENCE = "reference number"
    NOTES = "officer's notes"
    REPORTED = "change of circumstances: reported on DATE"
    FIGURES = "lead times and forecasts (aggregated)"


class Access(StrEnum):
    """How much of a field, the most first."""

    YES = "yes"
    OWN_CANDIDATES = "own candidates"
    PENDING_ONLY = "pending only"
    MASKED = "masked"
    COUNTS_ONLY = "counts only"
    NO = "no"


F, A, R = Field, Access, Role

_OFFICER_AND_MANAGER = {R.VETTING_OFFICER: A.YES, R.PRACTICE_MANAGER: A.YES}
_AND_SELF = _OFFICER_AND_MANAGER | {R.MEDIATOR: A.YES}

TABLE: Mapping[Field, Mapping[Role, Access]] = {
    F.CLEARED: _AND_SELF | {R.TRAINING_PROVIDER: A.YES, R.AUDITOR: A.YES},
    F.MAY_WORK: _AND_SELF
    | {
        R.TRAINING_PROVIDER: A.OWN_CANDIDATES,
        R.LINE_MANAGER: A.YES,
        R.HELPLINE_ADVISER: A.YES,
        R.AUDITOR: A.YES,
    },
    F.LEVEL: _AND_SELF | {R.AUDITOR: A.MASKED},
    F.DATES: _AND_SELF | {R.AUDITOR: A.MASKED},
    F.STAGE: _OFFICER_AND_MANAGER | {R.TRAINING_PROVIDER: A.PENDING_ONLY, R.MEDIATOR: A.PENDING_ONLY},
    F.ADVERSE: _AND_SELF | {R.AUDITOR: A.COUNTS_ONLY},
    F.CONDITIONS: {R.VETTING_OFFICER: A.YES, R.MEDIATOR: A.YES},
    F.SPONSOR: _AND_SELF,
    F.REFERENCE: {R.VETTING_OFFICER: A.YES},
    F.NOTES: {R.VETTING_OFFICER: A.YES},
    F.REPORTED: {R.VETTING_OFFICER: A.YES, R.MEDIATOR: A.YES},
    F.FIGURES: _OFFICER_AND_MANAGER | {R.AUDITOR: A.YES},
}

MOST_FIRST = list(Access)


def access(field: Field, viewer: Viewer, subject: Subject) -> Access:
    """The most that one of the viewer's grants allows, each within its own reach: two hats do not add up to a third."""
    allowed = [TABLE[field].get(grant.role, A.NO) for grant in viewer.grants if grant.reaches(subject)]
    return min(allowed, key=MOST_FIRST.index, default=A.NO)


def may_know(field: Field, viewer: Viewer, subject: Subject) -> bool:
    """Whether the field itself may be told, to the letter."""
    return access(field, viewer, subject) is A.YES
