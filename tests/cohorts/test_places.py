"""What becomes of places: steps and their history, transfers, the waiting list."""

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import FACTS, Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from cohorts.models import Application, Cohort, Enrolment, EnrolmentStep
from cohorts.queries.places import steps_of_place
from cohorts.queries.waiting import position_of, waiting_list
from cohorts.rules.places import PLACE_STEPS, final_state, may_step
from cohorts.rules.states import ENROLMENT_STATES
from cohorts.services import enrolments, places
from cohorts.services.cohorts import step_cohort
from tests import factories
from tests.factories import TODAY
from tests.factories.cohorts import NOW


def places_on(cohort_id):
    return list(db.session.scalars(select(Enrolment).where(Enrolment.cohort_id == cohort_id).order_by(Enrolment.id)))


def step(place_id, to, reason="as it was asked"):
    with transaction():
        return places.step_place(place_id, to, at=NOW, by=None, reason=reason)


def transfer(place_id, cohort_id):
    with transaction():
        return places.transfer_place(place_id, cohort_id, on=TODAY, at=NOW, by=None, reason="Ill that week.").id


def wait(cohort_id):
    who = factories.person().id
    with transaction():
        return enrolments.enrol_person(who, cohort_id, else_waiting=True, on=TODAY, at=NOW, enrolled_by=None)


# --- rules ---------------------------------------------------------------------------------------------------------


def test_every_state_of_the_vocabulary_has_its_steps():
    assert set(PLACE_STEPS) == set(ENROLMENT_STATES)
    assert {after for steps in PLACE_STEPS.values() for after in steps} <= set(ENROLMENT_STATES)


@pytest.mark.parametrize(
    ("before", "after", "legal"),
    [
        ("waitlisted", "in_training", False),
        ("confirmed", "completed", False),
        ("completed", "withdrawn", False),
        ("transferred", "deferred", False),
        ("deferred", "transferred", True),
        ("in_training", "incomplete", True),
        ("withdrawn", "confirmed", True),
    ],
)
def test_a_step_follows_or_does_not(before, after, legal):
    assert may_step(before, after) is legal


@pytest.mark.parametrize(
    ("outcome", "percent", "state"),
    [
        ("pass", None, "completed"),
        ("fail", 100, "completed"),
        ("absent", None, "did_not_attend"),
        ("absent", 0, "did_not_attend"),
        ("absent", 50, "incomplete"),
        ("deferred", None, "incomplete"),
        (None, None, "incomplete"),
    ],
)
def test_a_place_ends_with_its_cohort_as_it_went(outcome, percent, state):
    assert final_state(outcome, percent) == state


# --- steps ---------------------------------------------------------------------------------------------------------


def test_steps_are_kept_and_illegal_ones_refused(app):
    cohort_id = factories.cohort(candidates=1).id
    [place] = places_on(cohort_id)
    with pytest.raises(DomainError, match="cannot become"):
        step(place.id, "completed")
    with pytest.raises(DomainError, match="Write down why"):
        step(place.id, "deferred", reason=" ")
    step(place.id, "deferred", reason="A course of study.")
    step(place.id, "deferred", reason="A second click.")
    history = [(row.before, row.after, row.reason) for row in steps_of_place(place.id)]
    assert history == [(None, "confirmed", None), ("confirmed", "deferred", "A course of study.")]
    told = db.session.scalars(select(Letter).where(Letter.template == places.PLACE_ENDED)).all()
    assert [FACTS[letter.template](letter.about_id)["state"] for letter in told] == ["deferred"]


def test_training_begins_for_all_and_ends_for_each(app):
    cohort_id = factories.cohort(candidates=3).id
    for to in ("open", "in_training"):
        with transaction():
            step_cohort(cohort_id, to, at=NOW, by=None)
    assert {place.state for place in places_on(cohort_id)} == {"in_training"}
    factories.released_results(cohort_id, "pass", "fail", "absent")
    with transaction():
        step_cohort(cohort_id, "closed", at=NOW, by=None)
    assert [place.state for place in places_on(cohort_id)] == ["completed", "completed", "did_not_attend"]


def test_a_cohort_with_results_cannot_be_cancelled(app):
    cohort_id = factories.cohort(candidates=1).id
    factories.drafts(cohort_id, "pass")
    with pytest.raises(DomainError, match="has results"), transaction():
        step_cohort(cohort_id, "cancelled", at=NOW, by=None)


# --- transfers -----------------------------------------------------------------------------------------------------


def test_a_transfer_keeps_the_old_place_and_its_history(app):
    old, new = factories.cohort("Spring", candidates=1), factories.cohort("Summer", capacity=1)
    old_id, new_id = old.id, new.id
    [place] = places_on(old_id)
    moved = db.session.get_one(Enrolment, transfer(place.id, new_id))
    assert (moved.came_from_id, moved.state, moved.cohort_id) == (place.id, "confirmed", new_id)
    assert places_on(old_id)[0].state == "transferred"
    [letter] = db.session.scalars(select(Letter).where(Letter.template == places.PLACE_ENDED))
    assert FACTS[letter.template](letter.about_id)["moved_to"] == "Summer"
    back = transfer(moved.id, old_id)  # and back again: the old row, with all its steps
    assert back == place.id
    assert [row.after for row in steps_of_place(place.id)] == ["confirmed", "transferred", "confirmed"]


def test_a_transfer_that_cannot_be_changes_nothing(app):
    old, full = factories.cohort(candidates=2), factories.cohort("Full", capacity=1, candidates=1)
    old_id, full_id = old.id, full.id
    first, _ = places_on(old_id)
    with pytest.raises(DomainError, match="Full is full"):
        transfer(first.id, full_id)
    with pytest.raises(DomainError, match="on this cohort already"):
        transfer(first.id, old_id)
    factories.drafts(old_id, "pass")
    with pytest.raises(DomainError, match="There is a result"):
        transfer(first.id, factories.cohort().id)
    assert {place.state for place in places_on(old_id)} == {"confirmed"}
    assert not db.session.scalar(select(func.count(EnrolmentStep.id)).where(EnrolmentStep.after == "transferred"))


# --- the waiting list ----------------------------------------------------------------------------------------------


def test_free_places_go_to_who_waits_longest(app):
    cohort_id = factories.cohort(capacity=1, candidates=1).id
    first, second, third = (wait(cohort_id).id for _ in range(3))
    assert [place.id for place in waiting_list(cohort_id)] == [first, second, third]
    assert position_of(db.session.get_one(Enrolment, third)) == 3
    step(places_on(cohort_id)[0].id, "withdrawn")
    for expected in ([first], []):
        with transaction():
            given = enrolments.give_free_places(cohort_id, on=TODAY, at=NOW, given_by=None)
            assert [place.id for place in given] == expected
    assert [place.id for place in waiting_list(cohort_id)] == [second, third]
    letters = select(Letter.template).where(Letter.person_id == db.session.get_one(Enrolment, first).person_id)
    assert set(db.session.scalars(letters)) == {places.WAITLISTED, enrolments.PLACED}


def test_nobody_waits_while_there_is_a_place(app):
    cohort_id = factories.cohort(capacity=1).id
    assert wait(cohort_id).state == "confirmed"
    assert wait(cohort_id).state == "waitlisted"


def test_an_applicant_who_waits_is_accepted_with_the_place(app):
    cohort_id = factories.cohort(capacity=1, candidates=1).id
    made = factories.application(stage="conditional_offer").id
    by = factories.person().id
    for placed in (False, True):
        with transaction():
            [answer] = enrolments.place_applicants([made], cohort_id, waiting=True, on=TODAY, at=NOW, placed_by=by)
            assert (answer.waits, answer.refusal is None) == (not placed, not placed)
    assert db.session.get_one(Application, made).stage == "conditional_offer"
    step(places_on(cohort_id)[0].id, "withdrawn")
    with transaction():
        enrolments.give_free_places(cohort_id, on=TODAY, at=NOW, given_by=by)
    assert db.session.get_one(Application, made).stage == "accepted"


def test_a_list_that_leads_nowhere_ends_when_the_training_is_over(app):
    cohort_id = factories.cohort(capacity=1, candidates=1).id
    waiting_id = wait(cohort_id).id
    for to in ("open", "in_training", "assessment"):
        with transaction():
            step_cohort(cohort_id, to, at=NOW, by=None)
    assert db.session.get_one(Enrolment, waiting_id).state == "cancelled"


# --- pages ---------------------------------------------------------------------------------------------------------


def test_a_manager_moves_a_place_to_another_cohort(sign_in, today):
    old, new = factories.cohort("Spring", candidates=1), factories.cohort("Summer")
    old_id, new_id = old.id, new.id
    [place] = places_on(old_id)
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    path = f"/cohorts/{old_id}/places/{place.id}"
    assert "Summer, from" in manager.get(path).text
    assert "Write down why" in manager.post(path, data={"to": "deferred", "cohort": ""}).text
    assert "Choose the cohort" in manager.post(path, data={"to": "transferred", "cohort": "", "reason": "x"}).text
    answer = {"to": "transferred", "cohort": str(new_id), "reason": "Ill that week."}
    assert "They have a place on Summer" in manager.post(path, data=answer, follow_redirects=True).text
    assert "Places that ended: 1" in manager.get(f"/cohorts/{old_id}").text
    assert "Ill that week." in manager.get(path).text


def test_a_full_cohort_offers_its_waiting_list(sign_in, today):
    cohort_id = factories.cohort("Spring", capacity=1, candidates=1).id
    who = factories.person(name="Nia Hughes")
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    answer = {"reference": who.reference}
    assert "is full" in manager.post(f"/cohorts/{cohort_id}/candidates", data=answer).text
    page = manager.post(f"/cohorts/{cohort_id}/candidates", data=answer | {"waiting": "y"}, follow_redirects=True).text
    assert "Nia Hughes is on the waiting list" in page
    with transaction():
        db.session.get_one(Cohort, cohort_id).capacity = 2
    assert "Nia Hughes is first on the list" in manager.get(f"/cohorts/{cohort_id}").text
    assert "Nia Hughes has a place now" in manager.post(f"/cohorts/{cohort_id}/waiting", follow_redirects=True).text


def test_the_preview_of_placing_asks_about_those_without_a_place(sign_in, today):
    cohort_id = factories.cohort("Spring", capacity=1).id
    first, second = (factories.application(stage="conditional_offer").id for _ in range(2))
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    chosen = {"chosen": [str(first), str(second)]}
    preview = manager.post("/applications/decide", data=chosen | {"what": f"cohort:{cohort_id}"}).text
    assert "1 applicant for whom there is no place" in preview
    manager.post(f"/applications/place/{cohort_id}", data=chosen | {"waiting": "list"})
    assert [place.state for place in places_on(cohort_id)] == ["confirmed", "waitlisted"]
