"""How often the records are opened: the audit trail, counted."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from accreditation.core.audit import AuditEntry
from accreditation.core.calendar import anniversary
from accreditation.core.database import db
from vetting.queries.records import READ

MONTHS = 12


@dataclass(frozen=True)
class MonthOfReads:
    """One month by its first day: looks at full records, at how many people, by how many people."""

    first: date
    times: int
    records: int
    readers: int


def reads_by_month(on: date) -> list[MonthOfReads]:
    """This month and the eleven before it, the latest first. Months are those of UTC, in which the trail is kept."""
    since = anniversary(on.replace(day=1), 1 - MONTHS)
    month = func.substr(AuditEntry.at, 1, 7)
    rows = db.session.execute(
        select(
            month,
            func.count(),
            func.count(AuditEntry.about_id.distinct()),
            func.count(AuditEntry.actor_id.distinct()),
        )
        .where(AuditEntry.action == f"read {READ}", AuditEntry.at >= since.isoformat())
        .group_by(month)
    )
    found = {text: tuple(counts) for text, *counts in rows}
    months = [anniversary(since, ahead) for ahead in range(MONTHS - 1, -1, -1)]
    return [MonthOfReads(first, *found.get(first.isoformat()[:7], (0, 0, 0))) for first in months]
