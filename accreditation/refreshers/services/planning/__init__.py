"""Making plans, changing them, and publishing them as bookings. Callers hold the transaction; nothing here commits."""

from accreditation.refreshers.services.planning.away import add_dates_away, remove_dates_away
from accreditation.refreshers.services.planning.changing import add_extra_days, discard_plan, lock_seat, move_seat
from accreditation.refreshers.services.planning.making import Drawn, draw_up, keep_plan, keep_replan, redraw
from accreditation.refreshers.services.planning.publishing import (
    LAST_SEAT_GONE,
    LETTER,
    finish_publishing,
    next_to_publish,
    publish_seat,
    start_publishing,
)
from accreditation.refreshers.services.planning.ways import set_ways

__all__ = [
    "LAST_SEAT_GONE",
    "LETTER",
    "Drawn",
    "add_dates_away",
    "add_extra_days",
    "discard_plan",
    "draw_up",
    "finish_publishing",
    "keep_plan",
    "keep_replan",
    "lock_seat",
    "move_seat",
    "next_to_publish",
    "publish_seat",
    "redraw",
    "remove_dates_away",
    "set_ways",
    "start_publishing",
]
