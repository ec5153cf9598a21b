"""What a plan is made from: who needs a seat, where there are any, who cannot make which date."""

from datetime import date

import pytest

from accreditation.core.database import db, transaction
from accreditation.refreshers import services as days
from accreditation.refreshers.models import RefresherDay
from accreditation.refreshers.queries.due import what_attending_brings
from accreditation.refreshers.queries.planning import plan_facts, plannable
from tests import factories
from tests.refreshers.planning.drafts import APRIL, MANAGER, MARCH, TODAY, in_march


def test_the_main_scheme_has_one_requirement_to_plan_for(app, today):
    assert [(scheme.code, requirement.code) for scheme, requirement in plannable(TODAY)] == [
        ("INHOUSE-WPM", "refresher")
    ]


@pytest.mark.parametrize(
    ("ends_on", "needed"),
    [(date(2027, 3, 19), False), (date(2027, 3, 20), True), (date(2027, 6, 1), True)],  # the last good day is 19 March
)
def test_whose_refresher_ends_in_the_horizon_needs_a_seat(app, today, ends_on, needed):
    ada = in_march()
    facts = plan_facts(factories.asked_plan(ends_on=ends_on))
    assert [need.person_id for need in facts.needs] == ([ada.id] if needed else [])


def test_the_window_is_the_schemes_and_every_day_of_it_brings_the_same(app, today):
    """Held against the engine: what spreading rests on. The day before the window would cost Ada days."""
    ada = factories.accredited_mediator(trained_on=date(2026, 5, 1))
    (need,) = plan_facts(factories.asked_plan()).needs
    assert (need.opens_on, need.lapses_on) == (date(2027, 3, 2), date(2027, 5, 1))
    brings = {
        held_on: what_attending_brings(ada.id, factories.refresher_day(held_on=held_on), MANAGER, TODAY).then_through
        for held_on in (date(2027, 3, 1), date(2027, 3, 2), date(2027, 4, 1), date(2027, 4, 30))
    }
    assert list(brings.values()) == [date(2028, 2, 29), *[date(2028, 4, 30)] * 3]


def test_who_has_a_seat_in_time_needs_none_and_who_sits_too_late_does(app, today):
    ada, bo = in_march(), in_march()
    factories.booking(ada.id, factories.refresher_day(held_on=MARCH).id)
    factories.booking(bo.id, factories.refresher_day(held_on=date(2027, 3, 20)).id)
    facts = plan_facts(factories.asked_plan())
    assert [need.person_id for need in facts.needs] == [bo.id]
    assert list(facts.seated) == [ada.id]


def test_a_seat_of_a_merged_record_is_theirs(app, today):
    ada, twin = in_march(), factories.person()
    factories.booking(twin.id, factories.refresher_day(held_on=MARCH).id)
    factories.merged(ada.id, twin.id)
    assert list(plan_facts(factories.asked_plan()).seated) == [ada.id]


def test_seats_left_are_counted_and_cancelled_days_left_out(app, today):
    day = factories.refresher_day(held_on=MARCH, capacity=3)
    factories.booking(factories.person().id, day.id)
    gone = factories.refresher_day(held_on=APRIL)
    with transaction():
        days.cancel_day(gone.id, because=None, on=factories.TODAY)
    assert [(one.day_id, one.seats) for one in plan_facts(factories.asked_plan()).days] == [(day.id, 2)]


def test_dates_away_leave_and_suspension_keep_people_off_days(app, today):
    ada, bo, cy = in_march(), in_march(), in_march()
    factories.dates_away(ada.id, date(2027, 3, 2), date(2027, 3, 3))
    factories.overlay(bo.id, "suspension", TODAY, date(2027, 3, 10))
    factories.overlay(cy.id, "suspension", TODAY)
    facts = plan_facts(factories.asked_plan())
    needs = {need.person_id: need for need in facts.needs}
    assert [needs[ada.id].can_make(date(2027, 3, day)) for day in (1, 2, 3, 4)] == [True, False, False, True]
    assert [needs[bo.id].can_make(date(2027, 3, day)) for day in (9, 10)] == [False, True]
    assert facts.away_throughout == {cy.id}


def test_a_day_at_the_time_of_another_booking_is_none(app, today):
    ada = in_march()
    elsewhere = factories.refresher_day(held_on=MARCH)
    there = factories.refresher_day(held_on=MARCH)
    factories.booking(ada.id, elsewhere.id)
    with transaction():
        db.session.get_one(RefresherDay, elsewhere.id).topic = "risk_management"
    facts = plan_facts(factories.asked_plan(), only=ada.id)
    assert facts.seated == {ada.id: elsewhere.id}
    factories.booking(bo := in_march().id, factories.refresher_day(held_on=date(2027, 3, 20)).id)
    other = factories.refresher_day(held_on=date(2027, 3, 20))
    (need,) = plan_facts(factories.asked_plan(), only=bo).needs
    assert need.clashes == {other.id}
    assert there.id not in need.clashes


def test_a_plan_of_one_unit_is_of_its_people(app, today):
    ada = in_march(unit="Croydon")
    in_march(unit="Bromley")
    assert [need.person_id for need in plan_facts(factories.asked_plan(unit_id=ada.unit_id)).needs] == [ada.id]
