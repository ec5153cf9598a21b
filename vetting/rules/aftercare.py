"""What is recorded between reviews: that something was reported and when, never what. And who does what next."""

KINDS = {
    "change_reported": "Change of circumstances reported",
    "incident_report": "Aftercare incident report filed",
    "appraisal_form": "Security appraisal form handed in",
}
"""GOV.UK names the forms: CPC, AIR and SAF. None of their content has a place here."""

SHOWN_TO_THE_PERSON = frozenset({"change_reported"})
"""data/field-access.csv names this one; an incident report may be about somebody who must not know of it."""

ACTIONS = {
    "await_answer": "Await the vetting unit’s answer",
    "ask_unit": "Ask the vetting unit",
    "remind_holder": "Remind the holder to hand in the form",
    "bring_review_forward": "Bring the review forward",
}
