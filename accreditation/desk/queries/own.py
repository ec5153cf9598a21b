"""What a mediator sees of themself."""

from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.desk.queries.record import Record, record_from
from accreditation.people.models import Person
from accreditation.people.queries import subject_of
from accreditation.people.rules import Viewer
from accreditation.practice.queries.progress import kept_by_practice
from accreditation.practice.rules.progress import Progress
from accreditation.refreshers.models import Booking
from accreditation.refreshers.queries.bookings import coming_bookings_of
from accreditation.refreshers.queries.days import DayRow, bookable_days
from accreditation.standing.queries.schemes import main_scheme
from accreditation.standing.queries.standing import standing_on
from accreditation.standing.rules.requirements import Recurring
from accreditation.web.guards import scope_asked

OFFERED = 3
SOON_DAYS = 120
"""Days before the end of the refresher's run from which on refresher days are offered; before its window they would
not move the date, so only those that count are."""


@dataclass(frozen=True)
class Seats:
    """Refresher days for somebody who needs one: those booked, and the next ones with a seat, in time if possible."""

    booked: list[Booking]
    offered: list[DayRow]
    needed_by: date | None


def own_person(viewer: Viewer) -> Person:
    """The viewer themself. Raises NotFound for an account whose person is not a mediator's record they may see."""
    scope_asked()
    person = db.session.get(Person, viewer.person_id)
    if person is None or not any(grant.reaches(subject_of(person)) for grant in viewer.grants):
        raise NotFound("There is no record of a mediator for your account.")
    return person


def own_record(viewer: Viewer, on: date) -> tuple[Person, Record, dict[str, Progress]]:
    """The viewer's own, and how much is done of each requirement that is met by what they log, by its code.

    Raises NotFound like `own_person`.
    """
    person = own_person(viewer)
    standing = standing_on(person.id, main_scheme(on), on)
    kept = kept_by_practice(standing, viewer)
    return person, record_from(standing, viewer), {one.status.code: one.progress for one in kept}


def seats_for(person_id: int, record: Record, on: date) -> Seats | None:
    """None when no refresher day is needed soon and none is booked."""
    booked = coming_bookings_of(person_id, on)
    recurring = {
        requirement.code
        for requirement in record.scheme.requirements
        if isinstance(requirement.rule, Recurring) and "refresher" in requirement.rule.kinds
    }
    status = next((status for status in record.requirements if status.code in recurring and status.shown), None)
    needed = status is not None and (
        not status.met or (status.valid_through is not None and status.valid_through <= days_after(on, SOON_DAYS))
    )
    if not needed or status is None:
        return Seats(booked, [], None) if booked else None
    opens_on = status.window_opens_on or on
    counting = [row for row in bookable_days(on, person_id) if row.left and row.day.held_on >= opens_on]
    return Seats(booked, counting[:OFFERED], status.valid_through if status.met else None)
