"""Dates on which somebody cannot come."""

from datetime import date, datetime

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.queries import lock_person
from accreditation.refreshers.models import DatesAway

LONGEST_DAYS = 366


def add_dates_away(person_id: int, *, first: date, last: date, on: date, now: datetime, entered_by: int) -> DatesAway:
    """Days from the first through the last, both inclusive. Raises DomainError with every reason."""
    lock_person(person_id)
    reasons = []
    if last < first:
        reasons.append("The last day must not be before the first.")
    elif (last - first).days >= LONGEST_DAYS:
        reasons.append("Enter at most a year at a time.")
    if last < on:
        reasons.append("These dates are over already.")
    if reasons:
        raise DomainError(*reasons)
    away = DatesAway(
        person_id=person_id,
        starts_on=first,
        ends_on=date.fromordinal(last.toordinal() + 1),
        entered_by=entered_by,
        entered_at=now,
    )
    db.session.add(away)
    db.session.flush()
    return away


def remove_dates_away(away_id: int) -> None:
    """Take the dates back: they can come on them after all. Pressing twice takes them back once."""
    away = db.session.get(DatesAway, away_id, with_for_update=True)
    if away is not None:
        db.session.delete(away)
        db.session.flush()
