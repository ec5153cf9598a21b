"""The states of a cohort and of a place on it (DOMAIN.md section 10)."""

COHORT_STATES = ("planned", "open", "in_training", "assessment", "moderation", "closed", "cancelled")
"""`full` of the vocabulary is not among them: whether a cohort is full is counted, never stored."""

COHORT_LABELS = {
    "planned": "Planned",
    "open": "Open",
    "full": "Full",
    "in_training": "In training",
    "assessment": "Assessment",
    "moderation": "Moderation",
    "closed": "Closed",
    "cancelled": "Cancelled",
}
COHORT_TONES = {"open": "good", "full": "good", "assessment": "soon", "moderation": "soon", "cancelled": "bad"}

TAKES_PEOPLE = frozenset({"planned", "open", "in_training"})
TAKES_RESULTS = frozenset({"planned", "open", "in_training", "assessment", "moderation"})
RUNNING = frozenset(COHORT_STATES) - {"closed", "cancelled"}

COHORT_STEPS = {
    "planned": ("open", "in_training", "cancelled"),
    "open": ("in_training", "assessment", "cancelled"),
    "in_training": ("assessment", "cancelled"),
    "assessment": ("moderation", "closed", "cancelled"),
    "moderation": ("assessment", "closed"),
    "closed": (),
    "cancelled": (),
}

ENROLMENT_STATES = (
    "waitlisted",
    "provisional",
    "confirmed",
    "in_training",
    "completed",
    "incomplete",
    "did_not_attend",
    "deferred",
    "transferred",
    "withdrawn",
    "cancelled",
)
HOLDS_A_PLACE = ("provisional", "confirmed", "in_training", "completed", "incomplete", "did_not_attend")
"""States in which a place of the cohort is taken, and a result is expected."""

ENROLMENT_LABELS = {state: state.replace("_", " ").capitalize() for state in ENROLMENT_STATES}
ENROLMENT_TONES = {
    "waitlisted": "soon",
    "provisional": "soon",
    "confirmed": "good",
    "in_training": "good",
    "completed": "good",
    "incomplete": "soon",
    "did_not_attend": "bad",
    "deferred": "paused",
    "transferred": "paused",
    "withdrawn": "paused",
    "cancelled": "paused",
}


def shown_state(state: str, taken: int, capacity: int) -> str:
    """The state as people read it: a cohort that takes people and has no place left is full."""
    return "full" if state in {"planned", "open"} and taken >= capacity else state
