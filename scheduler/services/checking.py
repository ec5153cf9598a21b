"""When the daily check is due, and whose turn it is. What is due is in the data: no local time decides it."""

from datetime import datetime, timedelta

from accreditation.standing.queries.checks import last_check
from scheduler.services.marks import find_mark, set_mark, take_lease

DAILY = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""After a check that did not come to its end, so long until the next attempt."""


def begin_check(now: datetime) -> bool:
    """Whether this process is to check now: the last check is a day old, and nobody else is at it."""
    last, begun = last_check(), find_mark("check")
    if last is not None and now - last.started_at < DAILY:
        return False
    if begun is not None and now - begun.at < AGAIN:
        return False
    if not keep_checking(now):
        return False
    set_mark("check", now, "began")
    return True


def keep_checking(now: datetime) -> bool:
    """Renew the turn between batches. False: another process has taken it over, because this one was silent."""
    return take_lease("checker", now) is not None
