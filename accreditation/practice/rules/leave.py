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
    "ended": "Ended with leaving the service",
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


def reasons_not_to_ask(asked: Asked, on: date, left_on: date | None = None) -> list[str]:
    """Why it cannot be asked for on that day, every reason as a sentence; empty: it can.

    `left_on`: the mediator's first day out of the service, where they leave.
    """
    reasons = reasons_to_refuse(asked.laid())
    if left_on is not None and ends_with_leaving(asked.starts_on, left_on, on):
        reasons.append("It would begin after your last day in the service.")
    if not reasons and asked.ends_on <= on:
        reasons.append("All of it lies in the past. Ask the practice manager to record it.")
    return reasons


def ends_with_leaving(starts_on: date, left_on: date, on: date) -> bool:
    """Whether a request that waits has nothing left to wait for, `on` being today and `left_on` the first day out.

    Leave that begins before the last day is over may still be agreed to, until it is over.
    """
    return starts_on >= left_on or left_on <= on


@dataclass(frozen=True)
class Became:
    """What became of a request, as pages say it; the days [starts_on, ends_on) of agreed leave as they stand now."""

    words: str
    tone: str
    starts_on: date
    ends_on: date
    stands: bool = False  # agreed, and not cancelled since


TONES = {"asked": "soon", "approved": "good", "declined": "bad", "withdrawn": "neutral", "ended": "neutral"}


def became(state: str, asked: Span, *, ended_on: date | None = None, cancelled: bool = False) -> Became:
    """`ended_on`: the first day back where it was not as planned; `cancelled`: agreed, and taken back since."""
    if state == "approved" and cancelled:
        return Became("Agreed, then cancelled by the service", "neutral", asked.starts_on, asked.ends_on)
    if state == "approved" and ended_on is not None and ended_on < asked.ends_on:
        return Became("Agreed, and ended early", "good", asked.starts_on, ended_on, stands=True)
    return Became(STATES[state], TONES[state], asked.starts_on, asked.ends_on, stands=state == "approved")
