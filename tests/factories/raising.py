"""Corrections that mediators raised."""

from datetime import datetime

from accreditation.core.database import transaction
from accreditation.desk.raising import services
from accreditation.desk.raising.models import RaisedCorrection
from tests.factories.helpline import TEN


def raised_correction(
    person_id: int,
    *,
    about: str = "refresher",
    text: str = "I was at that refresher day and it is not here.",
    evidence_id: int | None = None,
    form_key: str = "",
    at: datetime = TEN,
) -> RaisedCorrection:
    """What this mediator said this morning is wrong in their own record."""
    with transaction():
        return services.raise_correction(
            person_id,
            about=about,
            text=text,
            evidence_id=evidence_id,
            form_key=form_key or f"raised-{about}-{person_id}-{evidence_id or 0}-morning",
            at=at,
        )


def answered_correction(
    raised_id: int, by: int, *, outcome: str = "corrected", answer: str = "It is there now.", at: datetime = TEN
):
    with transaction():
        return services.answer_correction(raised_id, outcome=outcome, answer=answer, at=at, answered_by=by)
