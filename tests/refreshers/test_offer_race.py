"""Offers of freed seats under two who act at once: real processes, both databases, a negative control beside each."""

from datetime import UTC, date, datetime, timedelta
from time import sleep

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.refreshers import services
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.days import lock_day, seats_taken
from accreditation.refreshers.rules import ENDED
from accreditation.refreshers.services import answering as answering_module
from accreditation.refreshers.services import days as days_module
from accreditation.refreshers.services import offers as offers_module
from tests import factories
from tests.racing import SECONDS, race, slow_down

DAY = date(2027, 2, 2)
NOON = datetime(2027, 2, 2, 12, tzinfo=UTC)
UNTIL = datetime(2027, 2, 3, 12, tzinfo=UTC)
"""The end of the offer, exclusive: a day's hours after NOON."""


@pytest.fixture
def line(app, today):
    """A day with one seat: on offer to whoever lapses in March, while two more wait. Ids of the day and the offer."""
    day_id = factories.refresher_day(capacity=1).id
    seated = factories.booking(factories.person().id, day_id)
    trained = (date(2026, 3, 15), date(2026, 5, 1), date(2026, 6, 1))
    offer, *_ = [factories.booking(factories.accredited_mediator(trained_on=on).id, day_id) for on in trained]
    with transaction():
        services.cancel_booking(seated.id, on=DAY, at=NOON)
    assert db.session.get_one(Booking, offer.id).answer_by == UNTIL
    return day_id, offer.id


def states(day_id: int) -> list[str]:
    """What the bookings of the day that are not over have come to."""
    db.session.expire_all()
    live = select(Booking.state).where(Booking.day_id == day_id, Booking.state.not_in(ENDED))
    return sorted(db.session.scalars(live))


def letters(template: str) -> int:
    wanted = Letter.template == f"email/refreshers/{template}.txt"
    return db.session.scalar(select(func.count()).select_from(Letter).where(wanted)) or 0


def on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


# --- two who offer the same freed seat -------------------------------------------------------------------------------


def fill(day_id: int) -> str:
    slow_down(offers_module, "seats_taken")
    lock_day(day_id)
    return str(len(services.fill_freed_seats(day_id, on=DAY, at=NOON)))


@pytest.fixture
def freed(line):
    """The same, with one seat more that nobody has been offered yet."""
    day_id, _ = line
    with transaction():
        db.session.get_one(RefresherDay, day_id).capacity = 2
    return day_id


def test_two_schedulers_offer_a_freed_seat_to_one(app, freed):
    assert race(app.config["SETTINGS"], fill, (freed,), (freed,)) == ["0", "1"]
    assert states(freed) == ["offered", "offered", "waitlisted"]
    assert letters("seat_freed") == 2  # the offer before, and this one


def test_without_the_guards_both_believe_that_they_have_offered_it(app, freed):
    answers = race(app.config["SETTINGS"], fill, (freed,), (freed,), guarded=False)
    assert answers == (["1", "crashed"] if on_sqlite() else ["1", "1"])


# --- an answer at the last moment, and the clock ---------------------------------------------------------------------


def accept(booking_id: int, seconds: float = 0.0) -> str:
    """Take the offer a second before it ends; `seconds`: how much longer this takes than what races with it."""
    slow_down(answering_module, "other_days_at_the_time")
    quick = answering_module.other_days_at_the_time
    answering_module.other_days_at_the_time = lambda *args: (quick(*args), sleep(seconds))[0]
    return services.accept_offer(booking_id, on=DAY, at=UNTIL - timedelta(seconds=1)).state


def accept_or_end(what: str, number: int) -> str:
    if what == "accept":
        return accept(number)
    slow_down(offers_module, "seats_taken")
    return f"ended {services.end_overdue_offers(number, on=DAY, at=UNTIL)}"


def test_an_answer_at_the_last_moment_or_the_clock_wins_and_never_both(app, line):
    day_id, offer_id = line
    answers = race(app.config["SETTINGS"], accept_or_end, ("accept", offer_id), ("end", day_id))
    assert answers in (["booked", "ended 0"], ["ended 1", "refused"])
    assert seats_taken(day_id) == 1
    if "booked" in answers:
        assert states(day_id) == ["booked", "waitlisted", "waitlisted"]
        assert letters("offer_over") == 0
    else:
        assert states(day_id) == ["offered", "waitlisted"]
        assert letters("booked") == 1  # of the seat that was given back; none for who came too late


def test_without_the_guards_the_seat_is_taken_and_given_on(app, line):
    day_id, offer_id = line
    answers = race(app.config["SETTINGS"], accept_or_end, ("accept", offer_id), ("end", day_id), guarded=False)
    if on_sqlite():
        assert "crashed" in answers
    else:
        assert answers == ["booked", "ended 1"]
        assert seats_taken(day_id) == 2  # of one


# --- a day called off while somebody takes a seat on it --------------------------------------------------------------


def accept_or_call_off(what: str, number: int) -> str:
    if what == "accept":
        return accept(number, SECONDS)
    slow_down(days_module, "_cancellable")
    return f"called off {services.cancel_day(number, because=None, on=DAY, at=NOON)}"


def test_nobody_has_a_seat_on_a_day_that_is_called_off(app, line):
    day_id, offer_id = line
    answers = race(app.config["SETTINGS"], accept_or_call_off, ("accept", offer_id), ("off", day_id))
    assert answers in (["booked", "called off 3"], ["called off 3", "refused"])
    assert states(day_id) == []
    assert letters("day_cancelled") == 3


def test_without_the_guards_somebody_has(app, line):
    day_id, offer_id = line
    answers = race(app.config["SETTINGS"], accept_or_call_off, ("accept", offer_id), ("off", day_id), guarded=False)
    if on_sqlite():
        assert "crashed" in answers
    else:
        assert answers == ["booked", "called off 3"]
        assert states(day_id) == ["booked"]  # on a day that does not take place
