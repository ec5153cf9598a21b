"""What mediators log to keep accredited: cases, CPD, supervision and declarations. No database, no clock."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accreditation.practice.rules.cases import OUTCOMES

KINDS = {"case": "Case", "cpd": "CPD", "supervision": "Supervision", "declaration": "Declaration"}

ROLES = {"lead": "Led the mediation", "co_mediation": "Co-mediated", "observed": "Observed"}
"""Codes of a case, as the schemes ask for them."""

CPD_CATEGORIES = {
    "course": "Course or workshop",
    "reading": "Reading and research",
    "teaching": "Teaching or writing",
    "network": "Network or conference",
    "other": "Something else",
}

SUPERVISION_KINDS = {"one_to_one": "One to one", "group": "In a group"}
"""The College of Mediators counts the two apart: DOMAIN section 3."""

DECLARATIONS = {
    "code-of-practice": "I follow the code of practice",
    "insurance": "My insurance is in force",
    "complaints-procedure": "My complaints procedure is published",
}
"""Codes as the schemes that come with the product ask for them."""

CODES: dict[str, dict[str, str]] = {
    "case": ROLES,
    "cpd": CPD_CATEGORIES,
    "supervision": SUPERVISION_KINDS,
    "declaration": DECLARATIONS,
}

STATES = {
    "logged": "To be confirmed",
    "returned": "Returned to correct",
    "confirmed": "Confirmed",
    "turned_down": "Turned down",
    "struck_out": "Struck out",
}

TOLD_DAYS = 28
"""For so long the mediator's page has on top what was turned down: the letter about it leads there."""

MOST_HOURS = Decimal(100)
LONGEST_REFERENCE = 40

_NOT_IN_A_KEY = re.compile(r"[^0-9A-Z]+")


@dataclass(frozen=True)
class Details:
    """One entry. `quantity` is what counts: hours for CPD and supervision, 1 for a case and for a declaration.

    Of a case `hours` are those it took, and `outcome` how it ended where it has. A declaration holds for the days
    [done_on, ends_on); without an end, until it is struck out.
    """

    kind: str
    done_on: date
    quantity: Decimal
    code: str | None = None
    case_reference: str | None = None
    note: str | None = None
    hours: Decimal | None = None
    outcome: str | None = None
    ends_on: date | None = None


def case_key(reference: str | None) -> str | None:
    """What two ways of writing one case reference have in common: "mc 26/14" and "MC-26-14" are one case."""
    return _NOT_IN_A_KEY.sub("", (reference or "").upper()) or None


def reasons_to_refuse(details: Details) -> list[str]:
    """Every reason why an entry cannot be logged like this."""
    if details.kind not in KINDS:
        return ["Choose case, CPD, supervision or declaration."]
    reasons: list[str] = []
    if details.kind == "case":
        reasons += _of_a_case(details)
    elif details.kind == "declaration":
        if not details.code:
            reasons.append("Choose what is declared.")
        if details.quantity != 1:
            reasons.append("Each declaration is an entry of its own.")
        if details.code == "insurance" and details.ends_on is None:
            reasons.append("Enter the last day of the insurance.")
        if details.ends_on is not None and details.ends_on <= details.done_on:
            reasons.append("The last day must not lie before the first.")
    elif not 0 < details.quantity <= MOST_HOURS:
        reasons.append(f"Enter the hours, more than 0 and at most {MOST_HOURS}.")
    if details.kind != "declaration" and details.ends_on is not None:
        reasons.append("Only a declaration has a last day.")
    return reasons


def _of_a_case(details: Details) -> Iterable[str]:
    if details.code not in ROLES:
        yield "Say whether the mediator led, co-mediated or observed."
    if details.quantity != 1:
        yield "Each case is an entry of its own."
    if details.hours is not None and not 0 < details.hours <= MOST_HOURS:
        yield f"Enter the hours of the case, more than 0 and at most {MOST_HOURS}."
    if details.outcome is not None and details.outcome not in OUTCOMES:
        yield "Choose an outcome from the list."
    if details.outcome is not None and not case_key(details.case_reference):
        yield "Enter the case reference: the outcome belongs to the case."


def lately_turned_down(state: str, decided_on: date | None, on: date) -> bool:
    """Whether it was turned down in the TOLD_DAYS days to `on`, that day included."""
    return state == "turned_down" and decided_on is not None and (on - decided_on).days < TOLD_DAYS


def code_label(kind: str, code: str | None) -> str | None:
    """The role, category or kind in words; one that came with an imported register as it is written there."""
    return CODES[kind].get(code, code) if code else None


def amount(quantity: Decimal) -> str:
    """An amount without noughts at its end: 2, 1.5."""
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Known:
    """What is needed of an entry to tell whether another one says the same again."""

    id: int | None
    person_id: int
    kind: str
    code: str | None
    done_on: date
    quantity: Decimal
    case_key: str | None


def same_again(one: Known, other: Known) -> bool:
    """Whether the two look like one thing logged twice.

    A case by its reference, and without one, as everything else: by its day and what it is.
    """
    if one.id == other.id or (one.person_id, one.kind) != (other.person_id, other.kind):
        return False
    if one.kind == "case" and one.case_key and other.case_key:
        return one.case_key == other.case_key
    return one.done_on == other.done_on and one.code == other.code and one.quantity == other.quantity
