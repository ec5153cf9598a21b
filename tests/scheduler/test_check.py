"""The daily check: due by the data, one process at a time, batch by batch; what it finds is on the pages."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text, update

from accreditation.core import audit, clock
from accreditation.core.database import db, transaction
from accreditation.core.health import examine
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.standing.models import CheckRun, StandingPeriod
from accreditation.standing.queries import checking, evidence
from scheduler import jobs
from scheduler.models import SchedulerLease
from tests import factories

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
AUDITOR = Grant(Role.AUDITOR, Scope.SERVICE)
ADMINISTRATOR = Grant(Role.ADMINISTRATOR, Scope.SERVICE)


def check(app, **more):
    return jobs.check(app, **{"rest": 0, **more})


def runs() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(CheckRun))


def tamper_with(person_id: int) -> None:
    """As somebody with the database file in their hands would."""
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execution_options(writing=True)
        connection.execute(
            update(StandingPeriod.__table__)
            .where(StandingPeriod.person_id == person_id, StandingPeriod.verdict == "deployable")
            .values(limiting_end=date(2039, 1, 1))
        )


@pytest.mark.parametrize(("hours", "due"), [(23, False), (24, True), (25, True)])
def test_a_check_is_due_when_the_last_one_is_a_day_old(app, today, hours, due):
    factories.accredited_mediator()
    first = check(app)
    assert (first.people, first.differing, first.trail_broken_at, first.channel) == (1, 0, None, "scheduler")
    assert check(app) is None
    with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
        assert (check(app) is not None) is due
    assert runs() == 1 + due


def test_the_command_keeps_what_it_found_and_counts_as_the_days_check(app, today):
    who = factories.accredited_mediator()
    tamper_with(who.id)
    done = app.test_cli_runner().invoke(args=["check"])
    assert done.exit_code == 1
    assert f"person {who.id} differs" in done.output
    [run] = db.session.scalars(select(CheckRun))
    assert (run.channel, run.differing, run.person_ids) == ("command", 1, [who.id])
    assert check(app) is None


def test_another_process_that_is_at_it_is_left_alone(app, today):
    with transaction():
        db.session.add(
            SchedulerLease(name="checker", holder="elsewhere/1/1", epoch=1, expires_at=clock.now() + timedelta(60))
        )
    assert check(app) is None
    with time_machine.travel(clock.now() + timedelta(days=61), tick=False):
        assert check(app) is not None


def test_a_check_that_fails_is_tried_again_after_an_hour_and_not_each_beat(app, today, monkeypatch):
    asked = []

    def fails():
        asked.append(clock.now())
        raise OSError("the disk")
        yield

    monkeypatch.setattr(jobs, "check_projections", fails)
    with pytest.raises(OSError, match="the disk"):
        check(app)
    for minutes, tries in ((10, 1), (59, 1), (60, 2)):
        with time_machine.travel(factories.TEN + timedelta(minutes=minutes), tick=False):
            try:
                check(app)
            except OSError:
                pass
        assert len(asked) == tries, minutes
    assert runs() == 0


def test_it_stops_between_two_batches_and_loses_its_turn_when_silent(app, today, monkeypatch):
    factories.accredited_mediator()
    assert check(app, stop=lambda: True) is None
    assert runs() == 0
    monkeypatch.setattr(jobs, "RENEW", timedelta(seconds=-1))
    monkeypatch.setattr(jobs, "keep_checking", lambda now: False)
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        assert check(app) is None
    assert runs() == 0


def test_between_two_batches_nothing_is_held_and_others_write(app, today, monkeypatch):
    """Another connection writes between any two batches: a lock that is held would make it wait, and fail."""
    for model in (checking, evidence):
        monkeypatch.setattr(model, "AT_ONCE", 2, raising=False)
    monkeypatch.setattr(checking, "people_with_evidence", lambda after: evidence.people_with_evidence(after, 2))
    people = [factories.accredited_mediator() for _ in range(6)]
    written = []

    def write() -> bool:
        with db.engine.connect().execution_options(writing=True) as connection:
            connection.execute(text("UPDATE person SET version = version + 1 WHERE id = :id"), {"id": people[0].id})
            connection.commit()
        written.append(True)
        return False

    run = check(app, stop=write)
    assert (run.people, run.differing) == (6, 0)
    assert len(written) == 3


def test_what_was_tampered_with_is_found_and_shown_to_those_who_must_know(app, today, sign_in):
    who = factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 9, 1))
    manager, auditor, administrator = sign_in(MANAGER), sign_in(AUDITOR), sign_in(ADMINISTRATOR)
    check(app)
    for browser, path in ((manager, "/"), (auditor, "/audit"), (administrator, "/status"), (manager, "/checks")):
        assert "1 record, all as stored, audit trail unbroken." in browser.get(path).text, path

    tamper_with(who.id)
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert check(app).person_ids == [who.id]
        manager, auditor, administrator = sign_in(MANAGER), sign_in(AUDITOR), sign_in(ADMINISTRATOR)
        for browser, path in ((manager, "/"), (auditor, "/audit"), (administrator, "/status"), (manager, "/checks")):
            assert "1 record is not stored as the evidence says." in browser.get(path).text, path
        assert "The stored standings need a look" in manager.get("/").text
        assert "Nothing waits" not in manager.get("/").text
        assert "Ada Okafor" in manager.get("/checks").text
        assert "Ada Okafor" in auditor.get("/checks").text
        page = administrator.get("/checks").text
        assert "Ada Okafor" not in page
        assert f"no. {who.id}" in page
        assert found("Stored standings").state == "failed"


def test_a_manager_of_another_unit_learns_no_name_and_no_number(app, today, sign_in):
    who = factories.accredited_mediator(name="Ada Okafor", unit_id=factories.unit("Croydon").id)
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Bromley").id))
    check(app)
    assert "all as stored" in manager.get("/checks").text
    assert "1 record" not in manager.get("/").text
    tamper_with(who.id)
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        check(app)
        manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Bromley").id))
        page = manager.get("/checks").text
        assert "is not stored as the evidence says" in page
        assert "Ada Okafor" not in page


@pytest.mark.parametrize(("hours", "bad"), [(47, False), (48, True)])
def test_no_check_for_two_days_is_said(app, today, sign_in, hours, bad):
    factories.accredited_mediator()
    check(app)
    with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
        assert ("Is the scheduler running?" in sign_in(MANAGER).get("/").text) is bad
        assert found("Stored standings").state == ("failed" if bad else "ok")


@pytest.mark.parametrize(("hours", "state"), [(47, "warning"), (49, "failed")])
def test_never_a_check_is_said_two_days_after_the_first_fact(app, today, hours, state):
    factories.accredited_mediator()
    with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
        assert found("Stored standings").state == state


def test_an_audit_trail_that_grows_during_the_walk_is_whole(app, today, monkeypatch):
    factories.accredited_mediator()
    link, others = audit._link, []

    def somebody_writes() -> None:
        with app.app_context(), transaction():
            audit.note("looked in")

    def slow_link(key, entry):
        if not others and threading.current_thread() is threading.main_thread():
            others.append(threading.Thread(target=somebody_writes))
            others[0].start()
            others[0].join()
        return link(key, entry)

    monkeypatch.setattr(audit, "_link", slow_link)
    assert audit.verify().broken_at is None
    assert others
    monkeypatch.setattr(audit, "_link", link)
    assert audit.verify().broken_at is None


def found(name):
    db.session.rollback()
    return next(finding for finding in examine() if finding.name == name)
