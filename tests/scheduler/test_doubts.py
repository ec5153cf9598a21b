"""Letters in doubt: a reminder goes once more by itself under the same number, anything else waits for a person."""

from datetime import timedelta

import time_machine

from accreditation.core import clock
from accreditation.core.database import db
from accreditation.core.outbox import FACTS, RESENT_WHEN_IN_DOUBT, Letter
from tests import factories
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
