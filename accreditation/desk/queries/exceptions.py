"""Where an administrator was the second person, for want of a second manager. Says not whom it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from accreditation.core.audit import EXCEPTION, AuditEntry, moment_of
from accreditation.core.database import rows_of
from accreditation.people.models import Person
from accreditation.web.figures import Figure
from accreditation.web.paging import By, Page, page_of

WHAT = {
    "award_decision": "A decision about an accreditation",
    "steering_report": "A report to the steering group",
}


@dataclass(frozen=True)
class ExceptionRow:
    """What was confirmed, when, and by whom; `seq` is its entry in the audit trail."""

    seq: int
    at: datetime
    what: str
    confirmed_by: str


def exceptions_page(*, place: str | None, address: Callable[[str | None], str] | None = None) -> Page[ExceptionRow]:
    """The newest first. Raises DamagedPlace."""
    page = page_of(
        select(AuditEntry, Person).outerjoin(Person, Person.id == AuditEntry.actor_id).where(_is_one()),
        [By(AuditEntry.seq, int, descending=True)],
        place=place,
        key=lambda row: (row[0].seq,),
        address=address,
    )
    rows = [
        ExceptionRow(
            entry.seq,
            moment_of(entry),
            WHAT.get(entry.subject_type or "", (entry.subject_type or "Something else").replace("_", " ")),
            who.name if who else "The command line",
        )
        for entry, who in page.rows
    ]
    return Page(rows, page.next_token, page.previous_token, page.address)


def count_exceptions() -> int:
    """How many `exceptions_page` lists."""
    return int(rows_of(HOW_MANY).scalar_one())


def exceptions_figure() -> Figure:
    return Figure(
        "exceptions", count_exceptions(), "confirmed without a second practice manager", "/exceptions", "soon"
    )


def _is_one() -> ColumnElement[bool]:
    return AuditEntry.action == EXCEPTION


HOW_MANY = select(func.count()).select_from(AuditEntry).where(_is_one())
