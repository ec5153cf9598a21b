"""Letters in doubt: a reminder goes once more by itself under the same number, anything else waits for a person."""

from contextlib import suppress
from datetime import timedelta
from threading import BrokenBarrierError
from time import monotonic

import time_machine
from sqlalchemy import Select, select
from sqlalchemy.exc import DBAPIError

from accreditation.core import audit, clock, database
from accreditation.core.database import db, transaction
from accreditation.core.outbox import FACTS, RESENT_WHEN_IN_DOUBT, Letter
from scheduler.services.doubts import resend_doubtful
from tests import factories
from tests.applications import application
from tests.forking import PROCESSES
from tests.scheduler.ready import everything_in_order


def lost_answers(phase, session):
    return "accept+drop" if phase == "before dot" else None


def test_a_reminder_in_doubt_goes_once_more_after_a_quarter_of_an_hour_and_no_more(app, today, mail, deliver):
    server = mail(lost_answers)
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    factories.plan(today)
    assert deliver().states == {"in_doubt": 1}
    now = clock.now()
    for minutes, states in ((14, {}), (15, {"in_doubt": 1}), (31, {}), (600 * 60, {})):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            assert deliver().states == states
    letter = db.session.scalars(db.select(Letter)).one()
    assert server.message_ids() == [letter.message_id] * 2
    assert (letter.state, letter.resends) == ("in_doubt", 1)


def test_a_reminder_that_was_in_doubt_and_is_not_true_any_more_is_not_sent_again(app, today, mail, deliver):
    server = mail(lost_answers)
    who = everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    factories.plan(today)
    deliver()
    factories.evidence(who.id, "clearance", today, code="CTC", ends_on=today + timedelta(days=999))
    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=False):
        assert deliver().states == {"superseded": 1}
    assert len(server.accepted) == 1


def test_anything_else_in_doubt_waits_for_a_person(app, today, mail, deliver):
    server = mail(lost_answers)
    letter_id = factories.letter()
    deliver()
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        assert deliver().states == {}
    assert factories.state_of(letter_id) == "in_doubt"
    assert len(server.accepted) == 1


def test_only_the_schedulers_own_reminders_are_sent_again_by_themselves(app):
    """Results, offers, links to an account: a second copy of these is not harmless."""
    assert {template for template in FACTS if template.startswith("email/scheduler/")} == RESENT_WHEN_IN_DOUBT


def resend_with_another(settings, barrier, meeting, guarded, answers) -> None:
    """Begin together; whoever has a letter in hand keeps it for as long as the other may need to take it too."""
    if not guarded:
        database.BEGIN_WRITE = "BEGIN"
        Select.with_for_update = lambda query, **_: query  # type: ignore[method-assign]
    note = audit.note

    def note_slowly(*args: object, **facts: object) -> None:
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1.5 if guarded else 20)
        note(*args, **facts)

    audit.note = note_slowly
    with application(settings, settings.database_url, settings.data_dir).app_context():
        barrier.wait(timeout=60)
        began = monotonic()
        try:
            answers.put((resend_doubtful(), monotonic() - began))
        except DBAPIError:
            answers.put((-1, monotonic() - began))


def two_at_once(app, today, deliver, *, guarded: bool) -> list[tuple[int, float]]:
    """How many each of two queued, and how long it took: the fewer first. By the real clock."""
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    factories.plan(today)
    deliver()
    with transaction():
        db.session.scalars(select(Letter)).one().ended_at = clock.now() - timedelta(days=999)
    db.session.remove()
    barrier, meeting, answers = PROCESSES.Barrier(2), PROCESSES.Barrier(2), PROCESSES.Queue()
    asked = (app.config["SETTINGS"], barrier, meeting, guarded, answers)
    workers = [PROCESSES.Process(target=resend_with_another, args=asked) for _ in range(2)]
    for worker in workers:
        worker.start()
    found = sorted(answers.get(timeout=120) for _ in workers)
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    return found


def test_two_workers_at_once_queue_a_letter_in_doubt_once(app, today, mail, deliver):
    mail(lost_answers)
    [(none, waited), (one, _)] = two_at_once(app, today, deliver, guarded=True)
    assert (none, one) == (0, 1)
    if db.engine.dialect.name == "postgresql":
        assert waited < 1.0  # it is somebody else's: nobody stands still for it
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.state, letter.resends) == ("queued", 1)


def test_without_the_lock_both_would_queue_it(app, today, mail, deliver):
    """The control: on SQLite the second of two writers is thrown out instead, by a database that is no longer asked."""
    mail(lost_answers)
    counts = [count for count, _ in two_at_once(app, today, deliver, guarded=False)]
    assert counts == ([1, 1] if db.engine.dialect.name == "postgresql" else [-1, 1])
