"""Letters about decisions that wait until somebody lets them go. Callers hold the transaction; nothing here commits."""

from collections.abc import Collection
from datetime import date, datetime

from accreditation.core.database import db
from accreditation.core.outbox import Letter
from cohorts.models import ApplicationStep
from cohorts.queries.applications import lock_application
from cohorts.queries.offers import open_offer
from cohorts.rules.offers import OFFER_STAGES
from cohorts.services.letters import ABOUT_STEPS
from cohorts.services.offers import restart_offer


def release_letters(letter_ids: Collection[int], *, at: datetime, on: date, by: int) -> int:
    """Let letters go that were held with a decision: how many. The time to answer an offer begins on that day."""
    released = 0
    for letter_id in sorted(set(letter_ids)):
        letter = db.session.get(Letter, letter_id, with_for_update=True, populate_existing=True)
        if letter is None or letter.state != "held" or letter.template not in ABOUT_STEPS.values():
            continue
        step = db.session.get_one(ApplicationStep, letter.about_id)
        application = lock_application(step.application_id)
        if step.after in OFFER_STAGES and application.stage == step.after and (offer := open_offer(application.id)):
            restart_offer(offer, application, at=at, on=on)
        letter.state, letter.reason, letter.not_before, letter.released_by = "queued", None, at, by
        released += 1
    db.session.flush()
    return released
