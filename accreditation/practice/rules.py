"""What mediators log to keep accredited: cases, CPD and supervision. No database, no clock."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

KINDS = {"case": "Case", "cpd": "CPD", "supervision": "Supervision"}

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

CODES: dict[str, dict[str, str]] = {"case": ROLES, "cpd": CPD_CATEGORIES, "supervision": SUPERVISION_KINDS}

STATES = {
    "logged": "To be confirmed",
    "confirmed": "Confirmed",
    "turned_down": "Turned down",
    "struck_out": "Struck out",
}

MOST_HOURS = Decimal(100)


@dataclass(frozen=True)
class Details:
    """One entry. `quantity` is hours for CPD and supervision, 1 for a case, which is named by its reference only."""

    kind: str
    done_on: date
    quantity: Decimal
    code: str | None = None
    case_reference: str | None = None
    note: str | None = None


def reasons_to_refuse(details: Details) -> list[str]:
    """Every reason why an entry cannot be logged like this."""
    reasons = []
    if details.kind not in KINDS:
        return ["Choose case, CPD or supervision."]
    if details.kind == "case":
        if details.code not in ROLES:
            reasons.append("Say whether the mediator led, co-mediated or observed.")
        if details.quantity != 1:
            reasons.append("Each case is an entry of its own.")
    elif not 0 < details.quantity <= MOST_HOURS:
        reasons.append(f"Enter the hours, more than 0 and at most {MOST_HOURS}.")
    return reasons


def code_label(kind: str, code: str | None) -> str | None:
    """The role, category or kind in words; one that came with an imported register as it is written there."""
    return CODES[kind].get(code, code) if code else None


def amount(quantity: Decimal) -> str:
    """An amount without noughts at its end: 2, 1.5."""
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
