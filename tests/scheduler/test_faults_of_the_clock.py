"""A clock that is ahead or behind, leap days, and the dates of London (F21, F22, F24)."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.models import Person
from accreditation.people.rules import Grant
from accreditation.web.words import day as day_words
from accreditation.web.words import short_day
from scheduler.jobs import tick
from scheduler.models import Obligation
from scheduler.services.operating import release_letters
from tests import factories
from tests.scheduler.ready import everything_in_order


def test_f21_a_clock_that_is_a_year_ahead_for_an_hour_sends_nothing(app, mail, deliver):
    server = mail()
    noon = datetime(2027, 2, 2, 12, tzinfo=UTC)
    with transaction():
        set_setting("reminder_breaker", "5")
    with time_machine.travel(noon, tick=False) as moved:
        today = clock.today()
        for n in range(8):
            everything_in_order(ctc=today + timedelta(days=300), email=f"no{n}@example.uk")
        assert factories.plan(today) == 0
        moved.move_to(noon + timedelta(days=365))
        assert factories.plan(clock.today()) == 8
        assert deliver().states == {}
        moved.move_to(noon + timedelta(hours=1))
        assert factories.plan(clock.today()) == 0
        assert factories.states() == {"held": 8}
        with transaction():
            ids = list(db.session.scalars(select(Letter.id)))
            release_letters(ids, released_by=db.session.scalar(select(Person.id)))
        assert deliver().states == {"superseded": 8}
        with transaction():
            set_setting("reminder_breaker", "100")
        moved.move_to(noon + timedelta(days=120))
        assert factories.plan(clock.today()) == 8  # on their day they are owed all the same
        assert deliver().states == {"sent": 8}
    assert len(server.accepted) == 8


def a_year_ahead_for_an_hour(app, deliver, moved, noon: datetime) -> None:
    """Eight people whose year-ahead reminders were planned and held, and the clock that is right again."""
    with transaction():
        set_setting("reminder_breaker", "5")
    for n in range(8):
        everything_in_order(ctc=clock.today() + timedelta(days=300), email=f"no{n}@example.uk")
    moved.move_to(noon + timedelta(days=365))
    assert factories.plan(clock.today()) == 8
    assert factories.states() == {"held": 8}
    moved.move_to(noon + timedelta(hours=1))


def test_f21_what_was_held_by_a_clock_ahead_is_taken_back_by_the_next_beat(app, mail, deliver):
    """Nobody has to look at letters that are not due for months; on their day they are owed and go."""
    server = mail()
    noon = datetime(2027, 2, 2, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False) as moved:
        a_year_ahead_for_an_hour(app, deliver, moved, noon)
        tick(app)
        assert factories.states() == {"superseded": 8}
        assert deliver().states == {}
        with transaction():
            set_setting("reminder_breaker", "100")
        moved.move_to(noon + timedelta(days=120))
        tick(app)
        db.session.rollback()
        assert deliver().states == {"sent": 8}
    assert len(server.accepted) == 8


def test_f21_without_the_look_they_stay_held_beyond_their_day(app, mail, deliver, monkeypatch):
    """The control."""
    mail()
    monkeypatch.setattr("scheduler.jobs.take_back_too_early", lambda _: 0)
    noon = datetime(2027, 2, 2, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False) as moved:
        a_year_ahead_for_an_hour(app, deliver, moved, noon)
        for days in (0, 120):
            moved.move_to(noon + timedelta(days=days, hours=1))
            tick(app)
            assert factories.states()["held"] == 8


def test_f21_what_is_held_and_due_stays_held(app):
    with time_machine.travel(datetime(2027, 2, 2, 12, tzinfo=UTC), tick=False):
        with transaction():
            set_setting("reminder_breaker", "1")
        for n in range(3):
            everything_in_order(ctc=clock.today() + timedelta(days=30), email=f"no{n}@example.uk")
        for _ in range(2):
            tick(app)
            assert factories.states() == {"held": 3}


def test_f22_a_clock_that_is_a_day_behind_sends_nothing_again(app, mail, deliver):
    refused = ["451 later"]
    server = mail(lambda phase, session: refused.pop() if phase == "rcpt" and refused else None)
    noon = datetime(2027, 2, 3, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False) as moved:
        everything_in_order(ctc=clock.today() + timedelta(days=30), email="ada@example.uk")
        assert factories.plan(clock.today()) == 1
        assert deliver().states == {"retry_wait": 1}
        moved.move_to(noon - timedelta(days=1))
        assert [factories.plan(clock.today()), deliver().states] == [0, {}]
        moved.move_to(noon + timedelta(minutes=5))
        assert [factories.plan(clock.today()), deliver().states] == [0, {"sent": 1}]
    assert len(server.accepted) == 1


@pytest.mark.parametrize(
    ("attended", "last_day"),
    [
        (date(2028, 2, 29), date(2029, 2, 28)),  # 2029 has no such day: good through the last of that month
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2027, 2, 28), date(2028, 2, 27)),
    ],
)
def test_f24_a_leap_day_is_the_same_last_day_in_the_letter_on_the_pages_and_in_the_export(
    app, any_hour, today, sign_in, mail, deliver, attended, last_day
):
    server = mail()
    with time_machine.travel(datetime.combine(last_day, time_of_day(12), UTC) - timedelta(days=29), tick=False):
        who = everything_in_order(attended=attended, email="ada@example.uk")
        assert factories.plan(clock.today() - timedelta(days=1)) == 1  # of 60 days; 30 count from the day after
        assert factories.plan(clock.today()) == 1
        manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
        assert deliver().states == {"sent": 2}
        words, short = day_words(last_day), short_day(last_day)
        assert all(f"due by {words}" in message["Subject"] for message in server.accepted)
        assert short in manager.get(f"/reminders/person/{who.reference}").text
        assert words in manager.get(f"/mediators/{who.reference}").text
        sheet = load_workbook(BytesIO(manager.get("/mediators/export.xlsx").data)).worksheets[0]
        days = {cell.value.date() for row in sheet for cell in row if isinstance(cell.value, datetime)}
        assert last_day in days


def test_the_days_of_a_reminder_are_dates_of_london(app):
    """The day before midnight in UTC is the next day in London in summer: the reminder is that day's."""
    ends = date(2027, 7, 31)
    everything_in_order(ctc=ends)
    with time_machine.travel("2027-06-30T23:30:00+00:00", tick=False):
        assert clock.today() == date(2027, 7, 1)
        factories.plan(clock.today())
    assert db.session.scalars(select(Obligation.stage).where(Obligation.state == "owed")).all() == [30]
