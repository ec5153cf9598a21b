"""Accreditations, as the office would name them."""

from datetime import date

from accreditation.awards import services
from accreditation.awards.models import Award
from accreditation.core.database import transaction
from tests.factories.days import TODAY

__all__ = ["award"]


def award(person_id: int, *, on: date = TODAY, scheme: str = "INHOUSE-WPM", awarded_by: int | None = None) -> Award:
    """An accreditation awarded to somebody who is ready for it."""
    with transaction():
        return services.award_accreditation(person_id, scheme, on=on, awarded_by=awarded_by)
