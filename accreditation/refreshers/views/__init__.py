"""The pages at /refreshers."""

from accreditation.refreshers.views import attendance, bookings, days, inviting
from accreditation.refreshers.views.blueprint import bp

__all__ = ["attendance", "bookings", "bp", "days", "inviting"]
