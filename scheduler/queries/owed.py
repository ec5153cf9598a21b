"""The reminders that a letter speaks of: of one letter, or read for many at once."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select

from accreditation.core.database import db, read_already, read_once
from scheduler.models import Obligation
from scheduler.queries.still_due import read_whether_due


def reminders_of_letter(about_id: int) -> Sequence[Obligation]:
    """Those that are owed in the letter about this reminder, itself among them, in their order."""
    return read_once(_key(about_id), lambda: _owed(or_(Obligation.id == about_id, Obligation.lead_id == about_id)))


def read_reminders_of(about_ids: Collection[int], on: date) -> list[Obligation]:
    """Read what `reminders_of_letter` and `why_no_longer_due` will say of each of these letters on that day.

    The rows, to be kept while they are asked for.
    """
    rows = _owed(or_(Obligation.id.in_(about_ids), Obligation.lead_id.in_(about_ids)))
    for about_id in about_ids:
        read_already(_key(about_id), [row for row in rows if about_id in (row.id, row.lead_id)])
    read_whether_due(rows, on)
    return rows


def _key(about_id: int) -> str:
    return f"reminders of {about_id}"


def _owed(which: ColumnElement[bool]) -> list[Obligation]:
    return list(db.session.scalars(select(Obligation).where(which, Obligation.state == "owed").order_by(Obligation.id)))
