"""Where an application stands, in the words that its applicant reads."""

from cohorts.rules import stages

SENTENCES = {
    stages.DRAFT: "You have not sent your application yet.",
    stages.SUBMITTED: "We have your application. The service looks at it next.",
    stages.LINE_MANAGER_SUPPORT: "We have asked your line manager whether they support your application.",
    stages.SIFT: "Your application is being read.",
    stages.SHORTLISTED: "You are on the shortlist. We write to you about the interview.",
    stages.INTERVIEW: "You are invited to an interview.",
    stages.RESERVE_LIST: "You are on the reserve list. If a place is given up, we offer it to whoever is next.",
    stages.CONDITIONAL_OFFER: "We have offered you a place, on condition that the checks are passed.",
    "vetting": "You have accepted our offer. The checks that come before a place are under way.",
    stages.OFFERED_PLACE: "The conditions are met, and we have offered you a place.",
    stages.ACCEPTED: "You have a place. We write to you about the dates of your training.",
    stages.DEFERRED: "Your application is put off to a later time.",
    stages.UNSUCCESSFUL: "We could not offer you a place this time.",
    stages.INELIGIBLE: "Your application could not be taken further.",
    stages.WITHDRAWN: "Your application is withdrawn.",
}

DECLINED = "Your line manager does not support your application as it stands. The service decides how to go on."
CONFIRMED = "Your line manager supports your application. The service looks at it next."

WITH_FEEDBACK = frozenset({stages.UNSUCCESSFUL, stages.INELIGIBLE, stages.RESERVE_LIST})
"""Stages at which the applicant is shown the words that were written for them."""

WAY = (
    ("Sent", (stages.SUBMITTED,)),
    ("Line manager", (stages.LINE_MANAGER_SUPPORT,)),
    ("Read", (stages.SIFT, stages.SHORTLISTED)),
    ("Interview", (stages.INTERVIEW, stages.RESERVE_LIST)),
    ("Offer and checks", (stages.CONDITIONAL_OFFER, "vetting")),
    ("Place", (stages.OFFERED_PLACE, stages.ACCEPTED)),
)
"""The way as an applicant sees it: fewer steps than the office has."""


def sentence(stage: str, *, support: str | None = None) -> str:
    if stage == stages.LINE_MANAGER_SUPPORT and support == "declined":
        return DECLINED
    if stage == stages.LINE_MANAGER_SUPPORT and support == "confirmed":
        return CONFIRMED
    return SENTENCES[stage]


def way(stage: str) -> list[tuple[str, str]]:
    """Each step with "done", "now" or "later"; none for an application that has left the way."""
    if stage in stages.EXITS or stage == stages.DRAFT:
        return []
    here = next(number for number, (_, held) in enumerate(WAY) if stage in held)
    if stage == stages.ACCEPTED:
        here = len(WAY)
    return [
        (words, "done" if number < here else "now" if number == here else "later")
        for number, (words, _) in enumerate(WAY)
    ]
