"""Refresher days, their bookings and the planning of both. No database, no clock."""

from accreditation.refreshers.rules.days import (
    BOOKING_STATES,
    CANCELLABLE,
    COUNTING,
    DAY_STATES,
    ENDED,
    MARKS,
    NOT_THERE,
    SEATED,
    TOPICS,
    Details,
    Mark,
    Waiting,
    london_moment,
    next_in_line,
    reasons_to_refuse_details,
    topic_label,
)

__all__ = [
    "BOOKING_STATES",
    "CANCELLABLE",
    "COUNTING",
    "DAY_STATES",
    "ENDED",
    "MARKS",
    "NOT_THERE",
    "SEATED",
    "TOPICS",
    "Details",
    "Mark",
    "Waiting",
    "london_moment",
    "next_in_line",
    "reasons_to_refuse_details",
    "topic_label",
]
