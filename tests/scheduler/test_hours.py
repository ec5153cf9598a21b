"""Reminders go out in the hours that are set, on the days that are set; other letters whenever they are owed."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.settings import set_setting
from scheduler.rules.hours import SendingHours
from tests import factories
from tests.scheduler.ready import everything_in_order


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2027-02-02 07:59:59", "2027-02-02 08:00"),  # a Tuesday
        ("2027-02-02 08:00", "2027-02-02 08:00"),
        ("2027-02-02 17:59:59", "2027-02-02 17:59:59"),
        ("2027-02-02 18:00", "2027-02-03 08:00"),
        ("2027-02-05 18:00", "2027-02-08 08:00"),  # over a weekend
        ("2027-03-25 18:00", "2027-03-30 07:00"),  # over Easter, in which summer time begins: 8am is 7 in UTC
        ("2027-03-30 06:59:59", "2027-03-30 07:00"),
        ("2027-10-29 17:30", "2027-11-01 08:00"),  # 6:30pm in summer time; then winter time
        ("2027-12-24 18:00", "2027-12-29 08:00"),  # Christmas on a Saturday: Monday and Tuesday are substitutes
    ],
)
def test_the_next_moment_is_within_the_hours(moment, opens):
    hours = SendingHours()
    assert hours.next_moment(at(moment)) == at(opens)
    assert hours.allow(at(moment)) == (moment == opens)
    assert hours.allow(hours.next_moment(at(moment)))


def test_a_service_may_send_at_any_hour_of_any_day():
    hours = SendingHours(time(0), time(0), working_days_only=False)
    assert hours.allow(at("2027-12-25 23:59:59"))
    assert SendingHours(time(9), time(0), working_days_only=False).next_moment(at("2027-12-25 00:00")) == at(
        "2027-12-25 09:00"
    )


def test_a_reminder_owed_at_night_goes_in_the_morning_and_an_invitation_at_once(app, mail, deliver):
    server = mail()
    with time_machine.travel("2027-02-06T02:00:00+00:00", tick=False) as moved:  # a Saturday
        everything_in_order(ctc=clock.today() + timedelta(days=30), email="ada@example.uk")
        assert factories.plan(clock.today()) == 1
        reminder = db.session.scalars(db.select(Letter)).one()
        assert reminder.not_before == at("2027-02-08 08:00")
        factories.letter()
        assert deliver().states == {"sent": 1}
        moved.move_to(at("2027-02-08 08:00"))
        assert deliver().states == {"sent": 1}
    assert len(server.accepted) == 2


def test_what_is_tried_again_waits_for_the_hours_too(app, mail, deliver):
    """A condition at every hand-over, not only when the letter is queued."""
    refusals = ["451 later"]
    server = mail(lambda phase, session: refusals.pop() if phase == "rcpt" and refusals else None)
    with time_machine.travel("2027-02-05T17:59:00+00:00", tick=False) as moved:
        everything_in_order(ctc=clock.today() + timedelta(days=30), email="ada@example.uk")
        factories.plan(clock.today())
        assert deliver().states == {"retry_wait": 1}
        moved.move_to(at("2027-02-06 10:00"))
        assert deliver().states == {}
        moved.move_to(at("2027-02-08 08:00"))
        assert deliver().states == {"sent": 1}
    assert len(server.accepted) == 1


def test_no_more_than_the_limit_go_in_a_minute(app, today, mail, deliver):
    server = mail()
    with transaction():
        set_setting("letters_per_minute", "2")
    for _ in range(5):
        factories.letter()
    for seconds, sent in ((0, 2), (59, 2), (60, 4), (120, 5)):
        with time_machine.travel(datetime(2027, 2, 2, 10, tzinfo=UTC) + timedelta(seconds=seconds), tick=False):
            done = deliver()
        assert len(server.accepted) == sent
        assert (done.stopped is None) == (sent == 5)
