"""The pages at /vetting."""

from vetting.views import board, correcting, figures, initiating, listing, recording, records, rules, transfers
from vetting.views.blueprint import bp

__all__ = [
    "board",
    "bp",
    "correcting",
    "figures",
    "initiating",
    "listing",
    "recording",
    "records",
    "rules",
    "transfers",
]
