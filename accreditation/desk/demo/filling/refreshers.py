"""Refresher days: three years of them with who came, and those to come with who has a seat."""

from collections import defaultdict
from datetime import date, time, timedelta

from accreditation.core.database import db
from accreditation.desk.demo.filling.ground import Ground
from accreditation.desk.demo.plan.people import Mediator
from accreditation.desk.demo.plan.service import MEDIATOR_ADDRESS
from accreditation.refreshers.models import Booking
from accreditation.refreshers.rules import Details, Mark
from accreditation.refreshers.services import add_day, book_seat, cancel_day, invite, record_attendance
from accreditation.standing.rules.verdict import Verdict

THEMES = (
    ("Private meetings and neutrality", "mediation_skills"),
    ("Confidentiality under pressure", "ethics_code_of_practice"),
    ("When risk comes up in the room", "risk_management"),
    ("Handling drafts and notes safely", "information_security"),
    ("Debriefing each other", "wellbeing"),
    ("Role play day: impasse", "mediation_skills"),
)
VENUES = (
    ("Training Centre, Room 2.14", None),
    ("Central Library, Seminar Room B", None),
    (None, "https://meet.example.org/refresher"),
    ("Civic Centre, Council Chamber", "https://meet.example.org/refresher"),
)
SEATS = 16
UPCOMING_SEATS = (12, 16, 16, 20)
CALLED_OFF = 3
"""The day to come, counted from the next, that was called off."""


def fill_refreshers(ground: Ground) -> None:
    came: dict[date, list[Mediator]] = defaultdict(list)
    stayed_away: dict[date, list[Mediator]] = defaultdict(list)
    for mediator in ground.plan.mediators:
        for on in mediator.refreshers:
            came[on].append(mediator)
        for on in mediator.missed:
            stayed_away[on].append(mediator)
    coming = 0
    for number, on in enumerate(ground.plan.refresher_days):
        if on < ground.plan.on:
            if came[on] or stayed_away[on]:
                _hold(ground, number, on, came[on], stayed_away[on])
        else:
            _plan(ground, number, on, coming)
            coming += 1


def _details(number: int, on: date, seats: int) -> Details:
    title, topic = THEMES[number % len(THEMES)]
    venue, link = VENUES[number % len(VENUES)]
    return Details(
        title=title,
        topic=topic,
        held_on=on,
        starts=time(9, 30),
        ends=time(16, 0),
        venue=venue,
        link=link,
        capacity=seats,
        minimum=4,
        trainer=("Aileen Forsyth", "Dr Tobias Mensah", "Northgate Mediation Training")[number % 3],
        joining_text="Coffee from 9am. Bring a case you would like to think about, without names.",
    )


def _hold(ground: Ground, number: int, on: date, came: list[Mediator], stayed_away: list[Mediator]) -> None:
    people = came + stayed_away
    day = add_day(_details(number, on, max(SEATS, len(people) + 1)))
    asked_on = on - timedelta(25)
    bookings = [book_seat(ground.id_of(mediator), day.id, on=asked_on, booked_by=None).id for mediator in people]
    marks = [Mark(booking, "booked", "attended") for booking in bookings[: len(came)]]
    marks += [Mark(booking, "booked", "did_not_attend") for booking in bookings[len(came) :]]
    record_attendance(day.id, marks, on=on, recorded_by=ground.manager)


def _plan(ground: Ground, number: int, on: date, coming: int) -> None:
    """Those whose refresher runs out next are invited to the next day, and half of them have booked."""
    seats = UPCOMING_SEATS[coming % len(UPCOMING_SEATS)]
    day = add_day(_details(number, on, seats))
    today = ground.plan.on
    due = [mediator for mediator in ground.plan.mediators if _needs_it(mediator, today, on)]
    if due and coming < CALLED_OFF:
        invite(day.id, [ground.id_of(mediator) for mediator in due], on=today - timedelta(4), invited_by=ground.manager)
    for mediator in due[::2][: seats - 2]:
        if mediator.email == MEDIATOR_ADDRESS:
            continue  # whoever tries the demo may book it
        if not _booked_already(ground.id_of(mediator)):
            book_seat(ground.id_of(mediator), day.id, on=today - timedelta(2), booked_by=None)
    if coming == CALLED_OFF:
        cancel_day(day.id, because="The trainer is not available. A new date follows.", on=today)


def _booked_already(person_id: int) -> bool:
    return db.session.query(Booking.id).filter_by(person_id=person_id, state="booked").first() is not None


def _needs_it(mediator: Mediator, today: date, held_on: date) -> bool:
    """Works today, and the refresher runs out in the sixty days from the day on: it would keep the anniversary."""
    period = mediator.result.period_on(today) if mediator.result else None
    if period is None or mediator.result is None or period.verdict is not Verdict.DEPLOYABLE:
        return False
    spans = mediator.result.requirements["refresher"]
    until = next((span.ends_on for span in spans if today in span), None)
    return until is not None and held_on < until <= held_on + timedelta(60)
