"""Rows on their way into tables, numbered here so that they can refer to each other before they are written."""

from collections import defaultdict
from typing import Any, cast

from sqlalchemy import Connection, Table, func, insert, select, text

from accreditation.core.database import Base


class Batch:
    """Collects rows and writes them table by table, in the order in which the tables were named."""

    def __init__(self, connection: Connection, models: list[type[Base]]) -> None:
        self._connection = connection
        self._tables = [cast(Table, model.__table__) for model in models]
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._last = {table.name: self._last_id(table) for table in self._tables if "id" in table.c}

    def _last_id(self, table: Table) -> int:
        return self._connection.scalar(select(func.max(table.c.id))) or 0

    def add(self, model: type[Base], **values: Any) -> int:
        """A row with the next id of its table."""
        name = model.__tablename__
        self._last[name] += 1
        values["id"] = self._last[name]
        self._rows[name].append(values)
        return self._last[name]

    def add_all(self, model: type[Base], rows: list[dict[str, Any]]) -> None:
        """Rows with a key of their own."""
        self._rows[model.__tablename__] += rows

    def write(self) -> int:
        """Everything collected so far; how many rows."""
        written = 0
        for table in self._tables:
            if rows := self._rows.pop(table.name, None):
                self._connection.execute(insert(table), rows)
                written += len(rows)
        if self._connection.dialect.name == "postgresql":
            self._move_sequences()
        return written

    def _move_sequences(self) -> None:
        """PostgreSQL counts by itself, and has to be told how far we came."""
        for name, last in self._last.items():
            self._connection.execute(MOVE_SEQUENCE, {"name": name, "last": max(last, 1), "used": last > 0})


MOVE_SEQUENCE = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last, :used)")
