"""Who trains, assesses and moderates a cohort."""

STAFF_ROLES = ("trainer", "assessor", "moderator")
STAFF_LABELS = {"trainer": "Trainer", "assessor": "Assessor", "moderator": "Moderator"}
STAFF_VERBS = {"trainer": "train", "assessor": "assess", "moderator": "moderate"}

GIVEN_ROLES = ("assessor", "moderator")
"""Who is given candidates, and with them a role to sign in with, for as long as that lasts."""
