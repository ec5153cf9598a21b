"""Early reminders in one letter a week, for who asks for it; duties always by themselves."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from scheduler.models import Obligation
from scheduler.queries.why import obligations_about
from scheduler.rules.hours import SendingHours
from scheduler.rules.weekly import WeeklyTime, may_wait, next_weekly
from scheduler.services import owing
from scheduler.services.weekly import choose_weekly, who_wants_weekly
from tests import factories
from tests.scheduler.ready import everything_in_order

WEEKLY = "email/scheduler/weekly.txt"
TUESDAY = datetime(2027, 2, 2, 10, tzinfo=UTC)
MONDAY = date(2027, 2, 8)


@pytest.mark.parametrize(
    ("stage", "stages", "waits"),
    [
        (180, (180, 90, 7, 0), True),
        (14, (180, 14, 7, 0), True),
        (13, (60, 13, 7), False),
        (60, (60, -7), False),
        (60, (60,), False),
        (30, (30, 0), True),
        (7, (60, 30, 7), False),
        (0, (30, 0), False),
        (-7, (30, 0, -7), False),
    ],
)
def test_only_early_stages_may_wait(stage, stages, waits):
    assert may_wait(stage, stages) is waits


@pytest.mark.parametrize(
    ("now", "weekday", "day", "goes"),
    [
        ("2027-02-02T10:00:00+00:00", 0, "2027-02-08", "2027-02-08T08:00:00+00:00"),
        ("2027-02-08T07:59:00+00:00", 0, "2027-02-08", "2027-02-08T08:00:00+00:00"),
        ("2027-02-08T08:00:00+00:00", 0, "2027-02-15", "2027-02-15T08:00:00+00:00"),
        ("2027-02-08T08:01:00+00:00", 1, "2027-02-09", "2027-02-09T08:00:00+00:00"),
        ("2027-03-24T12:00:00+00:00", 0, "2027-03-29", "2027-03-30T07:00:00+00:00"),  # Easter Monday; clocks went on
    ],
)
def test_the_next_weekly_letter_is_the_next_whose_hours_have_not_opened(now, weekday, day, goes):
    found = next_weekly(datetime.fromisoformat(now), WeeklyTime(weekday), SendingHours(time(8), time(18)))
    assert found == (date.fromisoformat(day), datetime.fromisoformat(goes))


def wants_weekly(**ends: date):
    who = everything_in_order(email="ada@example.uk", **ends)
    with transaction():
        choose_weekly(who.id, True)
    return who


def letters() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = select(Letter.template, Letter.state).order_by(Letter.id)
    return [(template.rpartition("/")[2], state) for template, state in db.session.execute(rows)]


def test_early_reminders_go_together_in_the_weekly_letter(app, mail, deliver):
    server = mail()
    with time_machine.travel(TUESDAY, tick=False) as moved:
        today = clock.today()
        who = wants_weekly(ctc=today + timedelta(days=60), award=today + timedelta(days=30), cpd=today + timedelta(61))
        assert factories.plan(today) == 1
        assert factories.plan(today) == 0
        moved.move_to(TUESDAY + timedelta(days=1))
        assert factories.plan(clock.today()) == 0  # CPD: into the letter that waits
        assert deliver().states == {}
        assert letters() == [("weekly.txt", "queued")]
        lines = [line for line in obligations_about(who.id) if line.state == "owed"]
        assert [[letter.called for letter in line.letters] for line in lines] == [["Weekly letter"]] * 3
        moved.move_to(datetime.combine(MONDAY, time(8), UTC))
        assert deliver().states == {"sent": 1}
        assert deliver().states == {}
    [message] = server.accepted
    assert message["Subject"] == "3 items on your mediator record: the first is due by 3 March 2027"


def test_the_last_stage_and_what_has_ended_come_at_once(app, mail, deliver):
    server = mail()
    with time_machine.travel(TUESDAY, tick=False):
        today = clock.today()
        wants_weekly(ctc=today + timedelta(days=7), award=today + timedelta(days=60), cpd=today - timedelta(days=1))
        factories.plan(today)
        assert ("weekly.txt", "queued") in letters()
        done = deliver()
    assert done.states["sent"] == len(server.accepted) >= 1
    assert ("weekly.txt", "queued") in letters()


def test_who_has_not_asked_gets_each_at_once(app, mail, deliver):
    server = mail()
    with time_machine.travel(TUESDAY, tick=False):
        today = clock.today()
        who = wants_weekly(ctc=today + timedelta(days=60), award=today + timedelta(days=30))
        with transaction():
            choose_weekly(who.id, False)
        assert who_wants_weekly([who.id]) == set()
        assert factories.plan(today) == 2
        assert deliver().states == {"sent": 2}
    assert len(server.accepted) == 2


def test_what_is_no_longer_true_is_left_out_and_an_empty_letter_does_not_go(app, mail, deliver):
    server = mail()
    with time_machine.travel(TUESDAY, tick=False) as moved:
        today = clock.today()
        who = wants_weekly(ctc=today + timedelta(days=60), award=today + timedelta(days=30))
        factories.plan(today)
        factories.evidence(who.id, "leave", today)
        moved.move_to(datetime.combine(MONDAY, time(9), UTC))
        assert deliver().states == {"superseded": 1}
        assert server.accepted == []
        assert set(db.session.scalars(select(Obligation.state).where(Obligation.stage.in_((60, 30))))) <= {
            "superseded", "collapsed",
        }  # fmt: skip


def test_a_letter_that_has_gone_takes_nothing_in_any_more(app, mail, deliver, monkeypatch):
    """The race at the moment it goes: planned for this week's letter, which has been handed over meanwhile."""
    server = mail()
    with time_machine.travel(TUESDAY, tick=False) as moved:
        today = clock.today()
        wants_weekly(ctc=today + timedelta(days=60), award=today + timedelta(days=61))
        assert factories.plan(today) == 1
        this_week = next_weekly(clock.now(), WeeklyTime(), SendingHours())
        moved.move_to(datetime.combine(MONDAY, time(9), UTC))
        assert deliver().states == {"sent": 1}
        monkeypatch.setattr(owing, "next_weekly", lambda *_: this_week)
        assert factories.plan(clock.today()) == 1
        assert letters() == [("weekly.txt", "sent"), ("item_due.txt", "queued")]
        assert deliver().states == {"sent": 1}
    assert len(server.accepted) == 2


def test_somebody_chooses_on_their_own_page(app, sign_in, today):
    who = everything_in_order(ctc=today + timedelta(days=60), email="ada@example.uk")
    browser = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, who.id), person=who)
    assert "8 Feb" in browser.get("/me/letters").text
    assert browser.post("/me/letters", data={"weekly": "yes"}).status_code == 302
    assert who_wants_weekly([who.id]) == {who.id}
    assert browser.post("/me/letters", data={}).status_code == 200
    assert browser.post("/me/letters", data={"weekly": "no"}).status_code == 302
    assert who_wants_weekly([who.id]) == set()
    assert "/me/letters" in browser.get("/me").text
