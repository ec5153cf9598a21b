"""After a restore nothing that was sent is sent again, and nothing goes before somebody has looked."""

import json
import shutil
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from accreditation.core.backup import RESTORED, make_backup, restore_backup
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person
from accreditation.people.rules import Grant
from scheduler.jobs import deliver as deliver_beat
from scheduler.jobs import tick
from scheduler.models import Obligation
from scheduler.services import steps
from scheduler.services.journal import NAME, read_journal
from scheduler.services.recovering import recover_letters
from scheduler.services.restoring import is_held_after_restore, look_after_restore
from tests import factories
from tests.scheduler.ready import everything_in_order


def folder(app):
    return app.config["SETTINGS"].data_dir


def a_day_lost(app, today, tmp_path) -> list[Person]:
    """Two people at the time of the backup; then both are written to, one more joins, and the backup is restored."""
    people = [everything_in_order(ctc=today + timedelta(days=30), email=f"no{n}@example.uk") for n in range(2)]
    before = tmp_path / "before"
    if app.url.startswith("sqlite"):
        make_backup(before)
    else:
        copied = {table.name: [tuple(row) for row in db.session.execute(table.select())] for table in tables()}
        db.session.rollback()
    tick(app)
    deliver_beat(app)
    if app.url.startswith("sqlite"):
        restore_backup(before)
    else:
        put_back(copied)
        (folder(app) / RESTORED).touch()
    return people


def tables():
    return [table for table in db.metadata.sorted_tables if table.name in ("obligation", "letter", "letter_attempt")]


def put_back(copied) -> None:
    """What PostgreSQL's own tools would do, for the tables that matter here: they are as they were."""
    assert not any(copied.values())
    with db.engine.begin() as connection:
        connection.execute(db.text("SET session_replication_role = replica"))
        for table in reversed(tables()):
            connection.execute(db.text(f"DELETE FROM {table.name}"))
        connection.execute(db.text("SET session_replication_role = origin"))
    db.session.remove()


def test_what_was_sent_after_the_backup_is_not_sent_again(app, today, mail, tmp_path):
    server = mail()
    a_day_lost(app, today, tmp_path)
    assert len(server.accepted) == 2
    for _ in range(2):
        tick(app)
        deliver_beat(app)
    assert len(server.accepted) == 2
    told = list(db.session.scalars(select(Obligation).where(Obligation.state == "settled")))
    assert len(told) == 2
    assert all("journal" in one.reason for one in told)
    assert is_held_after_restore()
    assert not (folder(app) / RESTORED).exists()


def test_without_the_journal_it_would_be_owed_again(app, today, mail, tmp_path):
    """The negative control: held, but owed a second time."""
    mail()
    a_day_lost(app, today, tmp_path)
    (folder(app) / NAME).unlink()
    tick(app)
    db.session.rollback()
    states = db.session.execute(select(Letter.state, func.count()).group_by(Letter.state)).all()
    assert [tuple(row) for row in states] == [("held", 2)]


def test_what_falls_due_after_a_restore_is_held_until_somebody_has_looked(app, today, mail, sign_in, tmp_path):
    server = mail()
    a_day_lost(app, today, tmp_path)
    everything_in_order(ctc=today + timedelta(days=30), email="late@example.uk")
    tick(app)
    deliver_beat(app)
    assert len(server.accepted) == 2
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    page = manager.get("/reminders").text
    assert "A backup was restored" in page
    manager.post("/reminders/restored")
    assert not is_held_after_restore()
    assert "A backup was restored" not in manager.get("/reminders/rules").text
    everything_in_order(ctc=today + timedelta(days=30), email="later@example.uk")
    tick(app)
    deliver_beat(app)
    assert len(server.accepted) == 3


def test_a_letter_that_waited_in_the_backup_and_had_gone_is_marked_as_sent(app, today, mail, deliver):
    server = mail()
    letter_id = factories.letter()
    deliver()
    with transaction():
        letter = db.session.get_one(Letter, letter_id)
        letter.state = "held"
    (folder(app) / RESTORED).touch()
    assert look_after_restore(folder(app)).letters == 1
    assert factories.state_of(letter_id) == "sent"
    assert len(server.accepted) == 1


def test_a_worker_that_died_after_the_answer_is_known_to_have_sent(app, mail, deliver, monkeypatch):
    """Between the mail server's answer and the database there is the journal: the letter is not in doubt."""
    server = mail()
    letter_id = factories.letter()
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.services.delivery.conclude_whatever_happens", lambda *_: None)
        deliver(pace=steps.Pace(lease=timedelta(seconds=-9), step_seconds=2, reply_seconds=2))
    assert factories.state_of(letter_id) == "handing_over"
    assert recover_letters() == {"sent": 1}
    assert len(server.accepted) == 1


def test_the_journal_holds_no_address_and_no_name_and_a_torn_line_is_left_out(app, today, mail, deliver):
    mail()
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk", name="Ada Okafor")
    factories.plan(today)
    deliver()
    path = folder(app) / NAME
    text = path.read_text()
    assert "ada" not in text.lower()
    assert path.stat().st_mode & 0o077 == 0
    [line] = read_journal(folder(app))
    assert line.about[0]["basis_date"] == today + timedelta(days=30)
    path.write_text(text + json.dumps({"at": "x"})[:5])
    assert len(list(read_journal(folder(app)))) == 1


def test_a_full_disk_does_not_make_a_sent_letter_go_again(app, today, mail, deliver, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    server = mail()
    letter_id = factories.letter()
    monkeypatch.setattr("scheduler.services.journal.os.write", full)
    assert deliver().states == {"sent": 1}
    assert factories.state_of(letter_id) == "sent"
    assert len(server.accepted) == 1


def test_the_command_says_that_postgresql_was_restored(app):
    done = app.test_cli_runner().invoke(args=["restored"])
    assert done.exit_code == 0
    assert (folder(app) / RESTORED).exists()


@pytest.fixture(autouse=True)
def own_folder(app, tmp_path):
    """The data folder is this test's alone."""
    from dataclasses import replace

    place = tmp_path / "data"
    place.mkdir()
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], data_dir=place)
    yield
    shutil.rmtree(place)
