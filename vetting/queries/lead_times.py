"""Times from submission to decision. Sums over everybody: data/field-access.csv, "lead times and forecasts"."""

from datetime import date

from sqlalchemy import func, select

from accreditation.core.calendar import anniversary
from accreditation.core.database import db
from accreditation.core.sql import DaysBetween
from accreditation.standing.queries.lead_times import lead_times
from vetting.models import ClearanceApplication
from vetting.rules.lead_times import MONTHS_BACK, Times, times_of
from vetting.rules.levels import levels

DECISIONS = ("granted", "granted_with_conditions", "refused")
"""What counts as decided. A discontinued application is one that was stopped without a decision."""


def decision_times(on: date, level: str | None = None) -> dict[str, Times]:
    """By level, of the decisions of the last months up to the day, inclusive."""
    row = ClearanceApplication
    took = DaysBetween(row.decided_on, row.submitted_on)
    query = select(row.level, took, func.count()).group_by(row.level, took)
    query = query.where(
        row.decided_on > anniversary(on, -MONTHS_BACK),
        row.decided_on <= on,
        row.state.in_(DECISIONS),
        row.submitted_on.is_not(None),
        row.struck_out_on.is_(None),
    )
    if level is not None:
        query = query.where(row.level == level)
    days: dict[str, list[int]] = {}
    for found, each, number in db.session.execute(query):
        days.setdefault(found, []).extend([each] * number)
    return {found: times for found, listed in days.items() if (times := times_of(listed))}


def lead_days() -> dict[str, int]:
    """By level: days from submission to decision that are reckoned with, as learned here or as the service has set."""
    known = lead_times()
    usual = known.learned.get(("clearance", ""))
    days = usual.days if usual else known.clearance_days
    learned = {level: known.learned.get(("clearance", level)) for level in levels()}
    return {level: lead.days if lead else days for level, lead in learned.items()}
