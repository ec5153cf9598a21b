"""The pages at /refreshers."""

from accreditation.refreshers.views import attendance, away, bookings, days, editing, inviting, links, planning, plans
from accreditation.refreshers.views.blueprint import bp

__all__ = ["attendance", "away", "bookings", "bp", "days", "editing", "inviting", "links", "planning", "plans"]
