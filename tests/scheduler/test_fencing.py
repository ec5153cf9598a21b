"""Who slept past the lease writes nothing as leader: the epoch of its turn is over."""

import os
import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from scheduler.jobs import LEAD, tick
from scheduler.models import Obligation, ReminderRule, SchedulerLease, SchedulerMark
from scheduler.services.marks import still_leads, take_lease
from scheduler.services.rules import install_usual_rules
from tests.scheduler.chaos import PROCESSES
from tests.scheduler.ready import everything_in_order
from tests.scheduler.sleeper import lead_and_pause


def counted(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def sleep_past_the_lease(app, tmp_path, today, *, fenced: bool) -> None:
    """A leader is stopped with its plan in hand; another takes over and finds nothing to do; then it wakes up."""
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    with transaction():
        install_usual_rules()
    asked = (app.url, str(app.config["SETTINGS"].data_dir), str(tmp_path), fenced)
    sleeper = PROCESSES.Process(target=lead_and_pause, args=asked)
    sleeper.start()
    try:
        deadline = time.monotonic() + 120
        while not (tmp_path / "planned").exists():
            assert sleeper.is_alive() and time.monotonic() < deadline, "it never planned"  # noqa: PT018
            time.sleep(0.02)
        os.kill(sleeper.pid, signal.SIGSTOP)
        with transaction():  # meanwhile the service has switched every rule off, and the lease has run out
            for rule in db.session.scalars(select(ReminderRule)):
                rule.active = False
            lease = db.session.get_one(SchedulerLease, LEAD)
            first = lease.epoch
            lease.expires_at = clock.now() - timedelta(seconds=1)
        tick(app)
        db.session.rollback()
        assert db.session.get_one(SchedulerLease, LEAD).epoch == first + 1
        (tmp_path / "go on").touch()
        os.kill(sleeper.pid, signal.SIGCONT)
        sleeper.join(120)
        assert sleeper.exitcode == 0
    finally:
        if sleeper.is_alive():
            sleeper.kill()


def test_a_leader_that_wakes_up_after_its_lease_writes_nothing(app, tmp_path, today):
    sleep_past_the_lease(app, tmp_path, today, fenced=True)
    assert (counted(Obligation), counted(Letter)) == (0, 0)
    assert db.session.get_one(SchedulerMark, "tick").words == "0 letters owed"


def test_without_the_fence_it_owes_what_nobody_wants_any_more(app, tmp_path, today):
    """The negative control."""
    sleep_past_the_lease(app, tmp_path, today, fenced=False)
    assert counted(Letter) == 1


@pytest.mark.parametrize("how", ["same", "another epoch", "another holder", "gone"])
def test_a_turn_is_over_when_epoch_or_holder_changed_or_the_lease_is_gone(app, how):
    with transaction():
        epoch = take_lease(LEAD, clock.now())
    with transaction():
        lease = db.session.get_one(SchedulerLease, LEAD)
        if how == "another epoch":
            lease.epoch += 1
        elif how == "another holder":
            lease.holder = "elsewhere/1/1"
        elif how == "gone":
            db.session.delete(lease)
    with transaction():
        assert still_leads(LEAD, epoch) is (how == "same")
