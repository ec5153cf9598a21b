"""Two real processes at once, and the controls without the guards: if a control fails, its race proves nothing."""

from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.standing.models import Evidence
from cohorts.models import Application, Cohort, Enrolment, Result
from cohorts.services import applying, enrolments, places, release, results
from tests import factories
from tests.factories import cohorts as office
from tests.racing import race, slow_down


def take_the_last_place(person_id: int, cohort_id: int) -> str:
    slow_down(enrolments, "places_taken")
    enrolments.enrol_person(person_id, cohort_id, on=factories.TODAY, at=office.NOW, enrolled_by=None)
    return "placed"


def race_for_the_last_place(app, *, guarded):
    cohort_id = factories.cohort(capacity=2, candidates=1).id
    tries = [(factories.person().id, cohort_id) for _ in range(2)]
    answers = race(app.config["SETTINGS"], take_the_last_place, *tries, guarded=guarded)
    taken = db.session.scalar(select(func.count(Enrolment.id)).where(Enrolment.cohort_id == cohort_id))
    return answers, taken


def test_the_last_place_is_given_once(app):
    assert race_for_the_last_place(app, guarded=True) == (["placed", "refused"], 2)


def test_without_the_guards_the_cohort_is_overfull_or_somebody_crashes(app):
    assert race_for_the_last_place(app, guarded=False) in ((["placed", "placed"], 3), (["crashed", "placed"], 2))


def move_to_the_last_place(enrolment_id: int, cohort_id: int) -> str:
    slow_down(places, "places_taken")
    places.transfer_place(
        enrolment_id, cohort_id, on=factories.TODAY, at=office.NOW, by=None, reason="Ill in the first week."
    )
    return "placed"


def race_to_transfer(app, *, guarded):
    cohort_id = factories.cohort(capacity=2, candidates=1).id
    tries = [(factories.candidate(factories.cohort().id).id, cohort_id) for _ in range(2)]
    answers = race(app.config["SETTINGS"], move_to_the_last_place, *tries, guarded=guarded)
    taken = db.session.scalar(select(func.count(Enrolment.id)).where(Enrolment.cohort_id == cohort_id))
    return answers, taken


def test_of_two_who_are_moved_to_the_last_place_one_gets_it(app):
    assert race_to_transfer(app, guarded=True) == (["placed", "refused"], 2)


def test_without_the_guards_both_are_moved_or_somebody_crashes(app):
    assert race_to_transfer(app, guarded=False) in ((["placed", "placed"], 3), (["crashed", "placed"], 2))


def give_the_free_place(cohort_id: int) -> str:
    slow_down(enrolments, "waiting_list")  # what is read last
    given = enrolments.give_free_places(cohort_id, on=factories.TODAY, at=office.NOW, given_by=None)
    return f"gave {len(given)}"


def race_for_the_waiting_list(app, *, guarded):
    cohort_id = factories.cohort(capacity=1).id
    for _ in range(2):
        person_id = factories.person().id
        with transaction():
            enrolments.enrol_person(
                person_id, cohort_id, else_waiting=True, on=factories.TODAY, at=office.NOW, enrolled_by=None
            )
    with transaction():
        db.session.get_one(Cohort, cohort_id).capacity = 2
    answers = race(app.config["SETTINGS"], give_the_free_place, (cohort_id,), (cohort_id,), guarded=guarded)
    told = select(func.count(Letter.id)).where(Letter.template == enrolments.PLACED)
    return answers, db.session.scalar(told)


def test_the_first_on_the_list_is_told_once(app):
    assert race_for_the_waiting_list(app, guarded=True) == (["gave 0", "gave 1"], 2)


def test_without_the_guards_the_first_on_the_list_gets_it_twice_or_somebody_crashes(app):
    answers, _ = race_for_the_waiting_list(app, guarded=False)
    assert answers in (["gave 1", "gave 1"], ["crashed", "gave 1"])


def release_them(cohort_id: int, result_ids: list[int], by: int) -> str:
    slow_down(release, "results_by_ids")
    release.release_results(cohort_id, result_ids, at=office.NOW, released_by=by)
    return "released"


def race_to_release(app, *, guarded):
    cohort_id = factories.cohort(candidates=2).id
    factories.submitted_results(cohort_id, "pass", "fail")
    ids = list(db.session.scalars(select(Result.id).order_by(Result.id)))
    tries = [(cohort_id, ids, factories.person().id) for _ in range(2)]
    answers = race(app.config["SETTINGS"], release_them, *tries, guarded=guarded)
    told = select(func.count(Letter.id)).where(Letter.template == release.RELEASED)
    return answers, db.session.scalar(select(func.count(Evidence.id))), db.session.scalar(told)


def test_two_releasers_release_once(app):
    assert race_to_release(app, guarded=True) == (["refused", "released"], 1, 2)


def test_without_the_guards_two_releasers_collide(app):
    answers, facts, _ = race_to_release(app, guarded=False)
    assert (answers, facts) != (["refused", "released"], 1)


def send_the_form(form_key: str) -> str:
    slow_down(applying, "find_application_by_form")
    return office.submit(form_key=form_key).reference


def test_a_form_sent_twice_at_once_is_one_application(app):
    answers = race(app.config["SETTINGS"], send_the_form, ("k" * 32,), ("k" * 32,))
    assert answers == ["APP-2027-0001", "APP-2027-0001"]
    assert db.session.scalar(select(func.count(Application.id))) == 1
    assert db.session.scalar(select(func.count(Letter.id))) == 1


def record_one(cohort_id: int, reference: str, version: int, outcome: str, by: int) -> str:
    slow_down(results, "plan_results")
    entry = office.entry(reference, outcome)
    results.record_results(cohort_id, [entry], version=version, on=factories.TODAY, recorded_by=by)
    return "recorded"


def race_to_record(app, *, guarded):
    cohort_id = factories.cohort(candidates=1).id
    [reference] = office.references(cohort_id)
    version, by = office.version(cohort_id), factories.person().id
    tries = [(cohort_id, reference, version, outcome, by) for outcome in ("pass", "fail")]
    return race(app.config["SETTINGS"], record_one, *tries, guarded=guarded)


def test_of_two_who_record_at_once_one_is_told(app):
    assert race_to_record(app, guarded=True) == ["recorded", "refused"]


def test_without_the_guards_the_index_alone_holds(app):
    assert race_to_record(app, guarded=False) == ["crashed", "recorded"]
