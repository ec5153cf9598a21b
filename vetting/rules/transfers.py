"""Clearances that come from another body or go to one. A clearance belongs to a person and a sponsor."""

from datetime import date

from accreditation.core.calendar import anniversary, days_after

DIRECTIONS = {"in": "From another body", "out": "To another body"}

TRANSFER_STATES = {
    "requested": "Requested",
    "accepted": "Accepted",
    "refused": "Refused",
    "to_be_vetted": "To be vetted anew",
}

ANSWERS = ("accepted", "refused", "to_be_vetted")


def too_long_since(first_day_without: date, on: date, months: int) -> bool:
    """Whether more than so many months have gone by since somebody's last day, the day before `first_day_without`."""
    return on > anniversary(days_after(first_day_without, -1), months)
