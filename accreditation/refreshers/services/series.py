"""Several days planned in one go, and changed together from one of them on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.refreshers.models import RefresherDay
from accreditation.refreshers.queries.days import get_day, later_of_series, lock_day
from accreditation.refreshers.rules import Details
from accreditation.refreshers.services.days import add_day, change_day
from accreditation.web.words import day as in_words


def add_series(details: Details, dates: Iterable[date]) -> list[RefresherDay]:
    """A planned day on each of the dates, alike but for that. Raises DomainError with every reason against them."""
    wanted = sorted(set(dates))
    if not wanted:
        raise DomainError("Choose at least one date.")
    days = [add_day(replace(details, held_on=on)) for on in wanted]
    if len(days) > 1:
        for day in days:
            day.series_id = days[0].id
    db.session.flush()
    return days


def change_this_and_later(
    day_id: int, details: Details, *, version: int, on: date, at: datetime | None = None
) -> list[RefresherDay]:
    """Describe the day and the later planned ones of its series anew; how far it moves, they move.

    Raises Conflict for a stale page, DomainError with the reasons of each day that cannot be so: then none is changed.
    """
    found = [day_id, *(one.id for one in later_of_series(get_day(day_id)))]
    for locked_id in sorted(found):  # in the order of everybody who holds several days
        lock_day(locked_id)
    before = get_day(day_id)
    moved = (details.held_on - before.held_on).days
    later = [(one.id, one.held_on, one.version) for one in later_of_series(before) if one.id in found]
    changed = [change_day(day_id, details, version=version, on=on, at=at)]
    reasons: list[str] = []
    for other_id, held_on, seen in later:
        theirs = replace(details, held_on=held_on + timedelta(days=moved))
        try:
            changed.append(change_day(other_id, theirs, version=seen, on=on, at=at))
        except DomainError as refusal:
            reasons += [f"{in_words(held_on)}: {reason}" for reason in refusal.reasons]
    if reasons:
        raise DomainError(*reasons)
    return changed
