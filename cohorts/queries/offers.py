"""Offers as they stand."""

from sqlalchemy import select

from accreditation.core.database import db
from cohorts.models import Offer


def open_offer(application_id: int) -> Offer | None:
    """The offer that waits for an answer. For services, and for pages that were let in by a link."""
    return db.session.scalar(select(Offer).where(Offer.application_id == application_id, Offer.answer.is_(None)))


def offers_of(application_id: int) -> list[Offer]:
    """All of them, oldest first."""
    return list(db.session.scalars(select(Offer).where(Offer.application_id == application_id).order_by(Offer.id)))
