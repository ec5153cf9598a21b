"""Offers as they stand."""

from datetime import date

from sqlalchemy import func, select

from accreditation.core.database import db
from cohorts.models import Application, Offer


def open_offer(application_id: int) -> Offer | None:
    """The offer that waits for an answer. For services, and for pages that were let in by a link."""
    return db.session.scalar(select(Offer).where(Offer.application_id == application_id, Offer.answer.is_(None)))


def offers_of(application_id: int) -> list[Offer]:
    """All of them, oldest first."""
    return list(db.session.scalars(select(Offer).where(Offer.application_id == application_id).order_by(Offer.id)))


def count_overdue_offers(intake_id: int, on: date) -> int:
    """Offers of the intake whose last day to answer has passed."""
    overdue = select(func.count(Offer.id)).join(Application, Application.id == Offer.application_id)
    overdue = overdue.where(Application.intake_id == intake_id, Offer.answer.is_(None), Offer.answer_by <= on)
    return db.session.scalar(overdue) or 0
