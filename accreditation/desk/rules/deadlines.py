"""Deadlines in the office's words."""

COMING_DAYS = 14
"""Days from today up to which a last day counts as coming, inclusive."""

WHEN = (("passed", "Passed"), ("coming", f"In the next {COMING_DAYS} days"))

KIND_WORDS = {
    "results_outstanding": "Results of a cohort",
    "helpline_followup": "A call-back of the helpline",
    "return_from_leave": "Return from leave",
    "line_manager_support": "A line manager’s word on an application",
    "appeal_decision": "The decision about an appeal",
    "refresher_confirmation": "A word on a refresher day that was moved",
    "offer_answer": "An applicant’s answer to an offer",
}


NOT_OWED = ("refresher_booking",)
"""Days that come, of which people are reminded, and on which nobody owes the office anything."""


def kind_words(kind: str) -> str:
    """What is owed; a kind of another room in its own words."""
    return KIND_WORDS.get(kind) or kind.replace("_", " ").capitalize()
