"""Plans as they are made, kept, changed and published, on both databases."""

from datetime import date

import pytest
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import FACTS, Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.refreshers import services as days
from accreditation.refreshers.jobs import publish_for
from accreditation.refreshers.models import Booking, PlannedSeat, RefresherDay, RefresherPlan
from accreditation.refreshers.queries.due import what_attending_brings
from accreditation.refreshers.queries.planning import plan_facts, plannable
from accreditation.refreshers.queries.plans import (
    asked_of,
    days_in,
    extra_in,
    get_plan,
    recent_plans,
    seats_in,
    shortages_in,
    what_changed,
)
from accreditation.refreshers.services import planning
from scheduler.jobs import prompt_chores
from tests import factories

MANAGER = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
TODAY = factories.TODAY
MARCH, APRIL = date(2027, 3, 2), date(2027, 4, 6)


def in_march(**details):
    """Refresher ends on 20 March 2027; the window of sixty days opens on 19 January."""
    return factories.accredited_mediator(trained_on=date(2026, 3, 20), **details)


def seats(plan_id: int) -> dict[int, int | None]:
    return {seat.person_id: seat.day_id for seat in seats_in(plan_id, MANAGER)}


def publish(plan_id: int, on: date = TODAY) -> None:
    with transaction():
        version = db.session.get_one(RefresherPlan, plan_id).version
        planning.start_publishing(plan_id, version=version, published_by=maker(), now=clock.now())
    for seat_id, day_id in planning.next_to_publish(plan_id):
        with transaction():
            planning.publish_seat(seat_id, day_id, on=on)
    with transaction():
        assert planning.finish_publishing(plan_id)


def maker() -> int:
    return db.session.scalar(select(RefresherPlan.made_by))


def outcomes(plan_id: int) -> dict[int, tuple[str | None, str | None]]:
    return {seat.person_id: (seat.outcome, seat.refusal) for seat in seats_in(plan_id, MANAGER)}


# --- what a plan is made from ----------------------------------------------------------------------------------------


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
        held_on: what_attending_brings(ada.id, factories.refresher_day(held_on=held_on), TODAY).then_through
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


# --- making and keeping ----------------------------------------------------------------------------------------------


def test_everybody_fits(app, today):
    people = [in_march().id for _ in range(3)]
    first, second = factories.refresher_day(held_on=MARCH, capacity=2), factories.refresher_day(held_on=APRIL)
    third = factories.refresher_day(held_on=date(2027, 3, 9), capacity=2)
    kept = factories.refresher_plan()
    assert set(seats(kept.id)) == set(people)
    assert sorted(seats(kept.id).values()) == sorted([first.id, first.id, third.id])
    assert second.id not in seats(kept.id).values()
    assert shortages_in(seats_in(kept.id, MANAGER), days_in(kept.id)) == []


def test_a_shortage_is_kept_with_its_proof_and_its_cure(app, today):
    for _ in range(3):
        in_march()
    factories.refresher_day(held_on=MARCH, capacity=1)
    kept = factories.refresher_plan(extra_seats=2)
    (shortage,) = shortages_in(seats_in(kept.id, MANAGER), days_in(kept.id))
    assert (len(shortage.people), shortage.seats, shortage.short) == (3, 1, 2)
    assert (len(shortage.proof), shortage.last_day) == (2, date(2027, 3, 19))
    extra = extra_in(kept.id)
    assert ([one.held_on for one in extra], kept.at_least) == ([date(2027, 3, 19)], 1)
    details = factories.day_details(capacity=2)
    with transaction():
        made = planning.add_extra_days(kept.id, details, [one.held_on for one in extra], version=1, on=TODAY)
    drawn = planning.redraw(kept.id, on=TODAY)
    with transaction():
        planning.keep_replan(kept.id, drawn, version=2, on=TODAY, now=clock.now())
    assert None not in seats(kept.id).values()
    assert list(seats(kept.id).values()).count(made[0]) == 2
    assert extra_in(kept.id) == []


def test_a_plan_for_nobody_is_refused(app, today):
    factories.refresher_day()
    with pytest.raises(DomainError, match="Nobody needs a seat"):
        factories.refresher_plan()


def test_a_unit_manager_sees_the_plans_of_their_unit_alone(app, today):
    ada, bo = in_march(unit="Croydon"), in_march(unit="Bromley")
    factories.refresher_day(held_on=MARCH)
    ours, theirs = (factories.refresher_plan(unit_id=one.unit_id) for one in (ada, bo))
    everybody = factories.refresher_plan()
    manager = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, ada.unit_id)}))
    assert [row.plan.id for row in recent_plans(manager)] == [ours.id]
    for other in (theirs, everybody):
        with pytest.raises(DomainError, match="no such plan"):
            get_plan(other.id, manager)
    assert [row.plan.id for row in recent_plans(MANAGER)] == [everybody.id, theirs.id, ours.id]


# --- changing by hand ------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn_up(app, today):
    """Ada and Bo, a day with one seat and one with two; both fit."""
    ada, bo = in_march(name="Ada Okafor"), in_march(name="Bo Strand")
    small = factories.refresher_day(held_on=MARCH, capacity=1)
    large = factories.refresher_day(held_on=date(2027, 3, 9), capacity=2)
    return ada.id, bo.id, small.id, large.id, factories.refresher_plan().id


def test_somebody_is_moved_and_stays_there(drawn_up):
    ada, bo, small, large, plan_id = drawn_up
    with transaction():
        planning.move_seat(plan_id, bo, None, version=1, on=TODAY)
    with transaction():
        planning.move_seat(plan_id, ada, large, version=2, on=TODAY)
    assert seats(plan_id) == {ada: large, bo: None}
    drawn = planning.redraw(plan_id, on=TODAY)
    with transaction():
        planning.keep_replan(plan_id, drawn, version=3, on=TODAY, now=clock.now())
    assert seats(plan_id) == {ada: large, bo: small}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda small, large, late: late, "cannot sit on"),
        (lambda small, large, late: 999, "cannot be planned"),
        (lambda small, large, late: small, "no seat left"),
    ],
)
def test_nobody_is_moved_where_they_cannot_sit(drawn_up, change, said):
    _ada, _bo, small, large, plan_id = drawn_up
    late = factories.refresher_day(held_on=APRIL).id
    other = next(person for person, day in seats(plan_id).items() if day != small)
    with pytest.raises(DomainError, match=said), transaction():
        planning.move_seat(plan_id, other, change(small, large, late), version=1, on=TODAY)


def test_a_stale_page_changes_nothing(drawn_up):
    ada, bo, _small, _large, plan_id = drawn_up
    with transaction():
        planning.lock_seat(plan_id, ada, locked=True, version=1)
    before = seats(plan_id)
    attempts = [
        lambda: planning.move_seat(plan_id, bo, None, version=1, on=TODAY),
        lambda: planning.lock_seat(plan_id, bo, locked=True, version=1),
        lambda: planning.keep_replan(plan_id, planning.redraw(plan_id, on=TODAY), version=1, on=TODAY, now=clock.now()),
        lambda: planning.add_extra_days(plan_id, factories.day_details(), [APRIL], version=1, on=TODAY),
        lambda: planning.discard_plan(plan_id, version=1),
        lambda: planning.start_publishing(plan_id, version=1, published_by=ada, now=clock.now()),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict), transaction():
            attempt()
    assert seats(plan_id) == before


def test_a_lock_that_no_longer_fits_is_let_go(drawn_up):
    ada, _bo, _small, _large, plan_id = drawn_up
    with transaction():
        planning.lock_seat(plan_id, ada, locked=True, version=1)
    where = seats(plan_id)[ada]
    with transaction():
        days.cancel_day(where, because=None, on=factories.TODAY)
    drawn = planning.redraw(plan_id, on=TODAY)
    assert drawn.let_go == (ada,)
    assert where not in drawn.plan.seats.values()


def test_a_plan_says_what_has_changed_since(drawn_up):
    _ada, _bo, small, large, plan_id = drawn_up

    def changes():
        kept = db.session.get_one(RefresherPlan, plan_id)
        return what_changed(seats_in(plan_id, MANAGER), days_in(plan_id), plan_facts(asked_of(kept, TODAY)))

    assert not changes().any
    cy = in_march()
    assert changes().new == (cy.id,)
    factories.booking(cy.id, small)
    assert (changes().new, changes().fuller_days) == ((), (small,))
    sits = next(person for person, day in seats(plan_id).items() if day == large)
    factories.dates_away(sits, date(2027, 3, 9), date(2027, 3, 9))
    assert changes().stranded == (sits,)
    with transaction():
        days.cancel_day(large, because=None, on=factories.TODAY)
    assert changes().gone_days == (large,)
    factories.refresher_day(held_on=date(2027, 3, 16))
    assert len(changes().new_days) == 1
    assert len(changes().sentences) == 3


# --- publishing ------------------------------------------------------------------------------------------------------


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


# --- dates away and ways ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "reasons"),
    [
        (date(2027, 3, 5), date(2027, 3, 4), 1),
        (date(2027, 1, 5), date(2027, 2, 1), 1),
        (date(2027, 3, 1), date(2028, 3, 1), 1),
        (date(2027, 1, 5), date(2027, 1, 4), 2),
    ],
)
def test_dates_that_cannot_be_are_refused_with_every_reason(app, today, first, last, reasons):
    with pytest.raises(DomainError) as refusal:
        factories.dates_away(factories.person().id, first, last)
    assert len(refusal.value.reasons) == reasons


def test_dates_are_taken_back_once(app, today):
    away = factories.dates_away(factories.person().id, MARCH, MARCH)
    for _ in range(2):
        with transaction():
            planning.remove_dates_away(away.id)


def test_the_nearest_place_is_planned(app, today):
    ada, bo = in_march(unit="Croydon"), in_march(unit="Bromley")
    north = factories.refresher_day(held_on=MARCH, venue="North")
    south = factories.refresher_day(held_on=date(2027, 3, 9), venue="South")
    minutes = {(ada.unit_id, "North"): 10, (ada.unit_id, "South"): 80, (bo.unit_id, "North"): 80}
    with transaction():
        assert planning.set_ways({**minutes, (bo.unit_id, "South"): 10}) == 4
    with transaction():
        assert planning.set_ways({(ada.unit_id, "North"): 10, (bo.unit_id, "South"): 15}) == 1
    assert seats(factories.refresher_plan(near=True).id) == {ada.id: north.id, bo.id: south.id}
    with transaction():
        assert planning.set_ways({(bo.unit_id, "South"): None}) == 1
