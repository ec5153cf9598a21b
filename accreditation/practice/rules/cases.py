"""What became of a case, from what the office states and what its mediators logged. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import last_good_day

OUTCOMES = {
    "resolved": "Resolved",
    "partly": "Resolved in part",
    "not": "Not resolved",
    "concluded": "Concluded, result not stated",
    "withdrawn": "Withdrawn",
}
"""How a case ended; a case without one is open."""

CONCLUDED = ("resolved", "partly", "not", "concluded")
"""The mediation was brought to its end, whatever came of it. A case that was withdrawn was not."""

OPEN = "open"


@dataclass(frozen=True)
class Stated:
    """What the office says of a case: the day it was referred, and how it ended; None where it has not said."""

    referred_on: date | None = None
    outcome: str | None = None
    ended_on: date | None = None


@dataclass(frozen=True)
class Told:
    """What a confirmed entry of the log says of its case."""

    entry_id: int
    done_on: date
    code: str | None
    outcome: str | None = None


@dataclass(frozen=True)
class CaseState:
    """A case as it counts. `counted_on`: the day of referral, or where nobody stated it, of the first entry in the log.

    None: nothing says that there ever was such a case. `disputed`: its mediators say different things, and the office
    has not decided.
    """

    counted_on: date | None
    from_log: bool
    outcome: str | None
    ended_on: date | None
    disputed: bool = False


def state_of_case(stated: Stated, told: Sequence[Told]) -> CaseState:
    """The office's word goes first; without it that of whoever led the mediation, and of two the later."""
    first = min((one.done_on for one in told), default=None)
    counted_on = stated.referred_on or first
    said = [one for one in told if one.outcome]
    if stated.outcome:
        return CaseState(counted_on, stated.referred_on is None, stated.outcome, stated.ended_on)
    if not said:
        return CaseState(counted_on, stated.referred_on is None, None, None)
    last = max(said, key=lambda one: (one.code == "lead", one.done_on, one.entry_id))
    return CaseState(
        counted_on,
        stated.referred_on is None,
        last.outcome,
        last.done_on,
        disputed=len({one.outcome for one in said}) > 1,
    )


@dataclass(frozen=True)
class Figures:
    """The cases referred in a period by what had become of them; both rates with what they are made of."""

    open: int = 0
    resolved: int = 0
    partly: int = 0
    not_resolved: int = 0
    concluded_only: int = 0
    withdrawn: int = 0
    from_log: int = 0

    @property
    def referred(self) -> int:
        return self.open + self.concluded + self.withdrawn

    @property
    def concluded(self) -> int:
        return self.resolved + self.partly + self.not_resolved + self.concluded_only

    @property
    def conclusion_rate(self) -> str:
        """Concluded out of referred, DOMAIN section 4."""
        return rate(self.concluded, self.referred)

    @property
    def resolution_rate(self) -> str:
        """Resolved out of concluded, DOMAIN section 4: one resolved in part is not counted as resolved."""
        return rate(self.resolved, self.concluded)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.open + other.open,
            self.resolved + other.resolved,
            self.partly + other.partly,
            self.not_resolved + other.not_resolved,
            self.concluded_only + other.concluded_only,
            self.withdrawn + other.withdrawn,
            self.from_log + other.from_log,
        )


def rate(part: int, whole: int) -> str:
    """ "67%", to the nearest whole one with halves upwards; "no rate" of nothing: it is not nought."""
    return f"{(200 * part + whole) // (2 * whole)}%" if whole else "no rate"


def usual_period(on: date) -> tuple[date, date]:
    """The first and the last day, both inclusive, of the twelve months before the month of that day."""
    return date(on.year - 1, on.month, 1), last_good_day(on.replace(day=1))
