"""Waiting for one's turn to write on SQLite: whoever waits longest looks most often, and nobody waits for ever."""

from threading import Event, Thread
from time import perf_counter, sleep

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from accreditation.core import database
from accreditation.core.database import PAUSES, db, transaction


@pytest.fixture
def another_writer(app):
    """Somebody else who writes until `release` is called."""
    holds, may_end = Event(), Event()

    def write() -> None:
        with app.app_context(), transaction():
            holds.set()
            may_end.wait(timeout=30)

    thread = Thread(target=write)
    thread.start()
    assert holds.wait(timeout=30)
    yield may_end
    may_end.set()
    thread.join(timeout=30)


def test_who_waits_longer_looks_more_often():
    assert [until for until, _ in PAUSES] == sorted(until for until, _ in PAUSES)
    assert [pause for _, pause in PAUSES] == sorted((pause for _, pause in PAUSES), reverse=True)
    assert PAUSES[-1][0] == database.BUSY_SECONDS


ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""PostgreSQL has its own queue."""


@ON_SQLITE
def test_the_turn_comes_when_the_other_has_done(app, another_writer):
    Thread(target=lambda: (sleep(0.3), another_writer.set())).start()
    with transaction():
        assert db.session.execute(text("SELECT 1")).scalar() == 1
    assert another_writer.is_set()


@ON_SQLITE
def test_nobody_waits_for_ever_and_reading_goes_on(app, another_writer, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    began = perf_counter()
    with pytest.raises(OperationalError, match="database is locked"), transaction():
        pass
    assert perf_counter() - began >= 0.3
    assert db.session.execute(text("SELECT count(*) FROM person")).scalar() == 0
    another_writer.set()
    sleep(0.2)
    monkeypatch.undo()
    with transaction():
        assert db.session.execute(text("PRAGMA busy_timeout")).scalar() == database.BUSY_SECONDS * 1000
