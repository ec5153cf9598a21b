"""Refresher days and seats on them."""

from dataclasses import asdict
from datetime import date, time
from itertools import count

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.people.models import Person
from accreditation.refreshers import services
from accreditation.refreshers.models import (
    Booking,
    DatesAway,
    PlannedDay,
    PlannedExtraDay,
    PlannedSeat,
    RefresherDay,
    RefresherPlan,
)
from accreditation.refreshers.rules import Details
from accreditation.refreshers.rules.planning.asked import Asked
from accreditation.refreshers.services import planning
from tests.factories.days import TODAY
from tests.factories.people import person

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


def asked_plan(**changes) -> Asked:
    """A plan for everybody whose refresher ends before 1 June 2027, on days from 3 February on."""
    described = {
        "scheme": "INHOUSE-WPM",
        "requirement": "refresher",
        "unit_id": None,
        "made_on": TODAY,
        "starts_on": date(2027, 2, 3),
        "ends_on": date(2027, 6, 1),
    }
    return Asked(**{**described, **changes})


def refresher_plan(**changes) -> RefresherPlan:
    """A draft of such a plan. Who needs a seat, and the days, have to be there already."""
    asked, maker = asked_plan(**changes), person()
    drawn = planning.draw_up(asked)
    with transaction():
        return planning.keep_plan(asked, drawn, made_by=maker.id, now=clock.now())


def dates_away(person_id: int, first: date, last: date) -> DatesAway:
    with transaction():
        return planning.add_dates_away(
            person_id, first=first, last=last, on=TODAY, now=clock.now(), entered_by=person_id
        )


def plan_naming(who: Person, day_id: int) -> RefresherPlan:
    """A draft for the person's unit in which they sit on that day, and another day is proposed."""
    day = db.session.get_one(RefresherDay, day_id)
    with transaction():
        plan = RefresherPlan(
            **asdict(asked_plan(unit_id=who.unit_id)),
            made_by=who.id,
            made_at=clock.now(),
            state="draft",
            version=1,
            weighed=True,
            at_least=1,
        )
        db.session.add(plan)
        db.session.flush()
        window = {"opens_on": TODAY, "lapses_on": date(2027, 5, 1)}
        db.session.add(PlannedSeat(plan_id=plan.id, person_id=who.id, day_id=day_id, locked=True, **window))
        db.session.add(PlannedDay(plan_id=plan.id, day_id=day_id, held_on=day.held_on, seats=12))
        db.session.add(PlannedExtraDay(plan_id=plan.id, held_on=date(2027, 4, 6), seats=12))
    return plan
