"""Moving somebody by hand: why not, asked before the drop, decided again when it is sent, and taken back."""

import re
from datetime import date

import pytest

from accreditation.core.calendar import Span
from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.refreshers.models import PlannedSeat, RefresherPlan
from accreditation.refreshers.rules.planning import Day, Need
from accreditation.refreshers.rules.planning.moving import reason_against
from accreditation.web.words import day as in_words
from tests import factories

NEED = Need(1, date(2027, 1, 19), date(2027, 3, 20), away=(Span(date(2027, 2, 10), date(2027, 2, 12)),))
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
MARCH, NINTH = date(2027, 3, 2), date(2027, 3, 9)


@pytest.mark.parametrize(
    ("held_on", "said"),
    [
        (date(2027, 1, 18), "their window opens on 19 January 2027"),
        (date(2027, 1, 19), None),
        (date(2027, 2, 9), None),
        (date(2027, 2, 10), "they are away, on leave or suspended"),
        (date(2027, 2, 11), "they are away, on leave or suspended"),
        (date(2027, 2, 12), None),
        (date(2027, 3, 19), None),
        (date(2027, 3, 20), "their refresher will have run out"),
    ],
)
def test_why_not_to_the_day(held_on, said):
    reason = reason_against("Ada", NEED, Day(5, held_on, 3), free=1, there=False, in_words=in_words)
    assert reason is None if said is None else said in (reason or "")


@pytest.mark.parametrize(
    ("need", "free", "there", "said"),
    [
        (NEED, 0, False, "no seat left on 2 March 2027"),
        (NEED, 0, True, None),
        (NEED, 1, False, None),
        (None, 1, False, "Ada needs no seat"),
        (Need(1, NEED.opens_on, NEED.lapses_on, clashes=frozenset({5})), 1, False, "booked elsewhere"),
    ],
)
def test_why_not_for_seats_and_clashes(need, free, there, said):
    reason = reason_against("Ada", need, Day(5, MARCH, 3), free=free, there=there, in_words=in_words)
    assert reason is None if said is None else said in (reason or "")


@pytest.fixture
def drawn_up(app, sign_in):
    """Ada sits in March, on the day with one seat; another day has one, and one comes too late."""
    ada = factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 3, 20))
    days = [factories.refresher_day(held_on=on, capacity=1).id for on in (MARCH, NINTH, date(2027, 4, 6))]
    kept = factories.refresher_plan()
    return sign_in(MANAGER), kept.id, ada.id, days


def seat(plan_id: int) -> tuple[int | None, bool]:
    db.session.expire_all()
    found = db.session.query(PlannedSeat).filter_by(plan_id=plan_id).one()
    return found.day_id, found.locked


def test_whoever_drags_is_told_of_each_day_before_the_drop(drawn_up):
    office, plan_id, ada, (march, ninth, april) = drawn_up
    factories.booking(factories.person().id, ninth)
    told = office.get(f"/refreshers/plans/{plan_id}/seat/{ada}").json["days"]
    assert told[str(march)] is None
    assert "no seat left on 9 March 2027" in told[str(ninth)]
    assert "will have run out" in told[str(april)]


def test_what_was_said_before_the_drop_is_what_the_form_says(drawn_up):
    office, plan_id, ada, days = drawn_up
    factories.booking(factories.person().id, days[1])
    before = seat(plan_id)
    for day_id, reason in office.get(f"/refreshers/plans/{plan_id}/seat/{ada}").json["days"].items():
        if reason:
            data = {"person": str(ada), "day": day_id, "version": "1"}
            page = office.post(f"/refreshers/plans/{plan_id}/seat", data=data, follow_redirects=True)
            assert reason.replace("'", "&#39;") in page.text
    assert seat(plan_id) == before


def test_a_move_is_taken_back_with_its_lock(drawn_up):
    office, plan_id, ada, (march, ninth, _april) = drawn_up
    assert seat(plan_id) == (march, False)
    address = f"/refreshers/plans/{plan_id}/seat"
    moved = office.post(address, data={"person": str(ada), "day": str(ninth), "version": "1"})
    assert f"undo={ada}.2.{march}.0" in moved.location
    page = office.get(moved.location)
    assert "Undo this move" in page.text
    assert seat(plan_id) == (ninth, True)
    undo = {"person": str(ada), "day": str(march), "version": "2", "undo": "0"}
    back = office.post(address, data=undo, follow_redirects=True)
    assert "sits where they sat before" in back.text
    assert "Undo this move" not in back.text
    assert seat(plan_id) == (march, False)
    again = office.post(address, data=undo, follow_redirects=True)  # an old page takes nothing back twice
    assert "Somebody has changed this plan" in again.text


@pytest.mark.parametrize("undo", ["", "1", "x.2.1.0", "1.1.5.0", "1.2.3.4.5", "1.2"])
def test_nothing_is_offered_to_be_undone_that_was_not_the_last_change(drawn_up, undo):
    office, plan_id, *_ = drawn_up
    with db.engine.begin() as connection:
        connection.execute(RefresherPlan.__table__.update().values(version=2))
    assert "Undo this move" not in office.get(f"/refreshers/plans/{plan_id}?undo={undo}").text


def test_somebody_who_is_not_in_the_plan_or_not_to_be_known_is_not_asked_about(drawn_up, sign_in):
    office, plan_id, ada, _ = drawn_up
    assert office.get(f"/refreshers/plans/{plan_id}/seat/{factories.person().id}").status_code == 404
    away = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Elsewhere").id))
    assert away.get(f"/refreshers/plans/{plan_id}/seat/{ada}").status_code == 404
    office.post(f"/refreshers/plans/{plan_id}/discard", data={"version": "1"})
    assert office.get(f"/refreshers/plans/{plan_id}/seat/{ada}").status_code == 404


def test_only_a_draft_can_be_dragged(drawn_up):
    office, plan_id, *_ = drawn_up
    page = office.get(f"/refreshers/plans/{plan_id}").text
    assert "plan.js" in page
    assert re.search(r"<tr[^>]* data-drag=", page)
    office.post(f"/refreshers/plans/{plan_id}/discard", data={"version": "1"})
    page = office.get(f"/refreshers/plans/{plan_id}").text
    assert "plan.js" not in page
    assert "data-drag" not in page
