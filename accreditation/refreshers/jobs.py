"""What the room does by the clock: offers of seats end, and whoever is next gets one."""

from datetime import date

from accreditation.core import clock
from accreditation.core.chores import chore
from accreditation.core.database import transaction
from accreditation.refreshers.queries.offers import days_to_look_at
from accreditation.refreshers.services import end_overdue_offers


@chore
def look_after_offers(on: date) -> int:
    """End what was not answered in time, offer every free seat somebody waits for; how many offers ended."""
    ended = 0
    for day_id in days_to_look_at(on, clock.now()):
        with transaction():
            ended += end_overdue_offers(day_id, on=on, at=clock.now())
    return ended
