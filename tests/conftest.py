"""Fixtures for all tests. `app` runs each test twice, on SQLite and on PostgreSQL, with an empty database each time."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import create_engine, text

from accreditation.config import Config
from accreditation.core.database import db
from accreditation.core.migrate import migrate
from accreditation.core.sheets import reading
from accreditation.people.rules import Grant
from tests import factories
from tests.applications import application
from tests.order import longest_first
from tests.postgres import PostgresServer, ReusedDatabase
from tests.reading import answered_here
from tests.sharing import made_once

SECRET = "a secret for tests alone"

settings.register_profile("suite", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("suite")


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("data")
    return Config(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'unused.sqlite3'}",
        secret_key=SECRET,
        base_url="http://localhost",
        mail_from="Mediation register <register@example.police.uk>",
    )


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the schema and nothing in it, copied for each test."""
    return made_once(tmp_path_factory, "empty.sqlite3", lambda path: make_schema(f"sqlite:///{path}"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server of this test process's own.

    Not in pytest's own folder: its name would be too long for a socket on some machines, and other runs tidy there.
    """
    server = PostgresServer(Path(mkdtemp(prefix="accreditation-postgres-")))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def reused_postgres(postgres: PostgresServer) -> Iterator[ReusedDatabase]:
    """A database with the schema on that server, which `url` empties after each test."""
    make_schema(postgres.create("reused"))
    database = ReusedDatabase(postgres, "reused")
    yield database
    database.close()


def make_schema(url: str) -> None:
    """By the migrations, as a customer's database is made; tests/house proves them equal to the models."""
    migrate(url)
    if url.startswith("sqlite"):
        with create_engine(url).connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, empty database, on each of the two in turn."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    database: ReusedDatabase = request.getfixturevalue("reused_postgres")
    yield database.url
    database.empty()


@pytest.fixture
def app(config: Config, url: str, tmp_path: Path) -> Iterator[Flask]:
    app = application(config, url, tmp_path)
    app.testing = True
    app.test_client_class = Client
    app.url = url  # for tests that start processes of their own
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def today() -> Iterator[date]:
    """Tuesday 2 February 2027, ten in the morning."""
    with time_machine.travel("2027-02-02T10:00:00+00:00", tick=False):
        yield factories.TODAY


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads are read in this process and not in one of their own each, for modules that upload much."""
    monkeypatch.setattr(reading, "_ask_the_child", answered_here)


class Client(FlaskClient):
    """A browser. Sends the form token along, as a page would; `csrf=False` leaves it out.

    Each request runs in an app context of its own, as in life: nothing of one request is known to the next. When it
    has been answered, what the test had read is forgotten, so that the test sees what the request changed.
    """

    person_id: int

    def open(self, *args, csrf: bool = True, **kwargs):
        if csrf and str(kwargs.get("method", "GET")).upper() not in {"GET", "HEAD", "OPTIONS"}:
            with self.session_transaction() as session:
                raw = session.setdefault("csrf_token", "0" * 40)
            token = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(raw)
            kwargs["headers"] = {"X-CSRFToken": token, **dict(kwargs.get("headers") or {})}
        try:
            with self.application.app_context():
                return super().open(*args, **kwargs)
        finally:
            db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, today: date) -> Callable[..., FlaskClient]:
    """A browser in which somebody with these grants is signed in: `sign_in(Grant(Role.AUDITOR, Scope.SERVICE))`."""

    def sign_in(*grants: Grant, person=None) -> FlaskClient:
        who = person or factories.person()
        for grant in grants:
            factories.grant(who.id, grant.role, grant.scope, grant.scope_id)
        client = app.test_client()
        token = factories.open_session(who.id)
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = token, True
        client.person_id = who.id
        return client

    return sign_in


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # one of several processes
        items[:] = longest_first(items)


def pytest_sessionstart() -> None:
    os.environ.pop("ACCREDITATION_DATABASE_URL", None)
