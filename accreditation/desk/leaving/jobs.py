"""What leaving does by the clock: with the last day ends the leave that nobody has answered."""

from datetime import date

from accreditation.core import clock
from accreditation.core.chores import chore
from accreditation.core.database import transaction
from accreditation.desk.leaving.queries import departures_with_leave_waiting
from accreditation.desk.leaving.services import end_leave_asked_for


@chore
def end_leave_of_leavers(on: date) -> int:
    """Each in a transaction of its own: how many requests ended."""
    ended = 0
    for departure_id in departures_with_leave_waiting(on):
        with transaction():
            ended += end_leave_asked_for(departure_id, on=on, at=clock.now())
    return ended
