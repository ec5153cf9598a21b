"""The manager's weekly digest: what it says, and that it goes once a week whatever happens."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Permission, Role, Scope
from accreditation.core.settings import set_setting
from accreditation.desk.queries.attention import attention_for
from accreditation.desk.queries.digest import what_needs_attention
from accreditation.desk.rules.digest import CALLED, called, end_at_once, ends_within
from accreditation.people.models import GrantRow
from accreditation.people.queries import viewer_of
from accreditation.people.rules import Grant
from scheduler.jobs import tick
from scheduler.models import Obligation
from scheduler.queries.why import obligations_about
from scheduler.rules.hours import SendingHours
from scheduler.rules.ladders import DIGEST
from scheduler.rules.weekly import WeeklyTime, digest_due, is_followed, next_weekly
from scheduler.rules.wordings import UNSAID
from scheduler.services import digests
from scheduler.services.digests import choose_digest, owe_digests
from scheduler.services.steps import Pace
from tests import factories
from tests.applications import application
from tests.factories import SCHEME
from tests.forking import PROCESSES
from tests.scheduler.ready import everything_in_order

TUESDAY = datetime(2027, 2, 2, 10, tzinfo=UTC)
MONDAY = date(2027, 2, 8)
EIGHT = datetime.combine(MONDAY, time(8), UTC)
WEEK = timedelta(days=7)
HOURS = SendingHours(time(8), time(18))


@pytest.mark.parametrize(
    ("stage", "stages", "followed"),
    [(-7, (-7, -14), True), (-14, (-7, -14), False), (28, (28, 7, -7), True), (7, (28, 7, -7), True), (0, (0,), False)],
)
def test_all_but_the_last_word_may_wait_for_the_digest(stage, stages, followed):
    assert is_followed(stage, stages) is followed


@pytest.mark.parametrize(
    ("now", "weekday", "at", "week"),
    [
        ("2027-02-08T07:59:59+00:00", 0, 8, "2027-02-01"),
        ("2027-02-08T08:00:00+00:00", 0, 8, "2027-02-08"),
        ("2027-02-08T13:59:00+00:00", 0, 14, "2027-02-01"),
        ("2027-02-08T14:00:00+00:00", 0, 14, "2027-02-08"),
        ("2027-02-11T23:00:00+00:00", 4, 8, "2027-02-01"),
        ("2027-02-12T08:00:00+00:00", 4, 8, "2027-02-08"),
        ("2027-02-14T12:00:00+00:00", 0, 8, "2027-02-08"),
        ("2027-03-29T12:00:00+00:00", 0, 8, "2027-03-22"),  # Easter Monday: on the Tuesday, and the clocks went on
        ("2027-03-30T07:00:00+00:00", 0, 8, "2027-03-29"),
        ("2027-03-29T12:00:00+00:00", 4, 8, "2027-03-15"),  # Good Friday's goes after Easter, in the week that follows
        ("2027-03-30T07:00:00+00:00", 4, 8, "2027-03-22"),
    ],
)
def test_the_week_whose_digest_may_have_gone(now, weekday, at, week):
    when = WeeklyTime(weekday, time(at))
    assert digest_due(datetime.fromisoformat(now), when, HOURS) == date.fromisoformat(week)


def test_a_time_before_the_hours_means_when_they_begin():
    assert next_weekly(TUESDAY, WeeklyTime(2, time(6)), HOURS)[1] == datetime(2027, 2, 3, 8, tzinfo=UTC)
    assert next_weekly(TUESDAY, WeeklyTime(2, time(19)), HOURS)[1] == datetime(2027, 2, 4, 8, tzinfo=UTC)


# --- what it says --------------------------------------------------------------------------------------------------


def manager(email: str = "manager@example.uk", unit_id: int | None = None, digest: str = "needed", subjects=()):
    who = factories.person(email=email)
    scope = Scope.UNIT if unit_id else Scope.SERVICE
    factories.grant(who.id, Role.PRACTICE_MANAGER, scope, unit_id)
    with transaction():
        choose_digest(who.id, digest, subjects, now=clock.now())
    return who


def something_to_see_to(today: date) -> None:
    everything_in_order(ctc=today - timedelta(days=1))
    everything_in_order(ctc=today + timedelta(days=20))
    everything_in_order(award=today + timedelta(days=50))


def test_each_number_is_that_of_the_first_page_and_of_its_list(app, today, sign_in):
    something_to_see_to(today)
    who = manager()
    browser = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE), person=who)
    viewer = viewer_of(who.id, today).limited_to(Permission.VIEW_ATTENTION)
    attention = attention_for(viewer, SCHEME, today, clock.now())
    there = {figure.code: figure for group in attention.groups for figure in group.figures}
    said = {figure.code: figure for figure in what_needs_attention(viewer, today, clock.now()) if figure.number}
    assert {code: figure.number for code, figure in said.items()} == {
        "lapsed": 1, "ends-30": 1, "ends-60": 2, "ends-90": 2,
    }  # fmt: skip
    for code, figure in said.items():
        assert (figure.number, figure.url) == (there[code].number, there[code].url)
        page = browser.get(figure.url).text
        assert page.count("/mediators/M") >= figure.number, code
    page = browser.get("/reminders/digest").text
    assert all(figure.label in page for figure in said.values())


def test_it_says_no_state_no_level_and_no_reason(app, today):
    who = manager()
    viewer = viewer_of(who.id, today).limited_to(Permission.VIEW_ATTENTION)
    for figure in what_needs_attention(viewer, today, clock.now()):
        for number in (1, 2):
            assert not UNSAID.search(called(figure.code, number, figure.label)), figure.label
    assert {figure.code for figure in what_needs_attention(viewer, today, clock.now())} >= CALLED.keys()
    for number in (1, 2):
        assert not UNSAID.search(ends_within(30, number) + end_at_once("1 March 2027", number))


def test_only_the_people_of_ones_own_unit_are_counted(app, today):
    mine, other = factories.unit("Croydon"), factories.unit("Sutton")
    everything_in_order(ctc=today - timedelta(days=1), unit_id=mine.id)
    everything_in_order(ctc=today - timedelta(days=1), unit_id=other.id)
    who = manager(unit_id=mine.id)
    viewer = viewer_of(who.id, today).limited_to(Permission.VIEW_ATTENTION)
    counted = {figure.code: figure.number for figure in what_needs_attention(viewer, today, clock.now())}
    assert counted["lapsed"] == 1


# --- once a week ---------------------------------------------------------------------------------------------------


def digests_there() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = select(Obligation.basis_date, Obligation.state).where(Obligation.subject == DIGEST)
    return [(week.isoformat(), state) for week, state in db.session.execute(rows.order_by(Obligation.basis_date))]


def sent_to_manager(server) -> list[tuple[str, str]]:
    """Subject and text of each digest that the manager was sent."""
    found = [message for message in server.accepted if message["To"] == "manager@example.uk"]
    return [
        (message["Subject"], message.get_body(("plain",)).get_content().replace("\r", ""))
        for message in found
        if "digest" in message["Subject"]
    ]


def test_one_goes_each_week_on_its_day_in_the_hours_and_the_first_in_the_week_after(app, mail, deliver):
    server = mail()
    with time_machine.travel(TUESDAY, tick=False) as moved:
        something_to_see_to(clock.today())
        who = manager()
        for day, expected in ((TUESDAY, 0), (EIGHT - timedelta(minutes=1), 0), (EIGHT, 1), (EIGHT + WEEK, 2)):
            moved.move_to(day)
            for _ in range(3):
                tick(app)
                deliver(pace=Pace(), even_if_paused=True)
            assert len(sent_to_manager(server)) == expected
    subject, text = sent_to_manager(server)[0]
    assert subject == "Weekly digest, 8 February 2027: 5 items need your attention"
    assert "1 mediator may not work because something has run out:\n" in text
    assert "/mediators?verdict=lapsed" in text
    assert digests_there() == [("2027-02-01", "settled"), ("2027-02-08", "owed"), ("2027-02-15", "owed")]
    [line] = [line for line in obligations_about(who.id) if line.is_digest and line.due_by == MONDAY]
    assert (line.what, [letter.state for letter in line.letters]) == ("Weekly digest", ["sent"])


def test_after_a_silence_one_speaks_for_every_week_that_was_missed(app, mail, deliver):
    server = mail()
    with time_machine.travel(TUESDAY, tick=False) as moved:
        something_to_see_to(clock.today())
        manager()
        moved.move_to(EIGHT + 5 * WEEK + timedelta(days=2))
        tick(app)
        tick(app)
        deliver(pace=Pace(), even_if_paused=True)
    assert len(sent_to_manager(server)) == 1
    assert digests_there() == [
        ("2027-02-01", "settled"),
        *((f"{MONDAY + n * WEEK}", "collapsed") for n in range(5)),
        ("2027-03-15", "owed"),
    ]


def test_one_that_still_waits_is_replaced_by_that_of_the_next_week(app, mail, deliver):
    with time_machine.travel(TUESDAY, tick=False) as moved:
        something_to_see_to(clock.today())
        manager()
        app.config["SMTP_URL"] = "smtp://127.0.0.1:1"
        for week in range(3):
            moved.move_to(EIGHT + week * WEEK)
            tick(app)
        server = mail()
        deliver(pace=Pace(), even_if_paused=True)
    assert len(sent_to_manager(server)) == 1
    assert [state for _, state in digests_there()] == ["settled", "superseded", "superseded", "owed"]


def test_another_weekday_in_the_same_week_makes_no_second_one(app):
    with time_machine.travel(EIGHT - WEEK, tick=False) as moved:
        something_to_see_to(clock.today())
        manager()
        moved.move_to(EIGHT)
        with transaction():
            assert owe_digests(MONDAY, clock.now()) == 1
            set_setting("weekly_letter_on", "4")
        for days in range(1, 11):
            moved.move_to(EIGHT + timedelta(days=days))
            with transaction():
                assert owe_digests(clock.today(), clock.now()) == 0
        moved.move_to(EIGHT + timedelta(days=11))  # the Friday of the week after
        with transaction():
            assert owe_digests(clock.today(), clock.now()) == 1


def owe_with_the_others(settings, barrier, answers) -> None:
    """Everybody reads who has had theirs, waits until all have, and then writes."""
    look = digests.newest_digests

    def look_together(person_ids):
        found = look(person_ids)
        barrier.wait(timeout=120)
        return found

    digests.newest_digests = look_together
    with application(settings, settings.database_url, settings.data_dir).app_context():
        if db.engine.dialect.name == "sqlite":  # one writes at a time there: they meet before, not within
            digests.newest_digests = look
            barrier.wait(timeout=120)
        with transaction():
            answers.put(owe_digests(MONDAY, EIGHT))


def test_four_schedulers_at_once_owe_one_between_them(app):
    with time_machine.travel(TUESDAY, tick=False):
        manager()
    db.session.remove()
    barrier, answers = PROCESSES.Barrier(4), PROCESSES.Queue()
    asked = (app.config["SETTINGS"], barrier, answers)
    running = [PROCESSES.Process(target=owe_with_the_others, args=asked) for _ in range(4)]
    for one in running:
        one.start()
    assert sorted(answers.get(timeout=180) for _ in running) == [0, 0, 0, 1]
    for one in running:
        one.join(60)
        assert one.exitcode == 0
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 1


def test_without_the_key_of_the_week_every_look_would_owe_one(app, monkeypatch):
    """The control: the read before the write is not what keeps it to one."""
    with time_machine.travel(TUESDAY, tick=False) as moved:
        who = manager()
        moved.move_to(EIGHT)
        monkeypatch.setattr(digests, "newest_digests", lambda _: {who.id: MONDAY - WEEK})
        with transaction():
            assert [owe_digests(MONDAY, EIGHT) for _ in range(3)] == [1, 0, 0]
        with transaction():
            for row in db.session.scalars(select(Obligation).where(Obligation.subject == DIGEST)):
                row.subject = f"known otherwise {row.id}"
            db.session.scalars(select(Letter)).one().key = "another"
        with transaction():
            assert owe_digests(MONDAY, EIGHT) == 1


@pytest.mark.parametrize(("digest", "states"), [("needed", ["superseded"]), ("always", ["sent"]), ("never", [])])
def test_nobody_gets_an_empty_one_unless_they_want_it(app, mail, deliver, digest, states):
    server = mail()
    with time_machine.travel(TUESDAY, tick=False) as moved:
        who = manager(digest=digest)
        moved.move_to(EIGHT)
        for _ in range(2):
            tick(app)
            deliver(pace=Pace(), even_if_paused=True)
        assert list(db.session.scalars(select(Letter.state).where(Letter.person_id == who.id))) == states
    if states == ["sent"]:
        assert sent_to_manager(server)[0][0].endswith("nothing needs your attention")


def test_who_is_no_manager_any_more_when_it_goes_gets_none(app, mail, deliver):
    server = mail()
    with time_machine.travel(TUESDAY, tick=False) as moved:
        something_to_see_to(clock.today())
        who = manager()
        moved.move_to(EIGHT)
        tick(app)
        with transaction():
            db.session.scalars(select(GrantRow).where(GrantRow.person_id == who.id)).one().ends_on = MONDAY
        deliver(pace=Pace(), even_if_paused=True)
        states = select(Letter.state).where(Letter.person_id == who.id, Letter.template == digests.DIGEST_LETTER)
        assert list(db.session.scalars(states)) == ["superseded"]
    assert sent_to_manager(server) == []
