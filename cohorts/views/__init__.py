"""The pages of the room: applying, applications, cohorts, their results."""

from cohorts.services import letters
from cohorts.views import applications, apply, cohorts, intakes, mine, placing, release, results, support, uploads
from cohorts.views.blueprint import bp

__all__ = [
    "applications",
    "apply",
    "bp",
    "cohorts",
    "intakes",
    "letters",
    "mine",
    "placing",
    "release",
    "results",
    "support",
    "uploads",
]
