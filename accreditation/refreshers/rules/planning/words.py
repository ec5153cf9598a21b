"""The words of plans: their states, and what becomes of a seat when the plan is published."""

PLAN_STATES = {"draft": "Draft", "publishing": "Being published", "published": "Published", "discarded": "Discarded"}

OUTCOMES = {
    "booked": "Booked",
    "booked_already": "Had this seat already",
    "not_needed": "Needs no seat any more",
    "refused": "Not booked",
}
"""What came of one planned seat."""
