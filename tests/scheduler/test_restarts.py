"""F16 in full: the database goes away in the middle of a run, again and again, and three workers carry on.

PostgreSQL's server is broken off and started anew. SQLite has no server: there somebody else holds the file for longer
than a writer waits for it.
"""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest
from flask import Flask

from accreditation.core.database import db
from tests.applications import application
from tests.conftest import make_schema
from tests.postgres import PostgresServer
from tests.scheduler.chaos import PROCESSES, counting_server, remind_through_everything, send_then_mark_impatiently
from tests.scheduler.test_kills import ON, check_the_books, people_with_much_to_do

HELD_SECONDS = 1.6  # longer than a worker of these tests waits for the file


@dataclass
class GoingAway:
    """An application, and what makes its database go away for a moment."""

    app: Flask
    go_away: Callable[[], None]


@pytest.fixture(params=["sqlite", "postgresql"])
def going_away(request, config, tmp_path, empty_sqlite) -> Iterator[GoingAway]:
    """The PostgreSQL server is this test's own."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path / "test.sqlite3"
            shutil.copy(empty_sqlite, path)
            url = f"sqlite:///{path}"

            def go_away() -> None:
                with sqlite3.connect(path, timeout=60, isolation_level=None) as other:
                    other.execute("BEGIN IMMEDIATE")
                    time.sleep(HELD_SECONDS)
                    other.execute("ROLLBACK")
                other.close()
        else:
            server = PostgresServer(Path(mkdtemp(prefix="accreditation-restarts-")))
            stack.callback(server.stop)
            server.keep_what_is_committed()
            url = server.create("restarts")
            make_schema(url)
            go_away = server.restart_at_once
        app = application(config, url, tmp_path)
        app.url = url
        with app.app_context():
            yield GoingAway(app, go_away)
            db.session.remove()
            db.engine.dispose()


def restart_again_and_again(
    going_away: GoingAway, tmp_path, work, *, people: int, restarts: int, workers: int, faults: float
) -> tuple[int, dict[str, int], int]:
    """Letters owed, how often each was accepted, and how many restarts hit workers at their work."""
    url = going_away.app.url
    owed = people_with_much_to_do(people)
    db.session.remove()
    db.engine.dispose()
    hits = 0
    with counting_server(tmp_path, seed=5, faults=faults, slow=0.01) as (smtp_url, accepted):
        ready = [PROCESSES.Event() for _ in range(workers)]
        running = [
            PROCESSES.Process(target=work, args=(url, str(tmp_path), smtp_url, ON, event), daemon=True)
            for event in ready
        ]
        for process, event in zip(running, ready, strict=True):
            process.start()
            assert event.wait(120)
        for number in range(restarts):
            before, deadline = sum(accepted().values()), time.monotonic() + 60
            wanted = max(1, (owed - before) // (4 * (restarts - number)))  # so that they are spread over the work
            while (
                sum(accepted().values()) < before + wanted
                and any(one.is_alive() for one in running)
                and time.monotonic() < deadline
            ):
                time.sleep(0.005)
            hits += any(one.is_alive() for one in running)
            going_away.go_away()
        for process in running:
            process.join(1200)
            assert process.exitcode == 0 or work is send_then_mark_impatiently
        return owed, accepted(), hits


def test_a_database_that_goes_away_loses_nothing_and_sends_nothing_twice(going_away, tmp_path):
    owed, accepted, hits = restart_again_and_again(
        going_away, tmp_path, remind_through_everything, people=12, restarts=2, workers=2, faults=0
    )
    assert hits == 2
    in_doubt = check_the_books(owed, accepted)
    assert len(in_doubt) <= 2 * hits  # a restart costs a worker one letter at most


def test_without_the_journal_a_restart_leaves_what_was_sent_as_unsent(going_away, tmp_path):
    """The negative control: whoever sends first and marks then has sent what the database does not know of."""
    owed, accepted, _ = restart_again_and_again(
        going_away, tmp_path, send_then_mark_impatiently, people=12, restarts=1, workers=1, faults=0
    )
    with pytest.raises(AssertionError):
        check_the_books(owed, accepted)


@pytest.mark.soak
def test_many_restarts(going_away, tmp_path):
    owed, accepted, hits = restart_again_and_again(
        going_away, tmp_path, remind_through_everything, people=250, restarts=20, workers=3, faults=0.03
    )
    in_doubt = check_the_books(owed, accepted)
    print(f"{hits} restarts, {len(in_doubt)} in doubt of {owed}")
    assert hits >= 20
