"""What a plan makes of seats that are on offer to a waiting list, and whom it names when a seat was taken since."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.refreshers import services as days
from accreditation.refreshers.models import Booking, PlannedSeat, RefresherDay, RefresherPlan
from accreditation.refreshers.queries.plan_changes import seats_taken_since, what_changed
from accreditation.refreshers.queries.planned_seats import days_in, seats_in
from accreditation.refreshers.queries.planning import plan_facts
from accreditation.refreshers.queries.plans import asked_of
from accreditation.refreshers.services import planning
from accreditation.refreshers.services.planning import publishing
from tests import factories

SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
MANAGER = Viewer(0, frozenset({SERVICE}))
TODAY, MARCH = factories.TODAY, date(2027, 3, 2)
NOON = datetime(2027, 2, 2, 12, tzinfo=UTC)


def in_march(**details):
    return factories.accredited_mediator(trained_on=date(2026, 3, 20), **details)


def state_of(booking_id: int) -> str:
    db.session.expire_all()
    return db.session.get_one(Booking, booking_id).state


def publish(plan_id: int) -> dict[int, tuple[str | None, str | None]]:
    """What came of each, by person."""
    with transaction():
        kept = db.session.get_one(RefresherPlan, plan_id)
        planning.start_publishing(plan_id, version=kept.version, published_by=kept.made_by, now=clock.now())
    for seat_id, day_id in planning.next_to_publish(plan_id):
        with transaction():
            planning.publish_seat(seat_id, day_id, on=TODAY)
    with transaction():
        planning.finish_publishing(plan_id)
    found = select(PlannedSeat).where(PlannedSeat.plan_id == plan_id)
    return {seat.person_id: (seat.outcome, seat.refusal) for seat in db.session.scalars(found)}


def gives_back(booking_id: int) -> None:
    with transaction():
        days.cancel_booking(booking_id, on=TODAY, at=NOON)


@pytest.fixture
def on_offer(app, today):
    """Three seats: one booked, one on offer to Wen, whose refresher is not due yet, one free; Ada and Bo need one."""
    day = factories.refresher_day(held_on=MARCH, capacity=2)
    first = factories.booking(factories.person().id, day.id)
    factories.booking(factories.person().id, day.id)
    wen = factories.accredited_mediator(name="Wen Li", trained_on=date(2026, 12, 1))
    offer = factories.booking(wen.id, day.id)
    gives_back(first.id)
    with transaction():
        days.change_day(day.id, factories.day_details(title=day.title, capacity=3), version=day.version, on=TODAY)
    assert state_of(offer.id) == "offered"
    ada, bo = in_march(name="Ada Okafor"), in_march(name="Bo Strand")
    return day.id, offer.id, ada.id, bo.id


def test_seats_on_offer_are_taken_so_that_publishing_does_not_fail_for_them(on_offer):
    day_id, offer_id, ada, bo = on_offer
    facts = plan_facts(factories.asked_plan())
    assert [(one.day_id, one.seats) for one in facts.days] == [(day_id, 1)]
    plan_id = factories.refresher_plan().id
    (planned,) = days_in(plan_id)
    assert (planned.seats, planned.on_offer) == (1, 1)
    told = publish(plan_id)
    assert sorted(outcome or "" for outcome, _ in told.values()) == ["", "booked"]
    assert {ada, bo} == set(told)
    assert state_of(offer_id) == "offered"
    with transaction():
        assert days.accept_offer(offer_id, on=TODAY, at=NOON).state == "booked"


def test_a_free_seat_that_somebody_waits_for_is_not_planned(on_offer):
    """As between a change and the next beat of the clock, which offers the seat to whoever waits."""
    day_id, *_ = on_offer
    factories.booking(factories.person().id, day_id)
    assert factories.booking(factories.person().id, day_id).state == "waitlisted"
    with transaction():
        db.session.get_one(RefresherDay, day_id).capacity = 4
    assert [(one.day_id, one.seats) for one in plan_facts(factories.asked_plan()).days] == [(day_id, 0)]
    with transaction():
        db.session.get_one(RefresherDay, day_id).capacity = 5
    assert [(one.day_id, one.seats) for one in plan_facts(factories.asked_plan()).days] == [(day_id, 1)]


def test_who_has_a_seat_on_offer_in_time_is_left_alone_until_they_decline(app, today):
    day = factories.refresher_day(held_on=MARCH, capacity=1)
    first = factories.booking(factories.person().id, day.id)
    ada = in_march(name="Ada Okafor")
    waits = factories.booking(ada.id, day.id)
    (need,) = plan_facts(factories.asked_plan()).needs
    assert need.clashes == {day.id}  # the line seats her there, not the plan
    gives_back(first.id)
    facts = plan_facts(factories.asked_plan())
    assert (list(facts.needs), facts.seated, facts.offered) == ([], {ada.id: day.id}, {ada.id})
    with transaction():
        days.decline_offer(waits.id, on=TODAY, at=NOON)
    facts = plan_facts(factories.asked_plan())
    assert ([need.person_id for need in facts.needs], facts.offered) == ([ada.id], frozenset())


def test_a_seat_of_their_own_counts_before_one_on_offer(app, today):
    offered = factories.refresher_day(held_on=MARCH, capacity=1)
    first = factories.booking(factories.person().id, offered.id)
    ada = in_march()
    factories.booking(ada.id, offered.id)
    own = factories.refresher_day(held_on=date(2027, 3, 9))
    factories.booking(ada.id, own.id)
    gives_back(first.id)
    facts = plan_facts(factories.asked_plan())
    assert (facts.seated, facts.offered) == ({ada.id: own.id}, frozenset())


def test_who_was_offered_a_seat_after_the_plan_needs_none_of_it(app, today):
    ada = in_march()
    day = factories.refresher_day(held_on=MARCH, capacity=1)
    other = factories.refresher_day(held_on=date(2027, 3, 9), capacity=1)
    factories.booking(in_march().id, other.id)
    plan_id = factories.refresher_plan().id
    assert {seat.person_id: seat.day_id for seat in seats_in(plan_id, MANAGER)} == {ada.id: day.id}
    booked = factories.booking(factories.person().id, day.id)
    factories.booking(ada.id, day.id)
    gives_back(booked.id)
    told = publish(plan_id)
    assert told[ada.id][0] == "not_needed"
    assert "on offer to them" in (told[ada.id][1] or "")


def test_who_took_a_seat_in_between_is_named(on_offer):
    day_id, offer_id, *_ = on_offer
    kept = factories.refresher_plan()
    assert seats_taken_since(kept.id, days_in(kept.id), MANAGER) == []
    cy = factories.person(name="Cy Young", unit="Bromley")
    factories.booking(cy.id, day_id)
    facts = plan_facts(asked_of(kept, TODAY))
    assert what_changed(seats_in(kept.id, MANAGER), days_in(kept.id), facts).fuller_days == (day_id,)
    (taken,) = seats_taken_since(kept.id, days_in(kept.id), MANAGER)
    assert ([one.person.name for one in taken.bookings], taken.others) == (["Cy Young"], 0)
    told = publish(kept.id)
    assert {refusal for _, refusal in told.values() if refusal} == {publishing.LAST_SEAT_GONE}
    with transaction():
        days.accept_offer(offer_id, on=TODAY, at=NOON)  # counted as taken when the plan was made: nobody new
    (taken,) = seats_taken_since(kept.id, days_in(kept.id), MANAGER)
    assert [one.person.name for one in taken.bookings] == ["Cy Young"]
    elsewhere = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Croydon").id)}))
    (taken,) = seats_taken_since(kept.id, days_in(kept.id), elsewhere)
    assert ([one.person.name for one in taken.bookings], taken.others) == ([], 1)


def test_seats_the_plan_itself_booked_were_taken_by_nobody_else(on_offer):
    plan_id = factories.refresher_plan().id
    publish(plan_id)
    assert seats_taken_since(plan_id, days_in(plan_id), MANAGER) == []


def test_the_page_says_what_is_on_offer_and_who_took_the_last_seat(on_offer, sign_in):
    day_id, *_ = on_offer
    kept = factories.refresher_plan()
    manager = sign_in(SERVICE)
    page = manager.get(f"/refreshers/plans/{kept.id}").text
    assert "2 taken before (1 on offer to the waiting list)" in page
    factories.booking(factories.person(name="Cy Young").id, day_id)
    page = manager.get(f"/refreshers/plans/{kept.id}").text
    assert "Seats on 2 March 2027 taken since:" in page
    assert "Cy Young" in page
    publish(kept.id)
    page = manager.get(f"/refreshers/plans/{kept.id}").text
    assert "1 person could not be booked" in page
    assert "Cy Young" in page
