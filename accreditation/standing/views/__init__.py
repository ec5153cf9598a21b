"""The pages of this room: schemes, forecast, what ends when, what is laid over standings, corrections, checks."""

from accreditation.standing.views import checks, corrections, drafts, expiry, forecast, overlays, rehearsals, schemes
from accreditation.standing.views.blueprint import bp

__all__ = ["bp", "checks", "corrections", "drafts", "expiry", "forecast", "overlays", "rehearsals", "schemes"]
