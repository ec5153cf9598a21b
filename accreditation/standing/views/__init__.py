"""The pages of this room: schemes, their versions and drafts, the forecast, and what ends in which month."""

from accreditation.standing.views import drafts, expiry, forecast, rehearsals, schemes
from accreditation.standing.views.blueprint import bp

__all__ = ["bp", "drafts", "expiry", "forecast", "rehearsals", "schemes"]
