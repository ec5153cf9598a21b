"""Sessions of a cohort: what is said of one, and what is wrong with it. No clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from accreditation.core.calendar import LONDON


@dataclass(frozen=True)
class SessionPlan:
    """A session as somebody typed it. Moments in UTC; `minutes` of it count as attended (breaks do not)."""

    title: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    venue: str | None = None
    link: str | None = None
    trainers: Sequence[int] = ()


def london_moment(on: date, at: time) -> datetime:
    """That wall time in London as a moment."""
    return datetime.combine(on, at, LONDON).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The day in London on which it falls."""
    return moment.astimezone(LONDON).date()


def faults_of(plan: SessionPlan, starts_on: date, ends_on: date) -> list[str]:
    """What keeps the session from being planned, for a cohort that is taught and assessed on [starts_on, ends_on)."""
    faults = []
    if plan.ends_at <= plan.starts_at:
        faults.append("The session ends before it begins. Check the times.")
    elif plan.minutes > (plan.ends_at - plan.starts_at).total_seconds() / 60:
        faults.append("More hours would count than the session lasts. Check the hours.")
    if plan.minutes <= 0:
        faults.append("Some of the session must count as attended. Enter the hours.")
    if not starts_on <= day_of(plan.starts_at) < ends_on or not starts_on <= day_of(plan.ends_at) < ends_on:
        faults.append("The session lies outside the days of the cohort. Change those first.")
    return faults
