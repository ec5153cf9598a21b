"""What the room does by the clock: offers of seats end, and plans that are being published go on by themselves.

A plan of two thousand seats is two thousand bookings, each in a transaction of its own. The request that publishes it
books for a moment; the scheduler books the rest, whether or not anybody looks on.
"""

from datetime import date
from time import monotonic

from accreditation.core import clock
from accreditation.core.chores import chore, prompt_chore
from accreditation.core.database import transaction
from accreditation.refreshers.queries.offers import days_to_look_at
from accreditation.refreshers.queries.plans import plans_being_published
from accreditation.refreshers.services import end_overdue_offers, planning

AT_ONE_BEAT = 10.0
"""Seconds for one plan, so that whatever else is due every few seconds does not wait for it."""


@chore
def look_after_offers(on: date) -> int:
    """End what was not answered in time, offer every free seat somebody waits for; how many offers ended."""
    ended = 0
    for day_id in days_to_look_at(on, clock.now()):
        with transaction():
            ended += end_overdue_offers(day_id, on=on, at=clock.now())
    return ended


@prompt_chore
def go_on_publishing(on: date) -> int:
    """Book what is left of every plan that is being published; how many seats came to an outcome."""
    return sum(publish_for(plan_id, AT_ONE_BEAT, on=on) for plan_id in plans_being_published())


def publish_for(plan_id: int, seconds: float, *, on: date) -> int:
    """Publish seat by seat for so long, at least one; how many. Safe twice at once: a seat has one outcome.

    Each seat in a transaction of its own: what is booked stays booked, whatever happens to the next.
    """
    until, done = monotonic() + seconds, 0
    waiting = planning.next_to_publish(plan_id)
    while waiting and (not done or monotonic() < until):
        seat_id, day_id = waiting.pop(0)
        with transaction():
            planning.publish_seat(seat_id, day_id, on=on)
        done += 1
        waiting = waiting or planning.next_to_publish(plan_id)
    with transaction():
        planning.finish_publishing(plan_id)
    return done
