"""Faults of the database: away, read-only, held by somebody else, or of another version (F4, F15 to F18, F37)."""

import threading
import time
from contextlib import closing
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import NullPool, create_engine, event, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from accreditation.core import clock
from accreditation.core.database import db, sqlite_module, transaction
from accreditation.core.migrate import newest_revision
from accreditation.core.outbox import Letter
from scheduler import jobs
from scheduler.jobs import deliver as deliver_beat
from scheduler.jobs import tick
from scheduler.models import SchedulerLease
from scheduler.services import steps
from scheduler.services.journal import NAME
from tests import factories
from tests.scheduler.ready import everything_in_order


@pytest.mark.parametrize(("with_journal", "state"), [(True, "sent"), (False, "in_doubt")])
def test_f4_the_database_goes_down_before_sent_is_recorded(app, mail, deliver, monkeypatch, with_journal, state):
    server = mail()
    letter_id = factories.letter()

    def down(*_):
        raise OperationalError("COMMIT", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr(steps, "conclude", down)
        patch.setattr(steps.time, "sleep", lambda seconds: None)
        with pytest.raises(OperationalError):
            deliver()
    if not with_journal:
        (app.config["SETTINGS"].data_dir / NAME).unlink()
    assert factories.state_of(letter_id) == "handing_over"
    assert deliver().states == {}  # nobody else takes it before the lease is over
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        assert deliver().states == {state: 1}
    assert len(server.accepted) == 1


def test_f15_a_lease_that_is_deleted_or_edited_by_hand_changes_nothing(app, today, mail):
    server = mail()
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    tick(app)
    with transaction():
        db.session.delete(db.session.get_one(SchedulerLease, "planner"))
    tick(app)
    with transaction():
        lease = db.session.get_one(SchedulerLease, "planner")
        lease.holder, lease.epoch, lease.expires_at = "nonsense", 99, clock.now() - timedelta(days=1)
    tick(app)
    deliver_beat(app)
    assert len(server.accepted) == 1
    assert db.session.get_one(SchedulerLease, "planner", populate_existing=True).epoch == 100


def test_f16_connections_that_the_database_breaks_off_lose_nothing(app, mail, deliver, monkeypatch):
    """PostgreSQL restarts in the middle: every connection is gone at once, as after `pg_ctl -m immediate restart`."""
    if not app.url.startswith("postgresql"):
        return  # SQLite has no server: F17 and F18 are its faults
    from scheduler.services.smtp import Conversation

    ours: list[int] = []
    event.listen(db.engine, "connect", lambda connection, record: ours.append(connection.info.backend_pid))
    db.session.remove()
    db.engine.dispose()
    server = mail()
    for n in range(6):
        factories.letter(email=f"no{n}@example.uk")
    taken = Conversation.taken
    breaks = iter((False, True, False, False, True))

    def broken_off(self):
        answer = taken(self)
        if next(breaks, False):
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
                backends = "pg_stat_activity WHERE pid = ANY(:ours) AND pid <> pg_backend_pid()"
                broken = text(f"SELECT pg_terminate_backend(pid) FROM {backends}")
                other.execute(broken, {"ours": ours})
        return answer

    monkeypatch.setattr(Conversation, "taken", broken_off)
    monkeypatch.setattr(steps.time, "sleep", lambda seconds: None)
    for _ in range(4):
        try:
            deliver()
        except DBAPIError:
            db.session.remove()
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        deliver()
    assert factories.states() == {"sent": 6}
    assert sorted(server.message_ids()) == sorted(db.session.scalars(select(Letter.message_id)))


def test_f16_an_answer_is_written_down_as_soon_as_the_database_is_back(app, mail, deliver, monkeypatch):
    """It is waited for, within the ten seconds of a restart: the letter is not left to be in doubt."""
    server = mail()
    letter_id = factories.letter()
    conclude, away, waited = steps.conclude, [True] * 3, []

    def back_after_a_while(fate):
        if away and away.pop():
            raise OperationalError("COMMIT", {}, Exception("the server closed the connection"))
        return conclude(fate)

    monkeypatch.setattr(steps, "conclude", back_after_a_while)
    monkeypatch.setattr(steps.time, "sleep", waited.append)
    assert deliver().states == {"sent": 1}
    assert 5 <= sum(waited) <= 10
    assert factories.state_of(letter_id) == "sent"
    assert len(server.accepted) == 1


def test_f16_a_connection_that_was_broken_off_is_made_anew_before_it_is_used(app, mail, deliver):
    if not app.url.startswith("postgresql"):
        return  # SQLite has no server
    server = mail()
    factories.letter()
    db.session.remove()
    with db.engine.connect() as ours:
        pid = ours.scalar(text("SELECT pg_backend_pid()"))
    other = create_engine(app.url, poolclass=NullPool)
    with other.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        gone = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        for _ in range(200):
            if not connection.scalar(gone, {"pid": pid}):
                break
            time.sleep(0.05)
    assert deliver().states == {"sent": 1}
    assert len(server.accepted) == 1


def read_only(app) -> object:
    """Every new connection refuses to write, as with a full disk or a standby."""
    sqlite = app.url.startswith("sqlite")
    statement = "PRAGMA query_only = ON" if sqlite else "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"

    def refuse(connection, record):
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        if not sqlite:
            connection.commit()

    event.listen(db.engine, "connect", refuse)
    db.session.remove()
    db.engine.dispose()
    return refuse


def test_f17_a_database_that_cannot_be_written_starts_no_hand_over_and_it_goes_on_by_itself(app, mail, deliver):
    server = mail()
    factories.letter()
    refuse = read_only(app)
    with pytest.raises(DBAPIError):
        deliver()
    assert server.connections == 0
    event.remove(db.engine, "connect", refuse)
    db.session.remove()
    db.engine.dispose()
    assert deliver().states == {"sent": 1}
    assert len(server.accepted) == 1


def test_f18_a_long_import_holds_the_planner_up_and_the_next_beat_does_it(app, today):
    if not app.url.startswith("sqlite"):
        return  # PostgreSQL's writers do not wait for each other here
    everything_in_order(ctc=today + timedelta(days=30))
    event.listen(db.engine, "connect", lambda connection, record: connection.execute("PRAGMA busy_timeout = 20"))
    db.session.remove()
    db.engine.dispose()
    with db.engine.connect() as importing:
        importing.exec_driver_sql("ROLLBACK")
        importing.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError):
            tick(app)
        db.session.remove()
        importing.exec_driver_sql("ROLLBACK")
        importing.exec_driver_sql("BEGIN")
    tick(app)
    assert factories.states() == {"queued": 1}


def test_f18_what_is_over_in_time_is_waited_for_within_the_same_beat(app, today):
    """The planner stands in line for as long as a writer may wait, and is not thrown out.

    By the library that the register itself uses: another one in the same process would not see its locks.
    """
    if not app.url.startswith("sqlite"):
        return  # PostgreSQL's writers do not wait for each other here
    everything_in_order(ctc=today + timedelta(days=30))
    db.session.remove()
    at_work = threading.Event()

    def import_for_a_moment() -> None:
        with closing(sqlite_module().connect(app.url.removeprefix("sqlite:///"), isolation_level=None)) as importing:
            importing.execute("BEGIN IMMEDIATE")
            at_work.set()
            time.sleep(0.7)
            importing.execute("ROLLBACK")

    other = threading.Thread(target=import_for_a_moment)
    other.start()
    assert at_work.wait(60)
    tick(app)
    other.join(60)
    assert factories.states() == {"queued": 1}


def test_f18_nobody_writes_between_the_planners_look_and_what_it_writes(app, today, monkeypatch):
    """It takes its place for writing before it looks: else what came in between would throw it out at once."""
    if not app.url.startswith("sqlite"):
        return  # PostgreSQL's writers do not wait for each other here
    everything_in_order(ctc=today + timedelta(days=30))
    looked_up, refused = jobs.still_leads, []

    def with_an_import_in_between(name, epoch):
        db.session.execute(text("SELECT count(*) FROM letter"))  # from here on it sees the database as it is now
        path = app.url.removeprefix("sqlite:///")
        with closing(sqlite_module().connect(path, isolation_level=None, timeout=0)) as importing:
            try:
                importing.execute("UPDATE person SET version = version + 1")
            except sqlite_module().OperationalError as refusal:
                refused.append(str(refusal))
        return looked_up(name, epoch)

    monkeypatch.setattr(jobs, "still_leads", with_an_import_in_between)
    tick(app)
    assert refused == ["database is locked"] * 2
    assert factories.states() == {"queued": 1}


def test_f37_a_process_of_another_version_leaves_the_letters_alone(app, today, mail):
    server = mail()
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    factories.letter()

    def version(number: str) -> None:
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})

    version("9999")
    tick(app)
    assert deliver_beat(app).stopped
    version(newest_revision())
    assert (server.connections, factories.states()) == (0, {"queued": 1})
    tick(app)
    deliver_beat(app)
    assert len(server.accepted) == 2
