"""Two processes at once, and the controls without the guards: if a control fails, its race proves nothing."""

from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from cohorts.models import EqualityColumn, EqualityForm
from cohorts.queries.equality import get_collection
from cohorts.services.equality import forms, publishing
from tests import factories
from tests.cohorts.equality.people import GAY, NEXT_MONTH, STRAIGHT, applicants
from tests.factories.cohorts import NOW, link_of
from tests.racing import race, slow_down


def publish(key: str) -> str:
    slow_down(publishing, "count_answers")
    return "published" if publishing.publish_figures(get_collection(key), on=NEXT_MONTH) else "nothing due"


def publish_unwritten(key: str) -> str:
    """The same with the row of the intake written at the end: writing it first is a guard of its own on PostgreSQL."""
    db.session.autoflush = False
    return publish(key)


def race_to_publish(app, *, guarded):
    intake = factories.intake("Spring")
    applicants(intake, *[STRAIGHT] * 12, *[GAY] * 12)
    with transaction():
        publishing.lock_state(intake.code)
    attempt = publish if guarded else publish_unwritten
    answers = race(app.config["SETTINGS"], attempt, (intake.code,), (intake.code,), guarded=guarded)
    twice = (
        select(EqualityColumn.characteristic)
        .group_by(EqualityColumn.characteristic, EqualityColumn.stage)
        .having(func.count() > 1)
    )
    return answers, bool(db.session.scalars(twice).all())


def test_two_schedulers_publish_once(app, today):
    assert race_to_publish(app, guarded=True) == (["nothing due", "published"], False)


def test_without_the_guards_it_is_published_twice_or_one_crashes(app, today):
    answers, twice = race_to_publish(app, guarded=False)
    assert (answers, twice) in ((["published", "published"], True), (["crashed", "published"], False))


def save(link: str, answer: str) -> str:
    slow_down(forms, "_form_of")  # what is read last
    forms.save_answers(link, {"sex": answer}, at=NOW)
    return "saved"


def race_to_save(app, *, guarded):
    link = link_of(factories.application(intake_id=factories.intake("Spring").id).id)
    answers = race(app.config["SETTINGS"], save, (link, "female"), (link, "male"), guarded=guarded)
    return answers, db.session.scalar(select(func.count()).select_from(EqualityForm))


def test_a_form_sent_twice_at_once_is_one_form(app, today):
    assert race_to_save(app, guarded=True) == (["saved", "saved"], 1)


def test_without_the_guards_one_of_the_two_crashes(app, today):
    assert race_to_save(app, guarded=False) == (["crashed", "saved"], 1)
