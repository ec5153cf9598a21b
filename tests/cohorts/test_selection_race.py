"""Selection: two at once."""

from sqlalchemy import func, select

from accreditation.core.database import db
from cohorts.models import Application
from cohorts.services import applications, interviews, marking, offers
from tests import factories
from tests.cohorts.selecting import decide, given, invited, ranked, reload, shared, slots
from tests.factories.cohorts import NOW
from tests.racing import race, slow_down


def send_marks(marking_id: int, by: int, criterion_ids: list[int]) -> str:
    slow_down(marking, "marks_in")
    slow_down(marking, "_everybody_has")
    marking.give_marks(marking_id, points=dict.fromkeys(criterion_ids, 3), comment=None, at=NOW, by=by)
    return "marked"


def race_to_mark(app, *, guarded):
    intake = factories.intake()
    [application], _ = shared(intake, number=1)
    ids = [criterion.id for criterion in intake.criteria_at("sift")]
    tries = [(row.id, row.marker_id, ids) for row in given(application)]
    answers = race(app.config["SETTINGS"], send_marks, *tries, guarded=guarded)
    return answers, reload(application).sift_total


def test_of_two_sifters_at_once_neither_is_lost_and_the_total_is_there(app):
    assert race_to_mark(app, guarded=True) == (["marked", "marked"], 7500)


def test_without_the_guards_the_total_is_missing_or_somebody_crashes(app):
    assert race_to_mark(app, guarded=False) != (["marked", "marked"], 7500)


def offer_one(application_id: int, by: int) -> str:
    slow_down(offers, "places_spoken_for")
    applications.move_application(application_id, "conditional_offer", at=NOW, by=by)
    return "offered"


def race_to_offer(app, *, guarded):
    intake, found = ranked(2, 1)
    intake_id = intake.id
    answers = race(app.config["SETTINGS"], offer_one, *[(one.id, one.person_id) for one in found], guarded=guarded)
    held = select(func.count(Application.id)).filter_by(intake_id=intake_id, stage="conditional_offer")
    return answers, db.session.scalar(held)


def test_the_last_place_is_offered_once(app):
    assert race_to_offer(app, guarded=True) == (["offered", "refused"], 1)


def test_without_the_guards_it_is_offered_twice_or_somebody_crashes(app):
    assert race_to_offer(app, guarded=False) != (["offered", "refused"], 1)


def accept(token: str) -> str:
    slow_down(offers, "open_offer")
    offers.answer_offer(token, accepts=True, words=None, at=NOW)
    return "accepted"


def race_to_accept(app, *, guarded):
    _, found = ranked(1, 1)
    decide(found, "conditional_offer")
    token = factories.link_of(found[0].id, "offer")
    answers = race(app.config["SETTINGS"], accept, (token,), (token,), guarded=guarded)
    return answers, reload(found[0]).stage


def test_an_offer_is_accepted_once(app):
    assert race_to_accept(app, guarded=True) == (["accepted", "refused"], "vetting")


def take(application_id: int, slot_id: int, by: int) -> str:
    slow_down(interviews, "_lock_slot")
    interviews.give_slot(application_id, slot_id, at=NOW, by=by)
    return "taken"


def test_a_time_is_taken_once(app):
    intake = factories.intake()
    found, people = invited(intake, 2)
    [slot] = slots(intake, people, 1)
    tries = [(one.id, slot, one.person_id) for one in found]
    assert race(app.config["SETTINGS"], take, *tries, guarded=True) == ["refused", "taken"]
