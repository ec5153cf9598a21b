"""Leave that a mediator asks for: what may be asked, and what the answer may be. Values in, values out."""

from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import Span
from accreditation.standing.rules.laying import Laid, reasons_to_refuse

STATES = {
    "asked": "Waits for an answer",
    "approved": "Agreed",
    "declined": "Declined",
    "withdrawn": "Withdrawn",
}

ASKED_BY_THE_MEDIATOR = "Asked for by the mediator"
"""What stands as the authority of a request until somebody decides on it."""


@dataclass(frozen=True)
class Asked:
    """Leave for the days [starts_on, ends_on), with a reason that is private to the mediator and to who decides."""

    starts_on: date
    ends_on: date
    leave_type: str
    reason: str

    @property
    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on)

    def laid(self, authority: str = ASKED_BY_THE_MEDIATOR) -> Laid:
        """The decision that it would be."""
        return Laid("leave", self.starts_on, self.ends_on, self.reason, authority, leave_type=self.leave_type)


def reasons_not_to_ask(asked: Asked, on: date) -> list[str]:
    """Why it cannot be asked for on that day, every reason as a sentence; empty: it can."""
    reasons = reasons_to_refuse(asked.laid())
    if not reasons and asked.ends_on <= on:
        reasons.append("All of it lies in the past. Ask the practice manager to record it.")
    return reasons
