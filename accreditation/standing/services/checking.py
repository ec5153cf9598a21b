"""Keeping what a check found. Callers hold the transaction; the walk itself is queries/checking.py and only reads."""

from dataclasses import dataclass, field
from datetime import datetime

from accreditation.core.audit import AuditReport
from accreditation.core.database import db
from accreditation.standing.models import CheckRun
from accreditation.standing.queries.checking import Checked

NAMED = 20
"""Of those that differ, so many are named in the row: enough to begin with, however many there are."""


@dataclass
class Tally:
    """What a walk has found so far: a few numbers, however many people there are."""

    people: int = 0
    differing: int = 0
    first_ids: list[int] = field(default_factory=list)

    def add(self, batch: Checked) -> None:
        self.people += batch.people
        self.differing += len(batch.differing)
        self.first_ids += batch.differing[: NAMED - len(self.first_ids)]


def record_check(
    tally: Tally, trail: AuditReport, *, started_at: datetime, ended_at: datetime, channel: str
) -> CheckRun:
    """The row that pages read. `channel`: "scheduler" or "command"."""
    run = CheckRun(
        started_at=started_at,
        ended_at=ended_at,
        channel=channel,
        people=tally.people,
        differing=tally.differing,
        first_ids=tuple(str(person_id) for person_id in tally.first_ids),
        trail_entries=trail.entries,
        trail_broken_at=trail.broken_at,
        trail_reason=trail.reason,
    )
    db.session.add(run)
    db.session.flush()
    return run
