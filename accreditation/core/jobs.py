"""What the ground floor does by the clock: counters of tries that count nothing any more go."""

from datetime import date

from accreditation.core import clock
from accreditation.core.chores import chore
from accreditation.core.database import transaction
from accreditation.core.throttle import drop_stale_counters


@chore
def drop_counters(_on: date) -> int:
    """Everybody who ever tried to sign in would leave a row behind. How many went."""
    with transaction():
        return drop_stale_counters(clock.now())
