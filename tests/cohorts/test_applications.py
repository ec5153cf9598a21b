import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import Letter
from accreditation.people.models import Person
from cohorts.models import Application, Enrolment
from cohorts.queries.applications import steps_of
from cohorts.services import applications, enrolments
from tests import factories
from tests.factories.cohorts import NOW

TODAY = factories.TODAY


def move(application, to, **details):
    with transaction():
        return applications.move_application(application.id, to, at=NOW, by=application.person_id, **details)


def test_an_application_gets_a_reference_a_person_and_a_receipt(app):
    one, other = factories.application("Ada Okafor"), factories.application("Ben Cole")
    assert (one.reference, other.reference) == ("APP-2027-0001", "APP-2027-0002")
    assert one.person.name == "Ada Okafor"
    letters = db.session.scalars(select(Letter.template).where(Letter.person_id == one.person_id)).all()
    assert letters == ["email/cohorts/application_received.txt"]
    assert [step.after for step in steps_of(one.id)] == ["submitted"]


def test_the_same_form_twice_is_one_application(app):
    one = factories.application(form_key="x" * 32)
    again = factories.application(form_key="x" * 32)
    assert one.id == again.id
    assert db.session.scalar(select(func.count(Person.id))) == 1
    assert db.session.scalar(select(func.count(Letter.id))) == 1


def test_a_form_attaches_nothing_to_somebody_who_is_known(app):
    known = factories.person(name="Ada Okafor", pay_number="208566", email="ada@example.police.uk")
    application = factories.application("Ada Okafor", pay_number="208566", email="ada@example.police.uk")
    assert application.person_id != known.id
    assert application.person.pay_number is None
    assert application.identity_question
    assert not factories.application("Somebody Else").identity_question


@pytest.mark.parametrize("same", ["name", "pay_number", "email"])
def test_one_thing_alike_is_enough_to_ask(app, same):
    factories.person(name="Ada Okafor", pay_number="208566", email="ada@example.police.uk")
    details = {"name": "Ada Okafor", "pay_number": "208566", "email": "ada@example.police.uk"}
    assert factories.application(**{same: details[same]}).identity_question


def test_a_manager_settles_who_an_applicant_is(app):
    known = factories.person(name="Ada Okafor", email="ada.old@example.police.uk")
    application = factories.application("Ada Okafor")
    stub_id = application.person_id
    with transaction():
        applications.settle_identity(application.id, same_as=known.reference)
    application = db.session.get_one(Application, application.id)
    assert (application.person_id, application.identity_question) == (known.id, False)
    assert db.session.get_one(Person, stub_id).email is None
    assert db.session.get_one(Person, known.id).email == "ada.old@example.police.uk"


def test_a_manager_may_say_it_is_a_new_person(app):
    factories.person(name="Ada Okafor")
    application = factories.application("Ada Okafor")
    person_id = application.person_id
    with transaction():
        applications.settle_identity(application.id, same_as=None)
    application = db.session.get_one(Application, application.id)
    assert (application.person_id, application.identity_question) == (person_id, False)


def test_every_step_is_kept_with_its_reason(app):
    application = factories.application()
    move(application, "sift")
    move(application, "unsuccessful", reason="Not enough experience yet.")
    steps = steps_of(application.id)
    assert [(step.before, step.after) for step in steps] == [
        (None, "submitted"),
        ("submitted", "sift"),
        ("sift", "unsuccessful"),
    ]
    assert steps[-1].reason == "Not enough experience yet."


@pytest.mark.parametrize(
    ("stage", "to", "reason", "because"),
    [
        ("submitted", "offered_place", None, "cannot go to"),
        ("offered_place", "accepted", None, "by placing the applicant"),
        ("sift", "unsuccessful", None, "Write down why"),
        ("sift", "unsuccessful", "  ", "Write down why"),
        ("withdrawn", "submitted", None, "cannot go to"),
    ],
)
def test_an_illegal_step_is_refused_and_changes_nothing(app, stage, to, reason, because):
    application = factories.application(stage=stage)
    with pytest.raises(DomainError, match=because):
        move(application, to, reason=reason)
    assert db.session.get_one(Application, application.id).stage == stage


def place(cohort, *applications):
    ids, by = [application.id for application in applications], factories.person().id
    with transaction():
        return enrolments.place_applicants(ids, cohort.id, on=TODAY, at=NOW, placed_by=by)


def test_a_placed_applicant_is_accepted_enrolled_and_told(app):
    cohort, application = factories.cohort(), factories.application(stage="conditional_offer", pay_number="208566")
    assert [placement.refusal for placement in place(cohort, application)] == [None]
    application = db.session.get_one(Application, application.id)
    assert application.stage == "accepted"
    assert [step.after for step in steps_of(application.id)][-2:] == ["offered_place", "accepted"]
    enrolment = db.session.scalars(select(Enrolment)).one()
    assert (enrolment.person_id, enrolment.state) == (application.person_id, "confirmed")
    assert application.person.pay_number == "208566"
    assert "email/cohorts/placed.txt" in db.session.scalars(select(Letter.template)).all()


def test_placing_stops_at_the_last_place_and_says_so_for_each(app):
    cohort = factories.cohort(capacity=2)
    applicants = [factories.application(stage="vetting") for _ in range(3)]
    placements = place(cohort, *applicants)
    assert [placement.refusal is None for placement in placements] == [True, True, False]
    assert "is full: all 2 places are taken" in placements[2].refusal
    assert db.session.get_one(Application, applicants[2].id).stage == "vetting"


def test_the_same_applicants_twice_change_nothing(app):
    cohort, application = factories.cohort(), factories.application(stage="conditional_offer")
    place(cohort, application)
    again = place(cohort, application)
    assert "has a place" in again[0].refusal.casefold()
    assert db.session.scalar(select(func.count(Enrolment.id))) == 1


def test_each_reason_not_to_place_somebody(app):
    factories.person(name="Known Already", pay_number="11")
    cohort = factories.cohort()
    question = factories.application("Known Already", stage="conditional_offer")
    early = factories.application(stage="sift")
    claimed = factories.application(stage="conditional_offer", pay_number="11")
    with transaction():
        applications.settle_identity(claimed.id, same_as=None)
    refusals = [placement.refusal for placement in place(cohort, question, early, claimed)]
    assert "Settle first" in refusals[0]
    assert "needs a conditional offer" in refusals[1]
    assert "The pay number 11 is M" in refusals[2]
    assert not db.session.scalars(select(Enrolment)).all()
