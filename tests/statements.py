"""Counting what a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from accreditation.core.database import db


@contextmanager
def statements_counted() -> Iterator[list[str]]:
    """The statements that run inside, as they are sent to the database."""
    sent: list[str] = []

    def listen(connection, cursor, statement, *_) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
