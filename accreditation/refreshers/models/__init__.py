"""Refresher days, who has a seat on them, who was invited, and plans of who should sit where."""

from accreditation.refreshers.models.days import Booking, Invitation, RefresherDay
from accreditation.refreshers.models.planning import (
    DatesAway,
    PlannedDay,
    PlannedExtraDay,
    PlannedSeat,
    RefresherPlan,
    WayToPlace,
)
from accreditation.refreshers.models.suggesting import TopicSuggestion

__all__ = [
    "Booking",
    "DatesAway",
    "Invitation",
    "PlannedDay",
    "PlannedExtraDay",
    "PlannedSeat",
    "RefresherDay",
    "RefresherPlan",
    "TopicSuggestion",
    "WayToPlace",
]
