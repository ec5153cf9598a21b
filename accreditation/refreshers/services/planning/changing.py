"""Changing a plan by hand: another day for somebody, a lock, days to add, giving it up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.refreshers.models import PlannedSeat
from accreditation.refreshers.queries.planning import plan_facts
from accreditation.refreshers.queries.plans import asked_of, seat_of
from accreditation.refreshers.rules import Details
from accreditation.refreshers.services.days import add_day
from accreditation.refreshers.services.planning.making import lock_draft
from accreditation.web.words import day as in_words


def move_seat(plan_id: int, person_id: int, day_id: int | None, *, version: int, on: date) -> PlannedSeat:
    """Sit the person on another day and lock them there; None takes their seat away. By the facts as they stand.

    Raises DomainError where they cannot make that day or the plan has no seat left on it, Conflict for a stale page.
    """
    kept = lock_draft(plan_id, version)
    seat = seat_of(plan_id, person_id)
    if day_id is not None:
        facts = plan_facts(asked_of(kept, on))
        day = next((one for one in facts.days if one.day_id == day_id), None)
        need = next((one for one in facts.needs if one.person_id == person_id), None)
        if day is None:
            raise DomainError(
                "That day cannot be planned any more: it is cancelled, over, or not for this requirement."
            )
        if need is None:
            raise DomainError(f"{seat.person.name} needs no seat from this plan any more.")
        if not need.can_sit(day):
            raise DomainError(
                f"{seat.person.name} cannot sit on {in_words(day.held_on)}: it is outside their window, or they are "
                "away or booked elsewhere at that time."
            )
        if day_id != seat.day_id and _sitting(plan_id, day_id) >= day.seats:
            raise DomainError(
                f"The plan has no seat left on {in_words(day.held_on)}. Move somebody else away from it first."
            )
    seat.day_id, seat.locked = day_id, day_id is not None
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


def _sitting(plan_id: int, day_id: int) -> int:
    query = select(func.count()).select_from(PlannedSeat)
    return db.session.scalar(query.where(PlannedSeat.plan_id == plan_id, PlannedSeat.day_id == day_id)) or 0
