"""Contacts with the helpline: the vocabulary, and what may be kept. No database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime

from accreditation.helpline.rules.signposting import signposting

CHANNELS = {
    "phone": "Telephone",
    "email": "E-mail",
    "video": "Video call",
    "in_person": "In person",
    "message": "Message",
}

CATEGORIES = {
    "process": "Process",
    "ethics_code_of_practice": "Ethics and the code of practice",
    "confidentiality_disclosure": "Confidentiality and disclosure",
    "risk_safeguarding": "Risk and safeguarding",
    "impasse_party_behaviour": "Impasse, or how a party behaves",
    "agreement_drafting": "Drafting an agreement",
    "conflict_of_interest": "Conflict of interest",
    "allocation_logistics": "Allocation and arrangements",
    "debrief_wellbeing": "Debriefing and wellbeing",
    "accreditation_cpd": "Accreditation and CPD",
    "vetting_signpost": "Vetting (signposted)",
    "complaint_about_mediator": "Complaint about a mediator",
    "information_security": "Information security",
    "other": "Something else",
}
"""DOMAIN section 10."""

OUTCOMES = {
    "answered": "Answered",
    "signposted": "Signposted",
    "escalated": "Escalated",
    "supervision_arranged": "Supervision arranged",
    "call_back_due": "Call-back due",
    "no_contact_made": "No contact made",
    "closed": "Closed",
}

PURPOSES = {"decision": "A risk or a complaint", "correction": "A correction of the record"}
"""What an adviser passes words on for."""

SIGNPOSTED = frozenset({"vetting_signpost"})
"""Matters that are passed on and never noted: DOMAIN section 10."""

NEVER_NOTED = (
    "Vetting matters are signposted to the vetting unit and never noted. "
    "Take the text out and record the contact without it."
)

LONGEST_MINUTES = 600


@dataclass(frozen=True)
class Details:
    """What an adviser records. `contacted_at` is a moment; `follow_up_on` the last day by which something is owed."""

    contacted_at: datetime
    channel: str
    category: str
    outcome: str
    minutes: int
    advice: str | None = None
    case_reference: str | None = None
    follow_up_on: date | None = None


def reasons_to_refuse(details: Details, *, on: date, at: datetime, vetting_unit: str = "") -> list[str]:
    """Every reason why a contact cannot be recorded like this on the day, at the moment.

    `vetting_unit`: how it is reached, in the words of the service.
    """
    reasons = []
    for value, known, what in (
        (details.channel, CHANNELS, "channel"),
        (details.category, CATEGORIES, "category"),
        (details.outcome, OUTCOMES, "outcome"),
    ):
        if value not in known:
            reasons.append(f"Choose a {what} from the list.")
    if details.contacted_at > at:
        reasons.append("The contact cannot have been in the future.")
    if not 0 < details.minutes <= LONGEST_MINUTES:
        reasons.append(f"Enter the minutes it took, from 1 to {LONGEST_MINUTES}.")
    if details.category in SIGNPOSTED and details.advice:
        reasons.append(NEVER_NOTED)
    elif reason := signposting(details.advice, details.case_reference, unit=vetting_unit):
        reasons.append(reason)
    if details.follow_up_on and details.follow_up_on < on:
        reasons.append("The follow-up must be due today or later.")
    if details.outcome == "call_back_due" and not details.follow_up_on:
        reasons.append("Enter the day by which the call-back is due.")
    return reasons
