"""The scheduler's own notes: when it last looked, and whether the mail server is being left alone for a while."""

from datetime import datetime, timedelta

from accreditation.core import clock
from accreditation.core.database import db, insert_unless_there
from scheduler.models import SchedulerLease, SchedulerMark
from scheduler.rules.answers import pause_after
from scheduler.services.workers import is_gone, worker

LEASE = timedelta(seconds=150)  # two beats and a half


def set_mark(name: str, at: datetime, words: str) -> None:
    mark = _locked(name, at)
    mark.at, mark.words, mark.failures, mark.until = at, words, 0, None


def find_mark(name: str) -> SchedulerMark | None:
    return db.session.get(SchedulerMark, name)


def clear_mark(name: str) -> None:
    mark = db.session.get(SchedulerMark, name)
    if mark is not None:
        db.session.delete(mark)


def pause_mail_server(words: str, at: datetime) -> None:
    """Leave the server alone for a while, longer after each failure in a row."""
    mark = _locked("mail_server", at)
    mark.failures += 1
    mark.at, mark.words, mark.until = at, words, at + pause_after(mark.failures)


def mail_server_paused_until(now: datetime) -> datetime | None:
    """The moment of the next try, if that is still to come."""
    mark = find_mark("mail_server")
    return mark.until if mark and mark.until and mark.until > now else None


def _locked(name: str, at: datetime) -> SchedulerMark:
    insert_unless_there(SchedulerMark, name=name, at=at, words="", failures=0)
    return db.session.get_one(SchedulerMark, name, with_for_update=True, populate_existing=True)


def take_lease(name: str, now: datetime) -> int | None:
    """The epoch of our turn if it is ours to plan, renewed by asking; None while another living process has it."""
    me = worker()
    insert_unless_there(SchedulerLease, name=name, holder=me, epoch=1, expires_at=now + LEASE)
    lease = db.session.get_one(SchedulerLease, name, with_for_update=True, populate_existing=True)
    if lease.holder != me:
        if lease.expires_at > now and not is_gone(lease.holder):
            return None
        lease.holder, lease.epoch = me, lease.epoch + 1
    lease.expires_at = now + LEASE
    return lease.epoch


def still_leads(name: str, epoch: int) -> bool:
    """Whether that turn is still ours, in the caller's transaction, which then holds the lease until it ends.

    The fence: who slept past the lease writes nothing as its holder any more, whatever had been decided before.
    """
    lease = db.session.get(SchedulerLease, name, with_for_update=True, populate_existing=True)
    if lease is None or lease.epoch != epoch or lease.holder != worker():
        return False
    lease.expires_at = clock.now() + LEASE
    return True
