"""Writing down that an application took a step. Who calls has asked the rules, and holds the application's lock."""

from datetime import datetime

from accreditation.core.database import db
from cohorts.models import Application, ApplicationStep


def step_application(
    application: Application, to: str, *, at: datetime, by: int | None, reason: str | None
) -> ApplicationStep:
    """The application stands at that stage from now on. `by` None: it followed by itself from what somebody did."""
    before, application.stage = application.stage, to
    return note_step(application.id, before, to, at=at, by=by, reason=reason)


def note_step(
    application_id: int, before: str | None, after: str, *, at: datetime, by: int | None, reason: str | None
) -> ApplicationStep:
    step = ApplicationStep(
        application_id=application_id, before=before, after=after, at=at, taken_by=by, reason=reason or None
    )
    db.session.add(step)
    db.session.flush()
    return step
