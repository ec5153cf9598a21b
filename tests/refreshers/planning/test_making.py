"""Plans as they are made and kept, on both databases; the ways to a place that they weigh."""

from datetime import date

import pytest

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.refreshers.queries.planned_seats import days_in, extra_in, seats_in, shortages_in
from accreditation.refreshers.queries.plans import get_plan, recent_plans
from accreditation.refreshers.services import planning
from tests import factories
from tests.refreshers.planning.drafts import APRIL, MANAGER, MARCH, TODAY, in_march, seats


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
