"""The last seat, taken by two at once, in processes of their own on both databases."""

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.refreshers import services
from accreditation.refreshers.models import Booking
from accreditation.refreshers.queries.days import seats_taken
from accreditation.refreshers.services import bookings as bookings_module
from tests import factories
from tests.racing import race, slow_down


def take_a_seat(person_id: int, day_id: int) -> str:
    slow_down(bookings_module, "seats_taken")
    return services.book_seat(person_id, day_id, on=factories.TODAY, booked_by=person_id).state


def take_or_wait(person_id: int, day_id: int) -> str:
    slow_down(bookings_module, "seats_taken")
    return services.book_seat(person_id, day_id, on=factories.TODAY, booked_by=person_id, or_wait=True).state


@pytest.fixture
def two_people(app):
    return factories.person(), factories.person()


def test_the_last_seat_is_taken_once(app, two_people):
    day_id = factories.refresher_day(capacity=1).id
    arguments = [(one.id, day_id) for one in two_people]
    assert race(app.config["SETTINGS"], take_a_seat, *arguments) == ["booked", "refused"]
    assert seats_taken(day_id) == 1


def test_who_comes_second_waits(app, two_people):
    day_id = factories.refresher_day(capacity=1).id
    arguments = [(one.id, day_id) for one in two_people]
    assert race(app.config["SETTINGS"], take_or_wait, *arguments) == ["booked", "waitlisted"]


def test_somebody_who_presses_twice_has_one_booking(app, two_people):
    day_id, ada = factories.refresher_day(capacity=5).id, two_people[0]
    assert race(app.config["SETTINGS"], take_a_seat, (ada.id, day_id), (ada.id, day_id)) == ["booked", "booked"]
    assert db.session.scalar(select(func.count()).select_from(Booking)) == 1


def test_without_the_guards_the_last_seat_is_lost(app, two_people):
    """The negative control: if this fails, the tests above prove nothing."""
    day_id = factories.refresher_day(capacity=1).id
    arguments = [(one.id, day_id) for one in two_people]
    answers = race(app.config["SETTINGS"], take_a_seat, *arguments, guarded=False)
    if db.engine.dialect.name == "sqlite":
        assert answers == ["booked", "crashed"]  # the second to write finds the database locked: an error page
    else:
        assert answers == ["booked", "booked"]
        assert seats_taken(day_id) == 2  # in a day with one seat
