"""The database: its models' base, its one way to write, and what must hold on SQLite and PostgreSQL alike."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from time import monotonic, sleep
from typing import Any, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DDL, DateTime, Dialect, MetaData, Table, TypeDecorator, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column, registry

try:
    from pysqlite3 import dbapi2
except ImportError:  # no build of it for this platform: doctor and the status page say so
    import sqlite3 as dbapi2

BEGIN_WRITE = "BEGIN IMMEDIATE"
BUSY_SECONDS = 10  # how long a writer waits for its turn before the page says "try again"

PAUSES = ((0.02, 0.004), (0.06, 0.002), (BUSY_SECONDS, 0.001))
"""On SQLite: up to so many seconds of waiting, so many seconds between two looks whether it is one's turn."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware on both databases. A naive datetime is refused: nobody knows when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables. `__audited__ = False` on a model keeps its changes out of the audit trail: say there why."""

    registry = registry(metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: Moment})
    __audited__ = True


class Record(Base):
    """A row with an id of its own."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
M = TypeVar("M", bound=type[Base])


def only_where(condition: str) -> dict[str, Any]:
    """Keyword arguments that make an Index partial on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


# --- writing -------------------------------------------------------------------------------------------------------


@contextmanager
def transaction() -> Iterator[None]:
    """The only place that commits. What was read before it is forgotten: services fetch again inside.

    Raises RuntimeError inside another one: only views, jobs and commands open a transaction.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("transaction() inside transaction(): only views, jobs and commands open one")
    session.rollback()  # ends the read transaction
    session.expire_all()
    session.info["writing"] = True
    try:
        session.connection(execution_options={"writing": True})  # begins here, not at the first change
        yield
        session.flush()
        for before_commit in BEFORE_COMMIT:
            before_commit(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("changes", None)
        session.info["writing"] = False


def rows_of(statement: Any, values: dict[str, Any] | None = None) -> Any:
    """What a statement of columns (never of models) finds, without what the ORM does beside: half the time of asking.

    For what every page or every first page asks. Within a transaction that writes it sees what was changed, as ever.
    """
    session = db.session()
    if session.info.get("writing"):
        return session.execute(statement, values)
    return session.connection().execute(statement, values or {})


Answer = TypeVar("Answer")


def read_once(key: str, ask: Callable[[], Answer]) -> Answer:
    """What `ask` says, asked once until the read transaction ends; while writing it is asked every time.

    For the few things that every page asks for again and again. The answer is shared: nobody changes it.
    """
    session = db.session()
    if session.info.get("writing") and not session.info.get("only_reading"):
        return ask()
    known: dict[str, Any] = session.info.setdefault("read_once", {})
    if key not in known:
        known[key] = ask()
    answer: Answer = known[key]
    return answer


def read_already(key: str, answer: object) -> None:
    """What `read_once` would say, where somebody has read it for many at once. For parts that only read."""
    session = db.session()
    if not session.info.get("writing") or session.info.get("only_reading"):
        session.info.setdefault("read_once", {})[key] = answer


@contextmanager
def only_reading() -> Iterator[None]:
    """A part of a writing transaction that changes nothing: within it, too, what is `read_once` is asked once."""
    info = db.session().info
    info["only_reading"] = True
    try:
        yield
    finally:
        info.pop("only_reading", None)
        if info.get("writing"):
            info.pop("read_once", None)


@event.listens_for(Session, "after_transaction_end")
def forget_what_was_read_once(session: Session, _: object) -> None:
    session.info.pop("read_once", None)


def database_stamp() -> tuple[object, ...]:
    """Equal to an earlier answer only if nobody has written anything in between, this process included.

    Asked first in a transaction. It may differ without a change that matters: then somebody looks again for nothing.
    """
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        return (connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar(),)
    # What others have committed, what this connection has changed, and which connection it is.
    others = connection.exec_driver_sql("PRAGMA data_version").scalar()
    driver = connection.connection.dbapi_connection
    number = connection.info.setdefault("number", next(CONNECTIONS))
    return (number, others, getattr(driver, "total_changes", None))


def stamp_after_own_writes(before: tuple[object, ...]) -> tuple[object, ...] | None:
    """The stamp as it will be if nobody but this transaction has written since `before`, its own first answer.

    Asked last in a transaction that wrote something, which is what gives it a number on PostgreSQL: where nobody else
    was at work it is the next one, and with any other the stamp will be another than this. None: others were at work.
    """
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        driver = connection.connection.dbapi_connection
        return (*before[:2], getattr(driver, "total_changes", None))
    oldest, following, running = str(before[0]).split(":")
    return (f"{int(following) + 1}:{int(following) + 1}:",) if oldest == following and not running else None


CONNECTIONS = count(1)


BEFORE_COMMIT: list[Any] = []
"""Called with the session when a transaction is complete but for its commit: the audit trail closes it here."""


def insert_if_absent(model: type[Record], **values: Any) -> int | None:
    """Insert unless a unique constraint holds such a row; the new id, or None. Right with any number of writers."""
    new_id: int | None = db.session.scalar(_insert_or_nothing(model, values).returning(model.id))
    return new_id


def insert_many(model: type[Record], rows: list[dict[str, Any]], *, returning: Sequence[Any] = ()) -> list[Any]:
    """The same for many rows, in few statements; what is asked for of those that were new, in no order.

    For tables outside the audit trail: every row has the same columns, and no default of the model is filled in.
    """
    if not rows:
        return []
    if model.__audited__:
        raise RuntimeError(f"adding {model.__name__} in bulk would escape the audit trail")
    dialect = db.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = model.__table__
    assert isinstance(table, Table)
    statement = insert(table).on_conflict_do_nothing()
    if not returning:
        db.session.execute(statement, rows)
        return []
    return list(db.session.execute(statement.returning(*returning), rows))


def insert_unless_there(model: type[Base], **values: Any) -> None:
    """The same for a row that has a key of its own in place of an id."""
    db.session.execute(_insert_or_nothing(model, values))


def _insert_or_nothing(model: type[Base], values: dict[str, Any]) -> Any:
    dialect = db.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(model).values(**values).on_conflict_do_nothing()


class StrayChange(RuntimeError):
    """Something was to be written outside transaction()."""


@event.listens_for(Session, "before_flush")
def refuse_stray_changes(session: Session, *_: object) -> None:
    if not session.info.get("writing") and (session.new or session.dirty or session.deleted):
        raise StrayChange("a row was changed outside transaction()")


@event.listens_for(Session, "do_orm_execute")
def refuse_stray_statements(state: ORMExecuteState) -> None:
    """A bulk statement must be inside a transaction, and must not slip past the audit trail."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    if not state.session.info.get("writing"):
        raise StrayChange("a statement that changes rows ran outside transaction()")
    mapper = state.bind_mapper
    if (state.is_update or state.is_delete) and mapper is not None and getattr(mapper.class_, "__audited__", True):
        raise RuntimeError(
            f"a bulk change of {mapper.class_.__name__} would escape the audit trail: load and change rows"
        )


# --- connections ---------------------------------------------------------------------------------------------------


def engine_options(url: str) -> dict[str, Any]:
    """What create_engine is given for this URL."""
    if url.startswith("sqlite"):
        return {"module": sqlite_module(), "connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
    settings = f"-c timezone=UTC -c lock_timeout={BUSY_SECONDS * 1000} -c idle_in_transaction_session_timeout=120000"
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": 5, "options": settings}}


def sqlite_module() -> Any:
    """pysqlite3 from PyPI where it is installed, whose SQLite is past the WAL-reset fix (3.51.3); else Python's own."""
    return dbapi2


def prepare_engine(engine: Engine) -> None:
    """Hook up what SQLite needs to keep its word; PostgreSQL needs none of it."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", begin_on_sqlite)


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # begin_on_sqlite alone decides when a transaction begins
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "secure_delete = ON",
        "cache_size = -65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def begin_on_sqlite(connection: Connection) -> None:
    """SQLite has one writer: a writing transaction takes its place before it reads."""
    if connection.get_execution_options().get("writing"):
        _begin_in_turn(connection)
    else:  # the driver's own way, once for every page
        raw: Any = connection.connection.dbapi_connection
        raw.execute("BEGIN")


def _begin_in_turn(connection: Connection) -> None:
    """Begin for writing once nobody else does; after BUSY_SECONDS the database says that it is locked.

    SQLite's own way of waiting looks every millisecond at first and ever more seldom then: under steady writing whoever
    has waited longest comes last, and some for longer than they may. Here they look the oftener the longer they wait.
    """
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        began = monotonic()
        while (waited := monotonic() - began) < BUSY_SECONDS:
            try:
                raw.execute(BEGIN_WRITE)
            except dbapi2.OperationalError as refusal:
                if "locked" not in str(refusal):
                    break
                pause = next(pause for until, pause in PAUSES if waited < until)
                sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
            else:
                return
        connection.exec_driver_sql(BEGIN_WRITE)  # fails as everything does that SQLAlchemy asks, with its own errors
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def init_database(app: Flask, url: str) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


# --- append-only tables --------------------------------------------------------------------------------------------

REFUSE_ON_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
)


def append_only_ddl(table: str, dialect: str) -> list[str]:
    """The statements that make this database itself refuse to change or delete a row of the table."""
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


APPEND_ONLY: set[str] = set()
"""The tables of which rows are never changed."""


def append_only(model: M) -> M:
    """Class decorator: rows are added and never changed, and both databases hold to it whoever asks."""
    table = model.__table__
    assert isinstance(table, Table)
    APPEND_ONLY.add(table.name)
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_ddl(table.name, dialect):
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
    return model


event.listen(
    Base.metadata,
    "before_create",
    DDL(REFUSE_ON_POSTGRESQL.replace("%", "%%")).execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
)
