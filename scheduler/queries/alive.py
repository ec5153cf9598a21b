"""Whether the scheduler lives: its last beat is kept in the database, where whoever looks can see its silence."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from accreditation.core.database import db
from accreditation.web.words import moment
from scheduler.models import SchedulerMark

OLD = timedelta(minutes=10)
"""Without a beat for so long the scheduler is taken for dead: ten beats."""


def _mark(name: str) -> type[SchedulerMark]:
    return aliased(SchedulerMark, select(SchedulerMark).where(SchedulerMark.name == name).subquery())


LAST_BEAT, MAIL_SERVER = _mark("tick"), _mark("mail_server")
"""In a statement: the scheduler's last beat, and what is wrong with the mail server."""


def last_beat() -> SchedulerMark | None:
    return db.session.get(SchedulerMark, "tick")


def silent_since(now: datetime) -> str | None:
    """In words, when the last beat is too old: no reminder is owed and no letter goes. None: it lives, or is new."""
    return silence_of(last_beat(), now)


def silence_of(beat: SchedulerMark | None, now: datetime) -> str | None:
    """The same where the last beat was read already."""
    if beat is None or now - beat.at < OLD:
        return None
    return (
        f"The scheduler has been silent since {moment(beat.at)}: no reminder is owed and no letter goes out "
        "until it runs again."
    )
