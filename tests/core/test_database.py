"""The one way to write, proven by real processes on both databases, with a control that shows what the guard does."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from accreditation.app import create_app
from accreditation.core import database
from accreditation.core.database import db, insert_if_absent, transaction
from accreditation.core.numbers import NumberSeries, next_number
from accreditation.core.outbox import Letter, queue
from accreditation.core.settings import get_setting, set_setting
from accreditation.people.models import Person, Unit
from tests import factories
from tests.forking import PROCESSES

WRITERS, TURNS = 4, 25


def take_numbers(url: str, guarded: bool, start, answers) -> None:
    """One process that takes numbers, TURNS times; without the guard it reads and writes as a plain BEGIN allows."""
    if not guarded:
        database.BEGIN_WRITE = "BEGIN"
    app = create_app(url)
    taken, failed = [], 0
    with app.app_context():
        start.wait()
        for _ in range(TURNS):
            try:
                with transaction():
                    if guarded:
                        taken.append(next_number("race"))
                    else:
                        last = db.session.scalar(select(NumberSeries.last).where(NumberSeries.name == "race"))
                        statement = text("UPDATE number_series SET last = :next WHERE name = 'race'")
                        db.session.execute(statement, {"next": last + 1})
                        taken.append(last + 1)
            except DBAPIError:
                failed += 1
    answers.put((taken, failed))


def race(app, *, guarded: bool) -> tuple[list[int], int]:
    with transaction():
        assert next_number("race") == 1
    start, answers = PROCESSES.Barrier(WRITERS), PROCESSES.Queue()
    processes = [
        PROCESSES.Process(target=take_numbers, args=(app.url, guarded, start, answers)) for _ in range(WRITERS)
    ]
    for process in processes:
        process.start()
    results = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(timeout=30)
    return sorted(number for taken, _ in results for number in taken), sum(failed for _, failed in results)


def test_a_number_is_given_out_once_however_many_ask(app):
    numbers, failed = race(app, guarded=True)
    assert failed == 0
    assert numbers == list(range(2, WRITERS * TURNS + 2))


def test_without_the_guard_the_race_is_lost(app):
    """The negative control: if this fails, the test above proves nothing."""
    numbers, failed = race(app, guarded=False)
    assert failed > 0 or len(set(numbers)) < len(numbers)


def test_a_transaction_inside_another_is_refused(app):
    with pytest.raises(RuntimeError, match="inside transaction"), transaction(), transaction():
        raise AssertionError("never reached")


def test_what_was_read_before_a_transaction_is_read_again_inside(app):
    croydon = factories.unit("Croydon")
    assert croydon.name == "Croydon"
    db.session.rollback()
    with db.engine.begin() as elsewhere:
        elsewhere.execute(text("UPDATE unit SET name = 'Brent'"))
    with transaction():
        assert croydon.name == "Brent"


def test_nothing_is_half_written(app):
    with pytest.raises(ZeroDivisionError), transaction():
        db.session.add(Unit(name="Croydon"))
        db.session.flush()
        raise ZeroDivisionError
    assert db.session.scalars(select(Unit)).all() == []


def test_a_moment_comes_back_in_utc_and_a_naive_one_is_refused(app):
    person = factories.person(email="ada@example.police.uk")
    assert person.addresses[0].since.tzinfo is UTC
    with pytest.raises(Exception, match="no time zone"), transaction():
        person.addresses[0].ended_at = datetime(2027, 2, 2)
        db.session.add(person.addresses[0])


def test_a_letter_is_queued_once(app):
    ada = factories.person()
    with transaction():
        first = queue(ada.id, "email/x.txt", about_id=1, key="x:1")
        assert queue(ada.id, "email/x.txt", about_id=1, key="x:1") is None
    assert db.session.scalars(select(Letter.id)).all() == [first]


def test_insert_if_absent_says_whether_it_did(app):
    with transaction():
        assert insert_if_absent(Unit, name="Croydon") is not None
        assert insert_if_absent(Unit, name="Croydon") is None


def test_foreign_keys_hold(app):
    with pytest.raises(DBAPIError), transaction():
        factories.people.services.add_person(given_name="Ada", family_name="Okafor", unit_id=999)
    assert db.session.scalars(select(Person)).all() == []


def test_what_goes_past_the_orm_sees_what_its_own_transaction_changed(app):
    with transaction():
        set_setting("service_name", "One")
    with transaction():
        set_setting("service_name", "Another")
        assert get_setting("service_name") == "Another"
    assert get_setting("service_name") == "Another"
