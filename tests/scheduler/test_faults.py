"""Faults of RELIABILITY 1.7 that no other test has for its subject. docs/faults.md says where each of F1 to F40 is."""

import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from accreditation.core import clock
from accreditation.core.database import db, sqlite_module, transaction
from accreditation.core.migrate import newest_revision
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people import services as people
from accreditation.people.models import ContactAddress, Person
from accreditation.people.rules import Grant
from accreditation.web.words import day as day_words
from accreditation.web.words import short_day
from scheduler.jobs import deliver as deliver_beat
from scheduler.jobs import tick
from scheduler.models import Obligation, SchedulerLease
from scheduler.services import steps
from scheduler.services.journal import NAME
from scheduler.services.operating import release_letters
from tests import factories
from tests.scheduler.ready import everything_in_order


def states() -> dict[str, int]:
    db.session.rollback()
    found: dict[str, int] = {}
    for state in db.session.scalars(select(Letter.state)):
        found[state] = found.get(state, 0) + 1
    return found


@pytest.mark.parametrize(("with_journal", "state"), [(True, "sent"), (False, "in_doubt")])
def test_f4_the_database_goes_down_before_sent_is_recorded(app, mail, deliver, monkeypatch, with_journal, state):
    server = mail()
    letter_id = factories.letter()

    def down(*_):
        raise OperationalError("COMMIT", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr(steps, "conclude", down)
        patch.setattr(steps.time, "sleep", lambda seconds: None)
        with pytest.raises(OperationalError):
            deliver()
    if not with_journal:
        (app.config["SETTINGS"].data_dir / NAME).unlink()
    assert factories.state_of(letter_id) == "handing_over"
    assert deliver().states == {}  # nobody else takes it before the lease is over
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        assert deliver().states == {state: 1}
    assert len(server.accepted) == 1


def test_f8_a_queue_that_waited_goes_in_the_order_of_what_ends_first(app, today, mail, deliver):
    server = mail(lambda phase, session: "421 no" if phase == "greeting" else None)
    for days in (60, 7, 30, 14):
        everything_in_order(ctc=today + timedelta(days=days), email=f"d{days}@example.uk")
    factories.plan(today)
    factories.letter(email="waiting@example.uk")
    for hour in range(6):
        with time_machine.travel(clock.now() + timedelta(hours=hour), tick=False):
            assert deliver().stopped
    assert states() == {"queued": 5}
    server.script = lambda phase, session: None
    with time_machine.travel(clock.now() + timedelta(hours=7), tick=False):
        deliver()
    order = ["waiting", "d7", "d14", "d30", "d60"]
    assert [recipient.partition("@")[0] for _, recipient in server.envelopes] == order


def test_f15_a_lease_that_is_deleted_or_edited_by_hand_changes_nothing(app, today, mail):
    server = mail()
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    tick(app)
    with transaction():
        db.session.delete(db.session.get_one(SchedulerLease, "planner"))
    tick(app)
    with transaction():
        lease = db.session.get_one(SchedulerLease, "planner")
        lease.holder, lease.epoch, lease.expires_at = "nonsense", 99, clock.now() - timedelta(days=1)
    tick(app)
    deliver_beat(app)
    assert len(server.accepted) == 1
    assert db.session.get_one(SchedulerLease, "planner", populate_existing=True).epoch == 100


def test_f16_connections_that_the_database_breaks_off_lose_nothing(app, mail, deliver, monkeypatch):
    """PostgreSQL restarts in the middle: every connection is gone at once, as after `pg_ctl -m immediate restart`."""
    if not app.url.startswith("postgresql"):
        return  # SQLite has no server: F17 and F18 are its faults
    from scheduler.services.smtp import Conversation

    ours: list[int] = []
    event.listen(db.engine, "connect", lambda connection, record: ours.append(connection.info.backend_pid))
    db.session.remove()
    db.engine.dispose()
    server = mail()
    for n in range(6):
        factories.letter(email=f"no{n}@example.uk")
    taken = Conversation.taken
    breaks = iter((False, True, False, False, True))

    def broken_off(self):
        answer = taken(self)
        if next(breaks, False):
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
                backends = "pg_stat_activity WHERE pid = ANY(:ours) AND pid <> pg_backend_pid()"
                broken = text(f"SELECT pg_terminate_backend(pid) FROM {backends}")
                other.execute(broken, {"ours": ours})
        return answer

    monkeypatch.setattr(Conversation, "taken", broken_off)
    monkeypatch.setattr(steps.time, "sleep", lambda seconds: None)
    for _ in range(4):
        try:
            deliver()
        except DBAPIError:
            db.session.remove()
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        deliver()
    assert states() == {"sent": 6}
    assert sorted(server.message_ids()) == sorted(db.session.scalars(select(Letter.message_id)))


def read_only(app) -> object:
    """Every new connection refuses to write, as with a full disk or a standby."""
    sqlite = app.url.startswith("sqlite")
    statement = "PRAGMA query_only = ON" if sqlite else "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"

    def refuse(connection, record):
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        if not sqlite:
            connection.commit()

    event.listen(db.engine, "connect", refuse)
    db.session.remove()
    db.engine.dispose()
    return refuse


def test_f17_a_database_that_cannot_be_written_starts_no_hand_over_and_it_goes_on_by_itself(app, mail, deliver):
    server = mail()
    factories.letter()
    refuse = read_only(app)
    with pytest.raises(DBAPIError):
        deliver()
    assert server.connections == 0
    event.remove(db.engine, "connect", refuse)
    db.session.remove()
    db.engine.dispose()
    assert deliver().states == {"sent": 1}
    assert len(server.accepted) == 1


def test_f18_a_long_import_holds_the_planner_up_and_the_next_beat_does_it(app, today):
    if not app.url.startswith("sqlite"):
        return  # PostgreSQL's writers do not wait for each other here
    everything_in_order(ctc=today + timedelta(days=30))
    event.listen(db.engine, "connect", lambda connection, record: connection.execute("PRAGMA busy_timeout = 20"))
    db.session.remove()
    db.engine.dispose()
    with db.engine.connect() as importing:
        importing.exec_driver_sql("ROLLBACK")
        importing.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError):
            tick(app)
        db.session.remove()
        importing.exec_driver_sql("ROLLBACK")
        importing.exec_driver_sql("BEGIN")
    tick(app)
    assert states() == {"queued": 1}


def test_f18_what_is_over_in_time_is_waited_for_within_the_same_beat(app, today):
    """The planner stands in line for as long as a writer may wait, and is not thrown out.

    By the library that the register itself uses: another one in the same process would not see its locks.
    """
    if not app.url.startswith("sqlite"):
        return  # PostgreSQL's writers do not wait for each other here
    everything_in_order(ctc=today + timedelta(days=30))
    db.session.remove()
    at_work = threading.Event()

    def import_for_a_moment() -> None:
        with closing(sqlite_module().connect(app.url.removeprefix("sqlite:///"), isolation_level=None)) as importing:
            importing.execute("BEGIN IMMEDIATE")
            at_work.set()
            time.sleep(0.7)
            importing.execute("ROLLBACK")

    other = threading.Thread(target=import_for_a_moment)
    other.start()
    assert at_work.wait(60)
    tick(app)
    other.join(60)
    assert states() == {"queued": 1}


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
        assert states() == {"held": 8}
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
    assert states() == {"held": 8}
    moved.move_to(noon + timedelta(hours=1))


def test_f21_what_was_held_by_a_clock_ahead_is_taken_back_by_the_next_beat(app, mail, deliver):
    """Nobody has to look at letters that are not due for months; on their day they are owed and go."""
    server = mail()
    noon = datetime(2027, 2, 2, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False) as moved:
        a_year_ahead_for_an_hour(app, deliver, moved, noon)
        tick(app)
        assert states() == {"superseded": 8}
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
            assert states()["held"] == 8


def test_f21_what_is_held_and_due_stays_held(app):
    with time_machine.travel(datetime(2027, 2, 2, 12, tzinfo=UTC), tick=False):
        with transaction():
            set_setting("reminder_breaker", "1")
        for n in range(3):
            everything_in_order(ctc=clock.today() + timedelta(days=30), email=f"no{n}@example.uk")
        for _ in range(2):
            tick(app)
            assert states() == {"held": 3}


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


@pytest.mark.parametrize("how", ["left", "withdrawal", "leave"])
def test_f29_who_is_gone_when_the_letter_is_handed_over_gets_none(app, today, mail, deliver, how):
    server = mail()
    who = everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    assert factories.plan(today) == 1
    if how == "left":
        with transaction():
            db.session.get_one(Person, who.id).left_on = today
    else:
        factories.evidence(who.id, how, today, code="INHOUSE-WPM" if how == "withdrawal" else None)
    assert deliver().states == {"superseded": 1}
    assert server.accepted == []
    assert db.session.scalars(select(Obligation.state).where(Obligation.stage == 30)).all() == ["superseded"]


def edited(who: Person, email: str | None) -> None:
    """As the edit page saves it."""
    there = db.session.get_one(Person, who.id, populate_existing=True)
    kept = {
        name: getattr(there, name) for name in ("given_name", "family_name", "pay_number", "unit_id", "holder_kind")
    }
    with transaction():
        people.edit_person(who.id, shown_version=there.version, **kept, email=email)


def test_f30_the_old_address_hears_that_it_is_the_old_one_and_nothing_else(app, today, mail, deliver):
    server = mail()
    who = everything_in_order(ctc=today + timedelta(days=30), email="old@example.uk")
    assert factories.plan(today) == 1
    edited(who, "new@example.uk")
    edited(who, "new@example.uk")
    assert deliver().states == {"sent": 2}
    subjects = {recipient: letter for (_, recipient), letter in zip(server.envelopes, server.accepted, strict=True)}
    assert "due by 3 March 2027" in subjects["new@example.uk"]["Subject"]
    notice = subjects["old@example.uk"]
    assert notice["To"] == "old@example.uk"
    assert "do not come to this address any more" in notice["Subject"]
    for said in ("new@example.uk", "due", "CTC", "/me"):
        assert said not in notice.get_body(("plain",)).get_content()


@pytest.mark.parametrize("how", ["back again", "bounced", "first"])
def test_f30_no_notice_goes_where_there_is_nobody_to_tell(app, today, mail, deliver, how):
    server = mail()
    who = factories.person(email=None if how == "first" else "old@example.uk")
    if how == "bounced":
        with transaction():
            db.session.scalars(select(ContactAddress)).one().undeliverable_since = clock.now()
    edited(who, "new@example.uk")
    if how == "back again":
        edited(who, "old@example.uk")
    deliver()
    told = [recipient for _, recipient in server.envelopes]
    assert told == (["new@example.uk"] if how == "back again" else [])


def test_f37_a_process_of_another_version_leaves_the_letters_alone(app, today, mail):
    server = mail()
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    factories.letter()

    def version(number: str) -> None:
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})

    version("9999")
    tick(app)
    assert deliver_beat(app).stopped
    version(newest_revision())
    assert (server.connections, states()) == (0, {"queued": 1})
    tick(app)
    deliver_beat(app)
    assert len(server.accepted) == 2


def test_f39_many_people_who_are_late_already_are_held_and_released_in_parts(app, today, mail, deliver):
    server = mail()
    with transaction():
        set_setting("reminder_breaker", "3")
    for n in range(6):
        everything_in_order(ctc=today + timedelta(days=5), email=f"no{n}@example.uk")
    assert factories.plan(today) == 6
    assert states() == {"held": 6}
    ids = list(db.session.scalars(select(Letter.id).order_by(Letter.id)))
    for part, sent in ((ids[:2], 2), (ids[2:], 6)):
        with transaction():
            release_letters(part, released_by=db.session.scalar(select(Person.id)))
        deliver()
        assert len(server.accepted) == sent


def test_the_days_of_a_reminder_are_dates_of_london(app):
    """The day before midnight in UTC is the next day in London in summer: the reminder is that day's."""
    ends = date(2027, 7, 31)
    everything_in_order(ctc=ends)
    with time_machine.travel("2027-06-30T23:30:00+00:00", tick=False):
        assert clock.today() == date(2027, 7, 1)
        factories.plan(clock.today())
    assert db.session.scalars(select(Obligation.stage).where(Obligation.state == "owed")).all() == [30]
