"""Supervision that was arranged beforehand. No database, no clock."""

from datetime import date

from accreditation.core.calendar import anniversary

MOST_MONTHS_AHEAD = 12

ORIGINS = {"helpline_contact": "the helpline"}
"""By type of source: through whom it was arranged, for whoever may not know more."""


def reasons_to_refuse(held_on: date, on: date, left_on: date | None = None) -> list[str]:
    """Why a session cannot be arranged for that day on the day `on`: today is possible, and twelve months from now.

    `left_on`: the mediator's first day out of the service, where they leave.
    """
    if left_on is not None and held_on >= left_on:
        return ["The session must not be after the mediator’s last day in the service."]
    if held_on < on:
        return ["The session must be today or later. One that was held is logged by the mediator."]
    if held_on > anniversary(on, MOST_MONTHS_AHEAD):
        return [f"The session must be within {MOST_MONTHS_AHEAD} months."]
    return []
