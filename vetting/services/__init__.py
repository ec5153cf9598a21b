"""Applying for clearances, granting them, and what becomes of them. Callers hold the transaction; nothing commits."""

from vetting.services.applications import grant_clearance, move_application, start_application
from vetting.services.clearances import change_clearance, lapse_clearances_of, record_clearance

__all__ = [
    "change_clearance",
    "grant_clearance",
    "lapse_clearances_of",
    "move_application",
    "record_clearance",
    "start_application",
]
