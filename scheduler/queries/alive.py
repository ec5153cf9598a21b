"""Whether the scheduler lives: its last beat is kept in the database, where whoever looks can see its silence."""

from datetime import datetime, timedelta

from accreditation.core.database import db
from accreditation.web.words import moment
from scheduler.models import SchedulerMark

OLD = timedelta(minutes=10)
"""Without a beat for so long the scheduler is taken for dead: ten beats."""


def last_beat() -> SchedulerMark | None:
    return db.session.get(SchedulerMark, "tick")


def silent_since(now: datetime) -> str | None:
    """In words, when the last beat is too old: no reminder is owed and no letter goes. None: it lives, or is new."""
    beat = last_beat()
    if beat is None or now - beat.at < OLD:
        return None
    return (
        f"The scheduler has been silent since {moment(beat.at)}: no reminder is owed and no letter goes out "
        "until it runs again."
    )
