"""Renewing everybody because what everybody is judged by has changed: another main scheme.

It is asked for in the transaction of the change and done batch by batch afterwards, by whoever comes by: the page that
asked, the scheduler, or the next process after a kill.
"""

from typing import cast

from sqlalchemy import Table, delete, insert, select

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.settings import Setting
from accreditation.standing.services.projecting import refresh_next

AFTER = "rebuild_after"
"""The id of the last person done; not there: nothing is asked for. No person sets it, so the trail leaves it out."""


def ask_for_rebuild() -> None:
    """From the first person on, also when another one was under way."""
    _remember(0)


def rebuild_is_asked_for() -> bool:
    return _after() is not None


def rebuild_next() -> bool:
    """Renew the next batch; whether that was all. Two processes at once do some people twice, and nobody not at all."""
    after = _after()
    if after is None:
        return True
    last, people = refresh_next(after)
    now = _after()
    if now is None or now < after:  # somebody finished it, or asked anew from the beginning
        return now is None
    _remember(last if people else None)
    if not people:
        audit.note("judged everybody anew", subject=("setting", 0))  # counts that are kept are counted again
    return not people


def _after() -> int | None:
    value = db.session.execute(select(Setting.value).where(Setting.name == AFTER)).scalar()
    return None if value is None else int(value)


def _remember(after: int | None) -> None:
    table = cast(Table, Setting.__table__)
    connection = db.session.connection()
    connection.execute(delete(table).where(table.c.name == AFTER))
    if after is not None:
        connection.execute(insert(table).values(name=AFTER, value=str(after)))
