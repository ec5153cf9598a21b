"""Changing a plan by hand: another day for somebody, a lock, days to add, giving it up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.refreshers.models import PlannedSeat
from accreditation.refreshers.queries.planned_seats import reasons_against_days, seat_of
from accreditation.refreshers.rules import Details
from accreditation.refreshers.services.days import add_day
from accreditation.refreshers.services.planning.making import lock_draft


def move_seat(
    plan_id: int, person_id: int, day_id: int | None, *, version: int, on: date, locked: bool = True
) -> PlannedSeat:
    """Sit the person on another day and lock them there; None takes their seat away. By the facts as they stand.

    `locked` False sits them there without a lock, as when a move is undone. Raises DomainError where they cannot make
    that day or the plan has no seat left on it, Conflict for a stale page.
    """
    kept = lock_draft(plan_id, version)
    seat = seat_of(plan_id, person_id)
    if day_id is not None:
        against = reasons_against_days(kept, seat, on=on)
        if day_id not in against:
            raise DomainError(
                "That day cannot be planned any more: it is cancelled, over, or not for this requirement."
            )
        if reason := against[day_id]:
            raise DomainError(reason)
    seat.day_id, seat.locked = day_id, locked and day_id is not None
    kept.version += 1
    audit.note("moved in a plan", subject=("refresher_plan", plan_id), about_id=person_id, day_id=day_id)
    db.session.flush()
    return seat


def lock_seat(plan_id: int, person_id: int, *, locked: bool, version: int) -> PlannedSeat:
    """Keep the person where they sit when the plan is worked out again, or let them be moved. Raises DomainError."""
    kept = lock_draft(plan_id, version)
    seat = seat_of(plan_id, person_id)
    if locked and seat.day_id is None:
        raise DomainError(f"{seat.person.name} has no seat that could be locked.")
    if seat.locked != locked:
        seat.locked = locked
        kept.version += 1
        audit.note(
            "locked in a plan" if locked else "unlocked in a plan",
            subject=("refresher_plan", plan_id),
            about_id=person_id,
        )
    db.session.flush()
    return seat


def add_extra_days(plan_id: int, details: Details, dates: Sequence[date], *, version: int, on: date) -> list[int]:
    """Plan a refresher day on each of these dates, described alike; the ids of the days.

    Raises DomainError with the reasons why a day cannot be so, Conflict for a stale page.
    """
    kept = lock_draft(plan_id, version)
    if not dates:
        raise DomainError("Choose at least one day to add.")
    if min(dates) < on:
        raise DomainError("One of these days is over by now. Plan again, and add the days that are proposed then.")
    days = [add_day(replace(details, held_on=on)).id for on in sorted(dates)]
    kept.version += 1
    db.session.flush()
    return days


def discard_plan(plan_id: int, *, version: int) -> None:
    """Give the plan up; nobody was told of it. It stays to be looked at."""
    kept = lock_draft(plan_id, version)
    kept.state = "discarded"
    kept.version += 1
    db.session.flush()
