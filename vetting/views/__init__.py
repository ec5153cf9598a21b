"""The pages at /vetting."""

from vetting.views import board, records, recording
from vetting.views.blueprint import bp

__all__ = ["board", "bp", "recording", "records"]
