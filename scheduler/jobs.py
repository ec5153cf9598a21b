"""The beats of the clock. A job decides nothing.

What is due is in the data, so a beat that comes late or twice changes no outcome.
"""

import logging
import mailbox
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import islice
from time import sleep

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from accreditation.core import audit, clock
from accreditation.core.chores import CHORES, PROMPT_CHORES, Chore
from accreditation.core.database import db, transaction
from accreditation.core.migrate import schema_is_current
from accreditation.standing.models import CheckRun
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.queries.checks import troubles
from accreditation.standing.queries.drafts import drafts_being_rehearsed
from accreditation.standing.queries.editions import editions_are_old
from accreditation.standing.services.checking import Tally, record_check
from accreditation.standing.services.rebuilding import rebuild_is_asked_for, rebuild_next
from accreditation.standing.services.rehearsing import rehearse_next
from accreditation.standing.services.sweeping import sweep
from scheduler.services.bounces import read_bounces
from scheduler.services.checking import begin_check, keep_checking
from scheduler.services.delivery import Delivered, deliver_letters
from scheduler.services.digests import owe_digests
from scheduler.services.leaving import see_off_leavers
from scheduler.services.marks import set_mark, still_leads, take_lease
from scheduler.services.owing import owe_reminders
from scheduler.services.pinging import ping
from scheduler.services.planning import take_back_too_early, what_to_plan
from scheduler.services.restoring import look_after_restore
from scheduler.services.rules import install_usual_rules
from scheduler.services.steps import Pace

log = logging.getLogger(__name__)

LEAD = "planner"
"""The name of the lease that one process holds at a time."""

BEAT = 60  # seconds between two looks at what is due
DELIVERY_BEAT = 10  # seconds between two looks at the queue
WORKING_BEAT = 15  # seconds between two looks at what is to be worked out for everybody
CHECK_BEAT = 600  # seconds between two looks whether the daily check is due
CHORE_BEAT = 600  # seconds between two looks at what rooms want done by the clock
RENEW = timedelta(seconds=30)  # how often a check that takes long says that it still lives
REST = 0.05  # seconds between two batches of a check, for those who work with the register meanwhile
AT_ONCE = 500  # letters' worth of reminders in one transaction, so that nobody waits long for the database


@dataclass(frozen=True)
class Planned:
    """Letters owed in one run; `held` when a person must look first; `unaddressed`.

    Nobody holds the role they are for.
    """

    letters: int
    held: bool
    unaddressed: int
    lost: bool = False
    """Another process had taken the lead meanwhile: the rest is its to owe."""

    @property
    def words(self) -> str:
        text = f"{self.letters} letters owed" + (", held" if self.held and self.letters else "")
        return f"{text}, {self.unaddressed} reminders for which nobody holds the role" if self.unaddressed else text


def plan_all(on: date, *, epoch: int | None = None) -> Planned:
    """Owe what is due on the day, some hundreds to a transaction. Killed between two, the next run does the rest.

    `epoch`: the turn of the lease under which this is done, which each transaction asks for; None: a person asked.
    """
    plan = what_to_plan(on)
    letters, lost, rest = 0, False, iter(plan.owed)
    while not lost and (chunk := list(islice(rest, AT_ONCE))):
        with transaction():
            lost = epoch is not None and not still_leads(LEAD, epoch)
            if not lost:
                letters += owe_reminders(chunk, hold=plan.hold)
    return Planned(letters, plan.hold is not None, plan.unaddressed, lost)


def tick(app: Flask) -> None:
    """One look at what is due, by whichever process has the lease."""
    with app.app_context(), audit.acting_as(None, "scheduler"):
        if not _schema_fits():
            return
        _look_after_restore(app)
        with transaction():
            epoch = take_lease(LEAD, clock.now())
            if epoch is not None:
                install_usual_rules()
                see_off_leavers(clock.today(), clock.now())
                take_back_too_early(clock.today())
        if epoch is None:
            return
        planned = plan_all(clock.today(), epoch=epoch)
        with transaction():
            leads = still_leads(LEAD, epoch)
            if leads:
                owe_digests(clock.today(), clock.now())
                set_mark("tick", clock.now(), planned.words)
        if not leads:
            log.warning("another process took the lead meanwhile: this one leaves the rest to it")
            db.session.remove()
            return
        if planned.letters:
            log.info("%s", planned.words)
        _read_bounces(app)
        db.session.remove()
        if url := app.config["SETTINGS"].ping_url:
            ping(url)


def _read_bounces(app: Flask) -> None:
    place = app.config["SETTINGS"].bounces
    if place is None:
        return
    try:
        found = read_bounces(place)
    except (OSError, mailbox.Error) as problem:
        log.warning("the mailbox of reports cannot be read: %s", problem)  # also while the mail server holds its lock
    else:
        if found:
            log.info("reports of mail servers: %s", dict(found))


def _schema_fits() -> bool:
    """An old process never works on a new schema, nor a new one on an old: it waits until both are one version."""
    if schema_is_current():
        return True
    db.session.remove()
    log.error("the schema of the database is not this version's: nothing is done until it is")
    return False


def _look_after_restore(app: Flask) -> None:
    if replayed := look_after_restore(app.config["SETTINGS"].data_dir):
        log.warning("a backup was restored: reminders are held; %s", replayed)


def deliver(app: Flask, stop: Callable[[], bool] = lambda: False, *, pace: Pace = Pace()) -> Delivered:
    """One look at the queue. Any number of processes may do this at once."""
    with app.app_context(), audit.acting_as(None, "scheduler"):
        if not _schema_fits():
            return Delivered(stopped="the schema of the database is not this version's")
        _look_after_restore(app)
        done = deliver_letters(pace=pace, stop=stop)
        if done.states or done.stopped:
            log.info("letters: %s %s", dict(done.states), done.stopped or "")
        db.session.remove()
        return done


def work_out(app: Flask, stop: Callable[[], bool] = lambda: False) -> int:
    """Judge everybody anew where that is asked for, build what is being rehearsed, sweep what nobody reads any more.

    How many batches that took. A batch to a transaction, so that nobody waits long. Any number of processes may do this
    at once, and whoever looks at a rehearsal does it too.
    """
    batches = 0
    with app.app_context(), audit.acting_as(None, "scheduler"):
        asked = rebuild_is_asked_for()
        while asked and not stop():
            with transaction():
                asked = not rebuild_next()
            batches += 1
        for draft_id in drafts_being_rehearsed():
            done = False
            while not done and not stop():
                with transaction():
                    done = rehearse_next(draft_id, now=clock.now())
                batches += 1
        gone = editions_are_old()
        while gone and not stop():
            with transaction():
                gone = bool(sweep())
            batches += 1
        db.session.remove()
    return batches


def check(app: Flask, stop: Callable[[], bool] = lambda: False, *, rest: float = REST) -> CheckRun | None:
    """Once a day: is everything that pages read what the evidence says, and is the audit trail whole?

    It only reads, batch by batch, and holds nothing between two; what came of it is one row at the end. None when it
    is not due, when another process is at it, or when this one has to stop: then it is done anew later.
    """
    with app.app_context(), audit.acting_as(None, "scheduler"):
        try:
            return _check(stop, rest)
        finally:
            db.session.remove()


def _check(stop: Callable[[], bool], rest: float) -> CheckRun | None:
    began = renewed = clock.now()
    with transaction():
        due = begin_check(began)
    if not due:
        return None
    tally = Tally()
    for batch in check_projections():
        tally.add(batch)
        db.session.rollback()
        if stop():
            return None
        if clock.now() - renewed > RENEW:
            renewed = clock.now()
            with transaction():
                if not keep_checking(renewed):
                    return None
        sleep(rest)
    trail = audit.verify()
    with transaction():
        run = record_check(tally, trail, started_at=began, ended_at=clock.now(), channel="scheduler")
    for sentence in troubles(run):
        log.error("%s", sentence)
    return run


def chores(app: Flask, stop: Callable[[], bool] = lambda: False) -> int:
    """What rooms want done by the clock, each by itself: one that fails costs the others nothing. How many failed."""
    return _do(CHORES, app, stop)


def prompt_chores(app: Flask, stop: Callable[[], bool] = lambda: False) -> int:
    """The same for what somebody may be waiting for."""
    return _do(PROMPT_CHORES, app, stop)


def _do(wanted: list[Chore], app: Flask, stop: Callable[[], bool]) -> int:
    failed = 0
    with app.app_context(), audit.acting_as(None, "scheduler"):
        for chore in wanted:
            if stop():
                break
            try:
                chore(clock.today())
            except Exception:
                failed += 1
                log.exception("the chore %s failed", getattr(chore, "__name__", chore))
            db.session.remove()
    return failed


class Ticker:
    """APScheduler as a ticker and nothing more: no stored jobs, no local times, nothing dropped for being late."""

    def __init__(self, app: Flask) -> None:
        self._stopping = False
        self._beats = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        now = clock.now()
        self._beats.add_job(tick, "interval", seconds=BEAT, args=[app], id="tick", next_run_time=now)
        for job, seconds, first in (
            (deliver, DELIVERY_BEAT, 2),
            (work_out, WORKING_BEAT, 4),
            (check, CHECK_BEAT, 30),
            (chores, CHORE_BEAT, 45),
            (prompt_chores, WORKING_BEAT, 9),
        ):
            self._beats.add_job(
                job,
                "interval",
                seconds=seconds,
                args=[app, lambda: self._stopping],
                id=job.__name__,
                next_run_time=now + timedelta(seconds=first),
            )

    def start(self) -> None:
        self._beats.start()

    def stop(self) -> None:
        """Finish the letter in hand, begin no other; leave off a check."""
        self._stopping = True
        self._beats.shutdown(wait=True)
