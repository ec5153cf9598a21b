"""Plans as they are published: each seat once, with a letter, and what has become of each."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import FACTS, Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person
from accreditation.people.rules import Grant
from accreditation.refreshers import services as days
from accreditation.refreshers.jobs import publish_for
from accreditation.refreshers.models import Booking, PlannedSeat, RefresherDay, RefresherPlan
from accreditation.refreshers.queries.offers import would_be_late
from accreditation.refreshers.queries.planning import plan_facts
from accreditation.refreshers.services import planning
from accreditation.standing.models import Deadline
from scheduler.jobs import prompt_chores
from tests import factories
from tests.refreshers.planning.drafts import MARCH, TODAY, in_march, outcomes, publish, seats


def test_publishing_books_everybody_once_with_a_letter(drawn_up):
    ada, bo, _small, _large, plan_id = drawn_up
    planned = seats(plan_id)
    publish(plan_id)
    booked = {one.person_id: one.day_id for one in db.session.scalars(select(Booking).where(Booking.state == "booked"))}
    assert booked == planned
    assert {one for one, _ in outcomes(plan_id).values()} == {"booked"}
    letters = list(db.session.scalars(select(Letter)))
    assert sorted(one.person_id for one in letters) == sorted([ada, bo])
    assert {one.template for one in letters} == {"email/refreshers/planned_seat.txt"}
    assert FACTS[letters[0].template](letters[0].about_id)["title"]
    assert db.session.get_one(RefresherPlan, plan_id).state == "published"
    assert plan_facts(factories.asked_plan()).needs == []
    with pytest.raises(DomainError, match="no longer a draft"), transaction():
        planning.discard_plan(plan_id, version=3)


def test_a_published_seat_is_provisional_until_they_say_that_they_come(drawn_up, client):
    """Asked for their word by a link, chased by nobody, and never late: they did not ask for the seat."""
    ada, bo, *_ = drawn_up
    publish(drawn_up[-1])
    booked = {one.person_id: one for one in db.session.scalars(select(Booking))}
    assert {(one.provisional, one.confirm_by) for one in booked.values()} == {(True, date(2027, 2, 9))}
    assert {one.kind for one in db.session.scalars(select(Deadline))} == {"refresher_booking"}
    assert not any(would_be_late(one, one.day.starts_at) for one in booked.values())
    said = {who: FACTS[planning.LETTER](one.id) for who, one in booked.items()}
    assert said[ada]["confirm_by"] == date(2027, 2, 9)
    links = {who: str(facts["answer_link"]).partition("/refreshers/")[2] for who, facts in said.items()}
    page = client.get(f"/refreshers/{links[ada]}").text
    assert "Can you come?" in page
    assert "has been moved" not in page
    client.post(f"/refreshers/{links[ada]}", data={"answer": "come"})
    client.post(f"/refreshers/{links[bo]}", data={"answer": "give-back"})
    db.session.expire_all()
    assert (booked[ada].state, booked[ada].confirmed_on, booked[ada].provisional) == ("booked", TODAY, False)
    assert booked[bo].state == "cancelled_by_mediator"
    assert "answer_link" not in FACTS[planning.LETTER](booked[ada].id)  # nothing is left to ask
    assert would_be_late(booked[ada], booked[ada].day.starts_at)


def test_a_provisional_seat_of_a_day_that_moves_is_asked_about_as_any_other(drawn_up):
    _ada, _bo, small, _large, plan_id = drawn_up
    publish(plan_id)
    with transaction():
        days.change_day(small, factories.day_details(held_on=date(2027, 3, 4), capacity=1), version=1, on=TODAY)
    (moved,) = db.session.scalars(select(Booking).where(Booking.day_id == small))
    assert (moved.unconfirmed, moved.provisional, moved.moved_from.date()) == (True, False, MARCH)
    assert "refresher_confirmation" in {one.kind for one in db.session.scalars(select(Deadline))}


def test_the_mediator_and_the_office_see_that_a_seat_is_provisional(app, drawn_up, sign_in):
    ada, *_, plan_id = drawn_up
    publish(plan_id)
    seat_id, day_id = db.session.execute(select(Booking.id, Booking.day_id).where(Booking.person_id == ada)).one()
    hers = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada), person=db.session.get_one(Person, ada))
    for path in ("/me", f"/refreshers/{day_id}"):
        assert "We have kept this seat for you. Please say by 9 February 2027" in hers.get(path).text
    of_all = hers.get("/refreshers").text
    assert ("Say whether you come" in of_all, ">Booked<" in of_all) == (True, False)
    office = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    page = office.get(f"/refreshers/{day_id}").text
    assert "asked until 9 Feb 2027" in page
    assert ">Booked<" not in page
    assert "The day was moved" not in page
    with time_machine.travel(datetime(2027, 2, 10, 10, tzinfo=UTC), tick=False):
        later = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)).get(f"/refreshers/{day_id}").text
    assert "has not answered" in later
    assert "ring them" not in later
    said = hers.post(f"/refreshers/bookings/{seat_id}/confirm", follow_redirects=True).text
    assert "Thank you. Your seat is confirmed." in said
    of_all = hers.get("/refreshers").text
    assert ("Say whether you come" in of_all, ">Booked<" in of_all) == (False, True)


def test_what_has_become_impossible_is_said_of_each(drawn_up):
    ada, bo, small, _large, plan_id = drawn_up
    on_small = next(person for person, day in seats(plan_id).items() if day == small)
    other = bo if on_small == ada else ada
    factories.booking(factories.person().id, small)  # the last seat goes to somebody else
    factories.dates_away(other, date(2027, 3, 9), date(2027, 3, 9))
    publish(plan_id)
    assert outcomes(plan_id) == {
        on_small: ("refused", planning.LAST_SEAT_GONE),
        other: ("refused", "They cannot make that day any more."),
    }


def test_who_booked_meanwhile_is_left_with_what_they_chose(drawn_up):
    ada, bo, small, _large, plan_id = drawn_up
    planned = seats(plan_id)
    on_small = next(person for person, day in planned.items() if day == small)
    other = bo if on_small == ada else ada
    factories.booking(on_small, small)
    factories.booking(other, factories.refresher_day(held_on=date(2027, 3, 11)).id)
    publish(plan_id)
    assert outcomes(plan_id) == {on_small: ("booked_already", None), other: ("not_needed", None)}


def test_whoever_waits_for_that_day_is_not_told_of_a_seat(drawn_up):
    ada, bo, small, _large, plan_id = drawn_up
    on_small = next(person for person, day in seats(plan_id).items() if day == small)
    other = factories.person()
    factories.booking(other.id, small)
    assert factories.booking(on_small, small).state == "waitlisted"
    publish(plan_id)
    assert outcomes(plan_id)[on_small][0] == "refused"
    assert {one for one, _ in outcomes(plan_id).values()} == {"refused", "booked"}
    assert {ada, bo} == set(outcomes(plan_id))


def test_no_day_is_added_in_the_past(drawn_up):
    *_, plan_id = drawn_up
    with pytest.raises(DomainError, match="is over by now"), transaction():
        planning.add_extra_days(plan_id, factories.day_details(), [date(2027, 2, 1)], version=1, on=TODAY)
    assert len(list(db.session.scalars(select(RefresherDay)))) == 2


def test_publishing_that_was_interrupted_goes_on_where_it_stopped(drawn_up):
    *_, plan_id = drawn_up
    with transaction():
        planning.start_publishing(plan_id, version=1, published_by=drawn_up[0], now=clock.now())
    (first, day_id), *_ = planning.next_to_publish(plan_id)
    with transaction():
        planning.publish_seat(first, day_id, on=TODAY)
    with transaction():
        assert not planning.finish_publishing(plan_id)
        assert planning.publish_seat(first, day_id, on=TODAY).outcome == "booked"  # again, and nothing happens
    assert len(planning.next_to_publish(plan_id)) == 1
    assert len(list(db.session.scalars(select(Booking)))) == 1


def test_what_is_left_is_published_by_the_clock(app, drawn_up):
    ada, bo, _small, _large, plan_id = drawn_up
    assert prompt_chores(app) == 0  # a draft is nobody's business yet
    assert outcomes(plan_id)[ada] == (None, None)
    with transaction():
        planning.start_publishing(plan_id, version=1, published_by=ada, now=clock.now())
    assert prompt_chores(app) == 0
    assert {one for one, _ in outcomes(plan_id).values()} == {"booked"}
    assert set(outcomes(plan_id)) == {ada, bo}
    assert db.session.get_one(RefresherPlan, plan_id, populate_existing=True).state == "published"
    assert {one.booked_by for one in db.session.scalars(select(Booking))} == {ada}
    prompt_chores(app)
    assert len(db.session.scalars(select(Letter)).all()) == 2


def test_one_beat_of_a_large_plan_ends_in_time_and_the_next_goes_on(app, drawn_up):
    *_, plan_id = drawn_up
    with transaction():
        planning.start_publishing(plan_id, version=1, published_by=drawn_up[0], now=clock.now())
    assert [publish_for(plan_id, 0, on=TODAY) for _ in range(3)] == [1, 1, 0]
    assert db.session.get_one(RefresherPlan, plan_id, populate_existing=True).state == "published"


def test_nothing_is_published_of_an_empty_plan(app, today):
    in_march()
    kept = factories.refresher_plan()
    with pytest.raises(DomainError, match="nothing to publish"), transaction():
        planning.start_publishing(kept.id, version=1, published_by=kept.made_by, now=clock.now())


def test_a_seat_is_published_only_of_a_plan_that_is(drawn_up):
    *_, plan_id = drawn_up
    seat = db.session.scalars(select(PlannedSeat).where(PlannedSeat.plan_id == plan_id)).first()
    with pytest.raises(Conflict), transaction():
        planning.publish_seat(seat.id, seat.day_id, on=TODAY)
