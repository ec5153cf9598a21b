"""Refresher days and seats on them."""

from datetime import date, time
from itertools import count

from accreditation.core.database import transaction
from accreditation.refreshers import services
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules import Details
from tests.factories.days import TODAY

_serial = count(1)


def day_details(**changes) -> Details:
    described = {
        "title": f"Refresher {next(_serial)}",
        "topic": "risk_management",
        "held_on": date(2027, 3, 2),
        "starts": time(9, 30),
        "ends": time(16, 30),
        "venue": "Empress State Building",
        "link": None,
        "capacity": 12,
    }
    return Details(**{**described, **changes})


def refresher_day(**changes) -> RefresherDay:
    """A planned day: 2 March 2027 with twelve seats unless said otherwise."""
    with transaction():
        return services.add_day(day_details(**changes))


def booking(person_id: int, day_id: int, *, on: date = TODAY, or_wait: bool = True) -> Booking:
    with transaction():
        return services.book_seat(person_id, day_id, on=on, booked_by=person_id, or_wait=or_wait)


def attended(person_id: int, on: date, **details) -> Booking:
    """Somebody who attended a refresher day on that day."""
    with transaction():
        return services.record_past_attendance(person_id, attended_on=on, recorded_by=None, **details)
