"""What may become of a place on a cohort (DOMAIN.md section 10), and how it ends when the cohort closes."""

ENDED = ("deferred", "transferred", "withdrawn", "cancelled")
"""Somebody had a place, and it is free again."""

_LEFT = ("deferred", "transferred", "withdrawn", "cancelled")
PLACE_STEPS: dict[str, tuple[str, ...]] = {
    "waitlisted": ("provisional", "confirmed", "withdrawn", "cancelled"),
    "provisional": ("confirmed", *_LEFT),
    "confirmed": ("provisional", "in_training", "did_not_attend", *_LEFT),
    "in_training": ("completed", "incomplete", "did_not_attend", *_LEFT),
    "completed": ("in_training", "incomplete"),
    "incomplete": ("in_training", "completed", *_LEFT),
    "did_not_attend": ("in_training", "incomplete", *_LEFT),
    "deferred": ("waitlisted", "confirmed", "transferred", "withdrawn", "cancelled"),
    "transferred": ("waitlisted", "confirmed"),
    "withdrawn": ("waitlisted", "confirmed"),
    "cancelled": ("waitlisted", "confirmed"),
}
"""From each state, the states that may follow. Who left comes back only by being given a place again."""

NEEDS_A_REASON = frozenset(ENDED)
TOLD_BY_LETTER = frozenset(ENDED)

BY_HAND = ("provisional", "confirmed", "in_training", "completed", "incomplete", "did_not_attend")
"""States somebody sets on a place without more ado; the others have a page of their own that says what follows."""


def may_step(before: str, after: str) -> bool:
    return after in PLACE_STEPS[before]


def final_state(outcome: str | None, percent: int | None) -> str:
    """How a place ends with its cohort. `percent` of the training attended; None: no attendance was recorded."""
    if outcome in ("pass", "refer", "fail"):
        return "completed"
    if percent is None:
        return "did_not_attend" if outcome == "absent" else "incomplete"
    return "incomplete" if percent else "did_not_attend"
