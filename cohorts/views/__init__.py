"""The pages of the room: applying, applications, cohorts, their results."""

from cohorts.services import letters
from cohorts.views import applications, apply, cohorts, placing, release, results, uploads
from cohorts.views.blueprint import bp

__all__ = ["applications", "apply", "bp", "cohorts", "letters", "placing", "release", "results", "uploads"]
