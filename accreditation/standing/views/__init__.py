"""The pages of this room: schemes and their versions."""

from accreditation.standing.views import schemes
from accreditation.standing.views.blueprint import bp

__all__ = ["bp", "schemes"]
