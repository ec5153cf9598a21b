"""How long clearances usually run, and what this service does about those that are overdue."""

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.settings import get_setting
from vetting.models import ReviewPeriod
from vetting.rules.levels import Period, Periods, usual_periods


def review_periods() -> Periods:
    """By level and kind of holder: what the service has set, else what the product comes with."""
    found = dict(usual_periods())
    for row in db.session.scalars(select(ReviewPeriod)):
        found[row.level, row.holder_kind] = Period(row.months, row.certainty, row.source)
    return found


def find_review_period(level: str, holder_kind: str) -> ReviewPeriod | None:
    """The row that this service has set, if it has."""
    return db.session.scalar(
        select(ReviewPeriod).where(ReviewPeriod.level == level, ReviewPeriod.holder_kind == holder_kind)
    )


def overdue_blocks() -> bool:
    """Whether a clearance ends on its date (the default), or stays open and its review becomes a deadline."""
    return get_setting("clearance_overdue") != "review"


def reinstate_months() -> int:
    return int(get_setting("clearance_reinstate_months"))


def early_months() -> int:
    return int(get_setting("clearance_early_months"))
