"""The pages of the room: applying, applications, cohorts, their results."""

from cohorts.services import letters
from cohorts.views import (
    applications,
    apply,
    assessment,
    cohorts,
    equality,
    equality_form,
    history,
    intakes,
    marking,
    mine,
    moderation,
    placing,
    release,
    results,
    selection,
    staff,
    support,
    uploads,
)
from cohorts.views.blueprint import bp

__all__ = [
    "applications",
    "apply",
    "assessment",
    "bp",
    "cohorts",
    "equality",
    "equality_form",
    "history",
    "intakes",
    "letters",
    "marking",
    "mine",
    "moderation",
    "placing",
    "release",
    "results",
    "selection",
    "staff",
    "support",
    "uploads",
]
