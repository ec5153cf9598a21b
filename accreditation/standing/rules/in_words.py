"""Facts of the ledger in the office's words."""

from collections.abc import Mapping
from decimal import Decimal

KIND_WORDS = {
    "training": "Training passed",
    "refresher": "Refresher day attended",
    "cpd": "CPD",
    "case": "Case",
    "supervision": "Supervision",
    "observation": "Observation",
    "award": "Accreditation",
    "clearance": "Clearance",
    "clearance_application": "Application for clearance",
    "declaration": "Declaration",
    "membership": "Membership of the service",
    "suspension": "Suspension",
    "withdrawal": "Withdrawal of the accreditation",
    "leave": "Leave",
    "waiver": "Waiver",
    "extension": "Extension",
}

MANNER_OF_CLEARANCE = frozenset({"clearance", "clearance_application"})

PRIVATELY_REASONED = frozenset({"suspension", "leave"})
"""Why somebody may not work or is away is for those who manage it alone, wherever the fact came from."""

CASE_WORDS = {"lead": "as lead mediator", "co_mediation": "co-mediated", "observed": "observed"}

IN_HOURS = frozenset({"cpd", "supervision", "refresher"})


def code_words(kind: str, code: str | None, labels: Mapping[str, str]) -> str:
    """What exactly: the scheme's name, the requirement waived, the level of a clearance, the role in a case."""
    if code is None:
        return ""
    if kind == "case":
        return CASE_WORDS.get(code, code)
    if kind in MANNER_OF_CLEARANCE:
        return code
    return labels.get(code) or code.replace("-", " ").replace("_", " ").capitalize()


def quantity_words(kind: str, quantity: Decimal | None) -> str:
    """The amount without trailing noughts, in hours where it is hours."""
    if quantity is None:
        return ""
    text = f"{quantity.normalize():f}"
    if kind in IN_HOURS:
        return f"{text} hour" if quantity == 1 else f"{text} hours"
    return text
