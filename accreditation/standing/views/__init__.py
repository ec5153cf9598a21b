"""The pages of this room: schemes, forecast, what ends when, what is laid over standings, corrections of the ledger."""

from accreditation.standing.views import corrections, drafts, expiry, forecast, overlays, rehearsals, schemes
from accreditation.standing.views.blueprint import bp

__all__ = ["bp", "corrections", "drafts", "expiry", "forecast", "overlays", "rehearsals", "schemes"]
