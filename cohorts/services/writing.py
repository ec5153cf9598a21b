"""Words for an applicant."""

from cohorts.models import Application
from cohorts.queries.applications import lock_application


def write_feedback(application_id: int, words: str) -> Application:
    """What goes with the letter about the decision; "" for nothing."""
    application = lock_application(application_id)
    application.feedback = words.strip() or None
    return application
