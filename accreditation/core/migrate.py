"""Bringing the database's schema up to date, on SQLite without ever losing a child row.

A batch migration on SQLite rebuilds a table; with foreign keys enforced that would delete every row that hangs on it.
So they are off on a connection of its own, everything happens in one BEGIN IMMEDIATE, and a foreign key check
decides whether it may be committed.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, event, inspect, text
from sqlalchemy.engine import Connection, Engine

from accreditation.config import PACKAGE
from accreditation.core.database import db, engine_options
from accreditation.core.errors import DomainError

LOCK = 4_201_077_301  # PostgreSQL's advisory lock under which one process migrates at a time


def migrate(url: str) -> tuple[str | None, str]:
    """Apply what is missing, all of it or nothing. The revision before (None: an empty database) and after.

    Raises DomainError when the database was made by a newer version, or a step would leave a reference to nothing.
    """
    engine = _plain_engine(url)
    try:
        with engine.connect() as connection:
            before = _begin(connection)
            head = newest_revision()
            if before is not None and before not in _known_revisions():
                raise DomainError(
                    f"The database is at revision {before}, which this version does not know. "
                    "Install the newer version."
                )
            if before is None and inspect(connection).get_table_names():
                raise DomainError("The database has tables of something else. Choose an empty database.")
            if before != head:
                settings = _alembic()
                settings.attributes["connection"] = connection
                command.upgrade(settings, "head")
                _refuse_orphans(connection)
            connection.commit()
            return before, head
    finally:
        engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """The revision that the database is at; None when it has no schema yet."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    at: str | None = connection.scalar(AT)
    return at


AT = text("SELECT version_num FROM alembic_version")


def schema_is_current() -> bool:
    """Whether every migration has been applied to the database of the running application."""
    return revision_of(db.session.connection()) == newest_revision()


@cache
def newest_revision() -> str:
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    assert head is not None
    return head


def _known_revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def _alembic() -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(PACKAGE / "migrations"))
    settings.set_main_option("path_separator", "os")
    return settings


def _plain_engine(url: str) -> Engine:
    engine = create_engine(
        url, poolclass=NullPool, **{k: v for k, v in engine_options(url).items() if k != "pool_pre_ping"}
    )
    if engine.dialect.name == "sqlite":
        if path := engine.url.database:
            Path(path).parent.mkdir(parents=True, exist_ok=True)

        @event.listens_for(engine, "connect")
        def prepare(connection: object, _: object) -> None:
            connection.isolation_level = None  # type: ignore[attr-defined]
            connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[attr-defined]
            connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _begin(connection: Connection) -> str | None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    return revision_of(connection)


def _refuse_orphans(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        tables = ", ".join(sorted({str(row[0]) for row in orphans}))
        raise DomainError(f"The migration was undone: it would leave rows that refer to nothing in {tables}.")
