"""Plans as they are changed by hand, and what has changed since; dates that people cannot make."""

from datetime import date

import pytest

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.refreshers import services as days
from accreditation.refreshers.models import RefresherPlan
from accreditation.refreshers.queries.plan_changes import what_changed
from accreditation.refreshers.queries.planned_seats import days_in, seats_in
from accreditation.refreshers.queries.planning import plan_facts
from accreditation.refreshers.queries.plans import asked_of
from accreditation.refreshers.services import planning
from tests import factories
from tests.refreshers.planning.drafts import APRIL, MANAGER, MARCH, TODAY, in_march, seats


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
