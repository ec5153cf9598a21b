"""The pages at /vetting."""

from vetting.views import board, recording, records
from vetting.views.blueprint import bp

__all__ = ["board", "bp", "recording", "records"]
