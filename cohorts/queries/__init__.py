"""Reads of the room, for somebody: whatever fetches for a person takes the viewer."""

from cohorts.queries.applications import applications_page, get_application
from cohorts.queries.cohorts import cohorts_page, cohorts_visible_to, get_cohort, results_outstanding
from cohorts.queries.results import released_results_of

__all__ = [
    "applications_page",
    "cohorts_page",
    "cohorts_visible_to",
    "get_application",
    "get_cohort",
    "released_results_of",
    "results_outstanding",
]
