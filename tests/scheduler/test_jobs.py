"""The beats: one look at what is due, by one process at a time, harmless in any number."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from accreditation.core import clock, throttle
from accreditation.core.database import db, transaction
from accreditation.core.health import examine
from accreditation.core.outbox import Letter
from scheduler.jobs import Ticker, chores, deliver, tick
from scheduler.models import ReminderRule, SchedulerLease, SchedulerMark
from scheduler.services.marks import LEASE, take_lease
from scheduler.services.workers import is_gone, new_token, worker
from tests import factories
from tests.scheduler.chaos import PROCESSES, counting_server, remind
from tests.scheduler.ready import everything_in_order


def rows(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_tick_plans_and_a_delivery_beat_sends(app, mail, today):
    server = mail()
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    for _ in range(2):
        tick(app)
        deliver(app)
    assert len(server.accepted) == 1
    [message] = server.accepted
    assert message["Subject"] == "An item on your mediator record is due by 3 March 2027"
    text = message.get_body(("plain",)).get_content()
    assert "http://localhost/me" in text
    for secret in ("CTC", "clearance", "learance", "lapse", "requirement"):
        assert secret not in text + message["Subject"]
    mark = db.session.get_one(SchedulerMark, "tick")
    assert (mark.at, mark.words) == (clock.now(), "0 letters owed")


def test_another_process_that_lives_keeps_the_lease_and_one_that_died_loses_it(app, today):
    with transaction():
        assert take_lease("planner", clock.now()) == 1
        lease = db.session.get_one(SchedulerLease, "planner")
        lease.holder = "elsewhere/1/1"
    tick(app)
    assert rows(ReminderRule) == 0
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1), tick=False):
        tick(app)
    assert rows(ReminderRule) > 0
    assert db.session.get_one(SchedulerLease, "planner", populate_existing=True).epoch == 2
    with transaction():
        machine, pid, _ = worker().split("/")
        db.session.get_one(SchedulerLease, "planner").holder = f"{machine}/{pid}/12345"
    with transaction():
        assert take_lease("planner", clock.now()) == 3


def test_a_process_is_gone_only_where_that_is_certain():
    machine, pid, started = worker().split("/")
    assert not is_gone(new_token())
    assert is_gone(f"{machine}/{pid}/1{started}/abc")
    assert is_gone(f"{machine}/999999999/{started}/abc")
    assert not is_gone(f"elsewhere/{pid}/1{started}/abc")
    assert not is_gone("token")


def test_two_schedulers_at_once_owe_and_send_everything_once(app, any_hour, tmp_path):
    on = date(2026, 11, 23)
    for n in range(20):
        everything_in_order(ctc=on + timedelta(days=20), email=f"no{n}@example.uk")
    factories.plan(on - timedelta(days=1000))  # only puts the rules in place
    with counting_server(tmp_path, seed=1, faults=0, slow=0) as (smtp_url, accepted):
        ready = [PROCESSES.Event() for _ in range(3)]
        running = [
            PROCESSES.Process(target=remind, args=(app.url, str(tmp_path), smtp_url, on, event)) for event in ready
        ]
        for process in running:
            process.start()
        for process in running:
            process.join(120)
            assert process.exitcode == 0
        assert sorted(accepted().values()) == [1] * 20
    assert rows(Letter) == 20


def test_the_ticker_is_in_utc_and_drops_nothing(app):
    ticker = Ticker(app)
    ticker.start()
    jobs = {job.id: job for job in ticker._beats.get_jobs()}
    assert set(jobs) == {"tick", "deliver", "work_out", "check", "chores", "prompt_chores"}
    assert str(ticker._beats.timezone) == "UTC"
    assert {(job.coalesce, job.max_instances, job.misfire_grace_time) for job in jobs.values()} == {(True, 1, None)}
    ticker.stop()
    assert not ticker._beats.running


@pytest.mark.parametrize(("minutes", "state"), [(9, "ok"), (10, "failed")])
def test_doctor_says_when_the_last_beat_is_old(app, today, minutes, state):
    app.config["SMTP_URL"] = "smtp://127.0.0.1:1"
    assert found("Scheduler").state == "warning"
    tick(app)
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        assert found("Scheduler").state == state
    factories.letter()
    assert found("Mail").state == "ok"
    deliver(app)
    assert found("Mail").state == "failed"


def found(name):
    db.session.rollback()
    return next(finding for finding in examine() if finding.name == name)


def test_commands_do_what_the_beats_do(app, mail, today):
    server = mail()
    who = everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk", name="Ada Okafor")
    runner = app.test_cli_runner()
    runner.invoke(args=["remind"])
    shown = runner.invoke(args=["remind", "--on", (today + timedelta(days=30)).isoformat(), "--json"])
    [row] = json.loads(shown.output)["reminders"]
    assert (row["about"], row["stage"], row["letters"]) == (f"{who.reference} Ada Okafor", 0, 1)
    assert json.loads(runner.invoke(args=["remind", "--json"]).output)["letters"] == 0
    done = runner.invoke(args=["deliver", "--json"])
    assert (done.exit_code, json.loads(done.output)["letters"]) == (0, {"sent": 1})
    assert len(server.accepted) == 1


def test_deliver_says_that_the_mail_server_cannot_be_reached_and_fails(app, news_template, today):
    app.config["SMTP_URL"] = "smtp://127.0.0.1:1"
    factories.letter()
    done = app.test_cli_runner().invoke(args=["deliver"])
    assert done.exit_code == 1
    assert "cannot be reached" in done.output


def test_a_chore_that_fails_costs_the_others_nothing(app, today, monkeypatch, caplog):
    done = []

    def fails(on):
        raise RuntimeError("no")

    monkeypatch.setattr("scheduler.jobs.CHORES", [fails, done.append])
    assert chores(app) == 1
    assert done == [today]
    assert "the chore fails failed" in caplog.text
    assert chores(app, lambda: True) == 0


def test_counters_of_tries_go_when_they_count_nothing_any_more(app):
    """Whoever tried to sign in would leave a row for ever: the scheduler takes those away."""
    now = clock.now()
    with transaction():
        throttle.may_try("sign-in:old", 5, now=now - throttle.TRY_WINDOW - timedelta(seconds=1))
        throttle.may_try("sign-in:counts", 5, now=now - timedelta(minutes=1))
    assert chores(app) == 0
    assert list(db.session.scalars(select(throttle.Throttle.key))) == ["sign-in:counts"]
