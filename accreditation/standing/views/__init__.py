"""The pages of this room: schemes and their versions, the forecast, and what ends in which month."""

from accreditation.standing.views import expiry, forecast, schemes
from accreditation.standing.views.blueprint import bp

__all__ = ["bp", "expiry", "forecast", "schemes"]
