"""Offers: at which stages somebody is asked for an answer, and what follows from it."""

from cohorts.rules.stages import ACCEPTED, CONDITIONAL_OFFER, OFFERED_PLACE

OFFER_STAGES = (CONDITIONAL_OFFER, OFFERED_PLACE)
ANSWERS = ("accepted", "declined", "lapsed")
ANSWER_LABELS = {"accepted": "Accepted", "declined": "Declined", "lapsed": "Not answered in time"}

AFTER_ACCEPTING = {CONDITIONAL_OFFER: "vetting", OFFERED_PLACE: ACCEPTED}
"""Where an application goes when its applicant says yes: a conditional offer leads to vetting (DOMAIN.md 2.2)."""

HOLDS_AN_OFFER = (CONDITIONAL_OFFER, "vetting", OFFERED_PLACE, ACCEPTED)
"""Stages in which one of the intake's places is spoken for."""
