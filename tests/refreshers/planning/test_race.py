"""Publishing while somebody else publishes, books or changes: real processes on both databases."""

from datetime import date

import pytest
from sqlalchemy import func, select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.refreshers import services as days
from accreditation.refreshers.models import Booking, PlannedSeat, RefresherPlan
from accreditation.refreshers.queries.days import seats_taken
from accreditation.refreshers.services import bookings as bookings_module
from accreditation.refreshers.services import planning
from accreditation.refreshers.services.planning import changing, publishing
from tests import factories
from tests.racing import race, slow_down

TODAY = factories.TODAY


@pytest.fixture
def published(app, today):
    """One person on a day with one seat, being published: the ids of the planned seat, the day and the person."""
    ada = factories.accredited_mediator(trained_on=date(2026, 3, 20))
    day = factories.refresher_day(capacity=1)
    plan = factories.refresher_plan()
    with transaction():
        planning.start_publishing(plan.id, version=1, published_by=plan.made_by, now=clock.now())
    (seat_id, day_id), *_ = planning.next_to_publish(plan.id)
    assert day_id == day.id
    return seat_id, day_id, ada.id


def publish(seat_id: int, day_id: int) -> str:
    slow_down(publishing, "find_live_booking")
    slow_down(bookings_module, "seats_taken")  # what is read last, so that a machine under load does not part them
    return str(planning.publish_seat(seat_id, day_id, on=TODAY).outcome)


def publish_or_book(what: str, number: int, day_id: int) -> str:
    slow_down(bookings_module, "seats_taken")  # the last thing that either reads
    if what == "publish":
        return str(planning.publish_seat(number, day_id, on=TODAY).outcome)
    return days.book_seat(number, day_id, on=TODAY, booked_by=number).state


def move(plan_id: int, person_id: int) -> str:
    slow_down(changing, "seat_of")
    planning.move_seat(plan_id, person_id, None, version=1, on=TODAY)
    return "moved"


def on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def bookings() -> int:
    return db.session.scalar(select(func.count()).select_from(Booking))


def test_two_who_publish_at_once_book_and_write_once(app, published):
    seat_id, day_id, _ = published
    assert race(app.config["SETTINGS"], publish, (seat_id, day_id), (seat_id, day_id)) == ["booked", "booked"]
    assert (bookings(), db.session.scalar(select(func.count()).select_from(Letter))) == (1, 1)


def test_without_the_guards_they_are_in_each_others_way(app, published):
    """The negative control: somebody gets an error page, as the unique index alone then holds."""
    seat_id, day_id, _ = published
    answers = race(app.config["SETTINGS"], publish, (seat_id, day_id), (seat_id, day_id), guarded=False)
    assert answers == ["booked", "crashed"]


def test_the_last_seat_is_booked_or_published_and_never_both(app, published):
    seat_id, day_id, _ = published
    other = factories.person().id
    answers = race(app.config["SETTINGS"], publish_or_book, ("publish", seat_id, day_id), ("book", other, day_id))
    assert answers == ["booked", "refused"]
    assert seats_taken(day_id) == 1
    outcome = db.session.scalar(select(PlannedSeat.outcome))
    assert outcome in ("booked", "refused")


def test_without_the_guards_the_last_seat_is_booked_and_published(app, published):
    seat_id, day_id, _ = published
    other = factories.person().id
    arguments = [("publish", seat_id, day_id), ("book", other, day_id)]
    answers = race(app.config["SETTINGS"], publish_or_book, *arguments, guarded=False)
    if on_sqlite():
        assert answers == ["booked", "crashed"]
    else:
        assert answers == ["booked", "booked"]
        assert seats_taken(day_id) == 2  # of one


@pytest.fixture
def a_draft(app, today):
    """Ada sits in it: the ids of the plan and of her."""
    ada = factories.accredited_mediator(trained_on=date(2026, 3, 20))
    factories.refresher_day()
    return factories.refresher_plan().id, ada.id


def test_two_who_change_a_plan_at_once_change_it_once(app, a_draft):
    assert race(app.config["SETTINGS"], move, a_draft, a_draft) == ["moved", "refused"]
    assert db.session.scalar(select(RefresherPlan.version)) == 2


def test_without_the_guards_one_of_the_changes_is_lost(app, a_draft):
    answers = race(app.config["SETTINGS"], move, a_draft, a_draft, guarded=False)
    if on_sqlite():
        assert answers == ["crashed", "moved"]
    else:
        assert answers == ["moved", "moved"]
        assert db.session.scalar(select(RefresherPlan.version)) == 2  # after two changes
