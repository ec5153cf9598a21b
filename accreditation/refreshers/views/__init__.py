"""The pages at /refreshers."""

from accreditation.refreshers.views import attendance, away, bookings, days, inviting, planning, plans
from accreditation.refreshers.views.blueprint import bp

__all__ = ["attendance", "away", "bookings", "bp", "days", "inviting", "planning", "plans"]
