"""Taking an accreditation away and giving it back: what is asked for, and who may confirm it. Values in, values out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, Span

WITHDRAW, VOID, REINSTATE = "withdraw", "void", "reinstate"
ACTS = (WITHDRAW, VOID, REINSTATE)
OPEN = "proposed"
STATES = (OPEN, "confirmed", "refused", "taken_back")

REASONS: dict[str, dict[str, str]] = {
    WITHDRAW: {
        "conduct": "Conduct, or a complaint upheld",
        "standard": "No longer meets the standard",
        "own_wish": "At the mediator’s own wish",
        "other": "Another reason",
    },
    VOID: {
        "mistake": "Awarded by mistake, or to the wrong person",
        "result": "The result it rests on was wrong",
        "untrue": "It rests on something untrue",
        "other": "Another reason",
    },
    REINSTATE: {
        "assessed": "Assessed again, and meets the standard",
        "appeal": "An appeal was upheld",
        "mistake": "Withdrawn by mistake",
        "other": "Another reason",
    },
}
"""By act: the classes of reason, each with its words. The words of the person themself stand beside the class."""

TITLES = {
    WITHDRAW: "Withdraw from a date",
    VOID: "Void from the start",
    REINSTATE: "Reinstate",
}
DONE = {WITHDRAW: "Withdrawn", VOID: "Voided from the start", REINSTATE: "Reinstated"}
STATE_WORDS = {
    OPEN: ("Waits for a second person", "soon"),
    "confirmed": ("Confirmed", "good"),
    "refused": ("Refused", "bad"),
    "taken_back": ("Taken back", "neutral"),
}


def known_reasons() -> list[str]:
    return sorted({code for reasons in REASONS.values() for code in reasons})


@dataclass(frozen=True)
class Asked:
    """What somebody proposes about an award. `effective_on`: the first day without it, or the first day with it again.

    For an award that is voided it is the award's own first day.
    """

    act: str
    effective_on: date
    reason_class: str
    reason: str


@dataclass(frozen=True)
class Held:
    """An award as far as the rules look at it: its number, its term, and what has become of it."""

    number: str
    span: Span
    is_voided: bool = False
    withdrawn_on: date | None = None
    reinstated_on: date | None = None
    renewed_by: str | None = None

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_on is not None and self.reinstated_on is None and not self.is_voided


def reasons_against(held: Held, asked: Asked) -> list[str]:
    """Every reason why this cannot be done to the award, in whole sentences; nothing if it can.

    Withdrawn: from a day of its term. Voided: only what nothing renews, or the dates of the next one would hang in the
    air. Reinstated: from a day on which it is withdrawn.
    """
    reasons = []
    if asked.reason_class not in REASONS[asked.act]:
        reasons.append("Choose what kind of reason it is.")
    if not asked.reason.strip():
        reasons.append("Write down the reason.")
    if held.is_voided:
        return [*reasons, f"{held.number} was voided from the start: it never held. Award the accreditation anew."]
    match asked.act:
        case "withdraw":
            reasons += _against_withdrawing(held, asked.effective_on)
        case "void":
            if held.renewed_by:
                reasons.append(f"{held.renewed_by} renews {held.number}. Void that one first.")
            if asked.effective_on != held.span.starts_on:
                reasons.append("An accreditation is voided from its first day. To end it later, withdraw it.")
        case "reinstate":
            reasons += _against_reinstating(held, asked.effective_on)
    return reasons


def _against_withdrawing(held: Held, on: date) -> list[str]:
    if held.is_withdrawn:
        return [f"{held.number} has been withdrawn already."]
    if on not in held.span:
        return ["The day must lie in the term of the accreditation."]
    if held.reinstated_on and on < held.reinstated_on:
        return ["It was reinstated after that day. Choose the day from which it was reinstated, or a later one."]
    return []


def _against_reinstating(held: Held, on: date) -> list[str]:
    if not held.is_withdrawn or held.withdrawn_on is None:
        return [f"{held.number} is not withdrawn."]
    if on < held.withdrawn_on:
        return ["It was not withdrawn on that day yet. Choose the day from which it was withdrawn, or a later one."]
    if held.span.ends_on <= on:
        return ["Its term is over by that day. Award the accreditation anew: that is a return to practice."]
    return []


def withdrawn_days(awards: Collection[Held], on: date) -> Span:
    """The days without accreditation when all these awards are withdrawn: from the day to the end of the last one."""
    return Span(on, max((held.span.ends_on for held in awards), default=FOREVER))


def withdrawn_until(withdrawal: Span, terms: Iterable[Span]) -> date:
    """The end of a withdrawal when only these awards are left for it to take away; its first day where none is."""
    left = [
        term.ends_on for term in terms if term.starts_on < withdrawal.ends_on and withdrawal.starts_on < term.ends_on
    ]
    return min(withdrawal.ends_on, max(left, default=withdrawal.starts_on))


OWN_RECORD = "This is about yourself. Somebody else has to confirm it."
OWN_PROPOSAL = "You proposed this. A second person has to confirm it."
ANOTHER_MANAGER = "Another practice manager can confirm this. An administrator may only where there is none."


def reasons_not_to_confirm(
    by: int, *, proposed_by: int, concerned: int, managers: Collection[int], administrators: Collection[int]
) -> list[str]:
    """Why this person may not be the second one; nothing if they may.

    `managers`: those who manage the person concerned and can sign in. All are records that count, so that nobody is a
    second person by having two records. DESIGN section 4: an administrator may where the service has one manager.
    """
    if by == concerned:
        return [OWN_RECORD]
    if by == proposed_by:
        return [OWN_PROPOSAL]
    if by in managers:
        return []
    if by in administrators and not seconders(proposed_by, concerned, managers):
        return []
    return [ANOTHER_MANAGER]


def seconders(proposed_by: int, concerned: int, managers: Collection[int]) -> set[int]:
    """The managers who may confirm what that one proposed about the person."""
    return set(managers) - {proposed_by, concerned}
