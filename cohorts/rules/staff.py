"""Who trains and who assesses a cohort."""

STAFF_ROLES = ("trainer", "assessor")
STAFF_LABELS = {"trainer": "Trainer", "assessor": "Assessor"}
