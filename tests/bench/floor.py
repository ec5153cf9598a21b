"""The bare floor: the same rows with one statement through the driver, and the same template. No framework between."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, template_rendered
from sqlalchemy.engine import make_url

from accreditation.core.database import dbapi2
from tests.bench.databases import Service
from tests.bench.timing import timer

COLUMNS = (
    "p.id, p.reference, p.given_name, p.family_name, p.sort_name, p.pay_number, p.unit_id, u.name, "
    "s.starts_on, s.ends_on, s.verdict, s.limiting_requirement, s.limiting_end, s.failing"
)
ROWS = 51
"""A page and the one row more that tells whether another follows."""


@dataclass(frozen=True)
class Question:
    """A page of the register: its address, and the conditions that say the same in SQL. `on`: of that day."""

    name: str
    path: str
    conditions: tuple[tuple[str, Any], ...] = ()
    order: str = "p.sort_name, p.id"
    on: date | None = None

    def statements(self, mark: str) -> list[str]:
        """Two ways to ask: as the planner likes it, and by a walk through people in their order."""
        asked = [text for text, _ in self.conditions]
        walked = [
            text.replace("s.verdict", "coalesce(s.verdict, '')").replace(
                "s.limiting_end", "coalesce(s.limiting_end, '9999-12-31')"
            )
            for text in asked
        ]
        ways = (("JOIN standing_period s ON s.person_id = p.id", asked), (WALK, walked))
        return [self._statement(join, conditions).replace("?", mark) for join, conditions in ways]

    def _statement(self, join: str, asked: list[str]) -> str:
        on_the_day = ["s.person_id = p.id", "s.edition = ?", "s.starts_on <= ?", "s.ends_on > ?"]
        return (
            f"SELECT {COLUMNS} FROM person p {join} LEFT JOIN unit u ON u.id = p.unit_id "
            f"WHERE {' AND '.join([*on_the_day, *asked])} ORDER BY {self.order} LIMIT {ROWS}"
        )

    def values(self, on: date) -> list[Any]:
        return ["INHOUSE-WPM", on, on, *(value for _, value in self.conditions)]


WALK = "CROSS JOIN standing_period s"
"""SQLite keeps the order of a cross join; PostgreSQL takes it for any other."""


def raw_connection(url: str) -> tuple[Any, str, Callable[[Any], Any]]:
    """A connection of the driver itself, its parameter mark, and what it wants a date as."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        connection = dbapi2.connect(parts.database)
        connection.execute("PRAGMA cache_size = -65536")
        connection.create_function("regexp", 2, _has_pattern, deterministic=True)  # as SQLAlchemy gives it to SQLite
        return connection, "?", lambda value: value.isoformat() if isinstance(value, date) else value
    import psycopg

    plain = parts.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True), "%s", lambda value: value


def _has_pattern(pattern: str, text: str | None) -> bool | None:
    return None if text is None else re.search(pattern, text) is not None


def captured(app: Flask, fetch: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    """The template that a page was made of, and everything it was given."""
    seen: list[tuple[Any, dict[str, Any]]] = []

    def keep(sender: Flask, template: Any, context: dict[str, Any], **extra: Any) -> None:
        seen.append((template, context))

    with template_rendered.connected_to(keep, app):
        fetch()
    return seen[-1]


class Floor:
    """Answers a question as cheaply as can be: one statement, fetched to the end, and the page's own template.

    Of the two ways to ask, the faster one on this database.
    """

    def __init__(self, service: Service, question: Question, on: date) -> None:
        connection, mark, adapt = raw_connection(service.url)
        self._cursor = connection.cursor()
        self._values = [adapt(value) for value in question.values(question.on or on)]
        self._sql = min(question.statements(mark), key=self._seconds)
        self._app, self._path = service.app, question.path
        self._template, context = captured(service.app, lambda: service.client.get(question.path))
        self._context = {name: value for name, value in context.items() if name not in {"request", "session", "g"}}

    def _seconds(self, sql: str) -> float:
        taken = []
        for _ in range(4):
            began = timer()
            self._cursor.execute(sql, self._values)
            self._cursor.fetchall()
            taken.append(timer() - began)
        return min(taken)

    def rows(self) -> list[Any]:
        self._cursor.execute(self._sql, self._values)
        return list(self._cursor.fetchall())

    def page(self) -> str:
        return str(self._template.render(self._context))

    def in_request(self) -> Any:
        """Where a template can build addresses; outside of what is measured."""
        return self._app.test_request_context(self._path)
