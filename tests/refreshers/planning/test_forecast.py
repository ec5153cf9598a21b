"""Cover with a plan, held against everybody judged again with the facts that are supposed."""

from datetime import date

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.refreshers.queries.plans import newest_plan, supposed_facts
from accreditation.refreshers.services import cancel_booking, planning
from accreditation.standing.queries import get_scheme, standing_on
from accreditation.standing.queries.forecast import forecast
from accreditation.standing.queries.supposing import Supposed, with_plan
from tests import factories

MANAGER = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
TODAY = factories.TODAY


def mediators() -> list:
    """Some whose refresher ends in March, April and later, one who comes back from leave, one who is not accredited."""
    trained = [date(2026, 3, 20), date(2026, 3, 20), date(2026, 4, 10), date(2026, 9, 1)]
    people = [factories.accredited_mediator(trained_on=on, awarded_on=date(2026, 9, 1)) for on in trained]
    factories.overlay(people[0].id, "suspension", date(2027, 3, 25), date(2027, 4, 8))
    return [*people, factories.ready_mediator(trained_on=date(2026, 3, 20))]


def test_it_is_what_the_engine_says_of_everybody_at_every_point(app, today):
    people = mediators()
    factories.refresher_day(held_on=date(2027, 3, 9), capacity=2)
    factories.booking(people[2].id, factories.refresher_day(held_on=date(2027, 4, 6)).id)
    kept = factories.refresher_plan()
    scheme = get_scheme("INHOUSE-WPM", TODAY)
    facts = supposed_facts(kept, TODAY)
    before = forecast(MANAGER, scheme, TODAY)
    found = with_plan(MANAGER, scheme, before, None, Supposed("With the plan", "/plan", facts))
    expected = [
        sum(
            standing_on(one.id, scheme, point.on, supposing=facts.get(one.id, ())).verdict == "deployable"
            for one in people
        )
        for point in before.points
    ]
    assert list(found.numbers) == expected
    assert found.people == 3
    on, gained = found.most_gained
    assert (on, gained) == (date(2027, 4, 12), 3)
    assert found.lowest[1] == min(expected)


def test_a_published_plan_counts_by_what_is_left_of_its_bookings(app, today):
    mediators()
    day = factories.refresher_day(held_on=date(2027, 3, 9), capacity=2)
    kept = factories.refresher_plan()
    with transaction():
        planning.start_publishing(kept.id, version=1, published_by=kept.made_by, now=clock.now())
    booked = []
    for seat_id, day_id in planning.next_to_publish(kept.id):
        with transaction():
            booked.append(planning.publish_seat(seat_id, day_id, on=TODAY).booking_id)
    with transaction():
        planning.finish_publishing(kept.id)
    assert len(supposed_facts(newest_plan(MANAGER, "INHOUSE-WPM", None, TODAY), TODAY)) == 2
    with transaction():
        cancel_booking(booked[0], on=TODAY)
    found = newest_plan(MANAGER, "INHOUSE-WPM", None, TODAY)
    assert [one.starts_on for facts in supposed_facts(found, TODAY).values() for one in facts] == [day.held_on]


def test_the_newest_plan_is_of_everybody_or_of_the_unit_and_not_discarded(app, today):
    ada = factories.accredited_mediator(trained_on=date(2026, 3, 20), unit="Croydon")
    factories.refresher_day()
    everybody = factories.refresher_plan()
    unit = factories.refresher_plan(unit_id=ada.unit_id)
    asked = (MANAGER, "INHOUSE-WPM")
    assert newest_plan(*asked, None, TODAY).id == everybody.id
    assert newest_plan(*asked, ada.unit_id, TODAY).id == unit.id
    assert newest_plan(*asked, None, everybody.ends_on) is None
    with transaction():
        planning.discard_plan(unit.id, version=1)
    assert newest_plan(*asked, ada.unit_id, TODAY).id == everybody.id
