"""Letters drafted several at once: in few statements, and only while nobody else writes."""

import logging
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from accreditation.core import clock, database, outbox
from accreditation.core.database import database_stamp, db, stamp_after_own_writes, transaction
from accreditation.core.outbox import Letter
from accreditation.people import services as people
from accreditation.people.models import ContactAddress
from accreditation.people.queries import address_of, addresses_of
from scheduler.jobs import plan_all
from scheduler.models import Obligation
from scheduler.queries.owed import read_reminders_of, reminders_of_letter
from scheduler.queries.still_due import why_no_longer_due
from scheduler.services import drafting, steps
from scheduler.services.rules import install_usual_rules
from scheduler.services.smtp import Conversation
from tests import factories
from tests.scheduler.ready import everything_in_order

ON = date(2026, 11, 23)


def reminders(number: int) -> list[int]:
    """Letters about a clearance that ends, to so many people."""
    factories.send_at_any_hour()
    with transaction():
        install_usual_rules()
    for n in range(number):
        everything_in_order(ctc=ON + timedelta(days=20), email=f"no{n}@example.uk")
    plan_all(ON)
    return list(db.session.scalars(select(Letter.id).order_by(Letter.id)))


def some_write(name: str, *, writing: bool = False) -> None:
    with db.engine.connect().execution_options(writing=writing) as other, other.begin():
        other.execute(text("INSERT INTO setting (name, value) VALUES (:name, 'x')"), {"name": name})


@pytest.fixture
def noon():
    with time_machine.travel("2026-11-23 12:00Z", tick=True):
        yield


def test_a_letter_of_a_run_costs_few_statements(app, mail, deliver, noon):
    mail()
    letters = reminders(24)
    counted = []
    event.listen(db.engine, "before_cursor_execute", lambda *asked: counted.append(asked[2]))
    assert deliver().states == {"sent": len(letters)}
    assert len(counted) / len(letters) < 11  # some 25 when each was looked at by itself; the first few still are


def test_what_is_drafted_is_taken_and_nothing_is_asked_again(app, mail, deliver, noon, monkeypatch):
    mail()
    letters = reminders(20)
    begun = []
    begin = steps._begin
    monkeypatch.setattr(steps, "_begin", lambda letter_id, *rest, **named: (
        begun.append(letter_id) or begin(letter_id, *rest, **named)
    ))  # fmt: skip
    assert deliver().states == {"sent": len(letters)}
    assert len(begun) <= 3  # the first two, before anything could be drafted


def test_a_change_between_two_letters_of_a_batch_is_seen(app, mail, deliver, monkeypatch):
    """Many are drafted; one of the later ones moves after half of the batch has gone."""
    server = mail()
    monkeypatch.setattr(drafting, "FEW", 16)
    who = [factories.person(email=f"no{n}@example.uk") for n in range(12)]
    for one in who:
        factories.letter_to(one.id)
    taken, turns = Conversation.taken, []

    def waiting(self):
        turns.append(self)
        if len(turns) == 6:
            with transaction():
                people.change_address(who[9].id, "new@example.uk")
        return taken(self)

    monkeypatch.setattr(Conversation, "taken", waiting)
    assert deliver().states == {"sent": 12}
    expected = [f"no{n}@example.uk" for n in range(12)]
    expected[9] = "new@example.uk"
    assert [recipient for _, recipient in server.envelopes] == expected


def test_while_others_write_all_the_time_nothing_is_drafted_for_a_while(app, mail, deliver, monkeypatch):
    mail()
    for n in range(30):
        factories.letter(email=f"no{n}@example.uk")
    taken, drafted = Conversation.taken, []

    def waiting(self):
        some_write(f"write {len(drafted)} {self.carried}")
        return taken(self)

    draft = drafting.draft
    monkeypatch.setattr(Conversation, "taken", waiting)
    monkeypatch.setattr(drafting, "draft", lambda ids, **named: drafted.append(len(ids)) or draft(ids, **named))
    assert deliver().states == {"sent": 30}
    assert drafted[:2] == [2, 1]
    assert len(drafted) <= 4


def test_drafts_count_on_their_own_day_and_for_a_moment(app, news_template):
    letter = factories.letter()
    with time_machine.travel("2026-11-23 23:59:59Z", tick=False) as travelling:
        drafts = drafting.draft([letter], takes_utf8=True)
        stamp = drafts.stamp
        assert set(drafts.letters) == {letter}
        assert drafts.still_count(stamp)
        travelling.move_to("2026-11-24 00:00:00Z")
        assert not drafts.still_count(stamp)
        travelling.move_to("2026-11-23 23:59:59Z")
        drafts.looked_at -= steps.FRESH_SECONDS
        assert not drafts.still_count(stamp)


# --- the stamp after a transaction of one's own ----------------------------------------------------------------------


def own_write(name: str, during=lambda: None, ahead=lambda: None):
    """A transaction that writes: the stamp as it is expected to be from then on."""
    with transaction():
        before = database_stamp()
        ahead()
        db.session.connection().execute(text("INSERT INTO setting (name, value) VALUES (:name, 'x')"), {"name": name})
        during()
        return stamp_after_own_writes(before)


def stamp_now():
    db.session.rollback()
    found = database_stamp()
    db.session.rollback()
    return found


def test_after_writes_of_ones_own_the_stamp_is_as_foretold(app):
    for n in range(3):
        foretold = own_write(f"own {n}")
        assert stamp_now() == foretold


def test_a_write_of_somebody_else_after_it_is_seen(app):
    foretold = own_write("own")
    some_write("by another")
    assert stamp_now() != foretold


def test_a_write_of_somebody_else_between_two_of_ones_own_is_seen(app):
    own_write("own")
    some_write("by another")
    before = stamp_now()
    assert own_write("again") != before
    assert stamp_now() != before


def test_a_write_of_somebody_else_during_ones_own_is_seen_or_cannot_be(app, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    if db.engine.dialect.name == "sqlite":
        with pytest.raises(OperationalError, match="locked"):  # one writer at a time
            own_write("own", during=lambda: some_write("by another", writing=True))
        return
    foretold = own_write("own", during=lambda: some_write("by another"))
    assert stamp_now() != foretold


def test_who_began_before_and_ends_after_is_seen_or_keeps_us_out(app, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    with db.engine.connect().execution_options(writing=True) as other, other.begin():
        other.execute(text("INSERT INTO setting (name, value) VALUES ('by another', 'x')"))
        if db.engine.dialect.name == "sqlite":
            with pytest.raises(OperationalError, match="locked"):
                own_write("own")
            return
        foretold = own_write("own")
        assert stamp_now() != foretold
    assert stamp_now() != foretold


# --- read for many ---------------------------------------------------------------------------------------------------


def test_addresses_for_many_are_those_of_one_by_one(app):
    who = [factories.person(email=f"no{n}@example.uk").id for n in range(4)]
    without = factories.person().id
    with transaction():
        people.change_address(who[0], "new@example.uk")
        db.session.delete(db.session.scalars(select(ContactAddress).filter_by(person_id=who[1])).one())
    asked = [*who, without]
    assert addresses_of(asked) == {one: address_of(one) for one in asked}
    assert addresses_of([]) == {}


def test_what_is_due_for_many_is_what_it_is_one_by_one(app, noon):
    letters = [db.session.get_one(Letter, one) for one in reminders(5)]
    with transaction():
        gone = db.session.get_one(Obligation, letters[2].about_id)
        gone.basis_date += timedelta(days=1)  # as if the facts had moved
    rows = list(db.session.scalars(select(Obligation).where(Obligation.state == "owed").order_by(Obligation.id)))
    alone = {row.id: why_no_longer_due(row, ON) for row in rows}
    db.session.rollback()
    kept = read_reminders_of({letter.about_id for letter in letters}, ON)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert {row.id: why_no_longer_due(row, ON) for row in kept} == alone
    assert [row for letter in letters for row in reminders_of_letter(letter.about_id)] == kept
    assert asked == []
    assert len({bool(reason) for reason in alone.values()}) == 2
    assert clock.today() == ON


# --- what goes wrong while drafting ----------------------------------------------------------------------------------


def faults_in(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_letter_that_a_fault_keeps_from_being_drafted_is_in_the_log_and_costs_no_other(
    app, mail, deliver, monkeypatch, caplog
):
    """A draft is a help and no more: its fault is said where an operator looks, and again at the letter's turn."""
    server = mail()
    monkeypatch.setattr(drafting, "FEW", 16)
    monkeypatch.setitem(outbox.FACTS, "email/test/news.txt", lambda about: {"about": 1 / 0 if about == 4 else "fine"})
    who = factories.person(email="ada@example.uk")
    letters = [factories.letter_to(who.id, about_id=about) for about in range(1, 7)]
    assert deliver().states == {"sent": 5, "held": 1}
    assert factories.state_of(letters[3]) == "held"
    assert len(server.accepted) == 5
    said = f"letter {letters[3]} could not be drafted: it is written when its turn comes"
    assert {record.exc_info[0] for record in caplog.records if record.getMessage() == said} == {ZeroDivisionError}


def test_what_is_no_longer_true_or_reaches_nobody_is_no_fault_of_a_draft(app, mail, deliver, monkeypatch, caplog, noon):
    """Among them a letter about two things of which one is done, where something is to be written down first."""
    server = mail()
    monkeypatch.setattr(drafting, "FEW", 16)
    factories.send_at_any_hour()
    with transaction():
        install_usual_rules()
    for n in range(2):
        everything_in_order(ctc=ON + timedelta(days=20), email=f"first{n}@example.uk")
    ends = ON + timedelta(days=21)
    half, done, nowhere = [
        everything_in_order(ctc=ends, award=ends, email=email) for email in ("half@example.uk", "done@example.uk", None)
    ]
    plan_all(ON)
    factories.evidence(half.id, "clearance", ON, code="CTC", ends_on=date(2040, 1, 1))
    factories.evidence(done.id, "leave", ON)
    assert deliver().states == {"sent": 3, "superseded": 1, "undeliverable": 1}
    assert sorted(recipient for _, recipient in server.envelopes) == [
        "first0@example.uk", "first1@example.uk", "half@example.uk",
    ]  # fmt: skip
    assert faults_in(caplog) == []
    assert (
        factories.letter_row(db.session.scalar(select(Letter.id).where(Letter.person_id == nowhere.id))).reason
        == "There is no address to write to."
    )


@pytest.mark.parametrize("fault", [ZeroDivisionError(), OperationalError("SELECT", {}, Exception("gone"))])
def test_drafting_that_fails_as_a_whole_holds_up_no_letter_and_puts_none_in_doubt(
    app, mail, deliver, monkeypatch, caplog, fault
):
    """It happens while the mail server has a letter: the answer to that one is heard all the same."""
    server = mail()
    for n in range(6):
        factories.letter(email=f"no{n}@example.uk")
    asked = []

    def broken(letters):
        asked.append(len(letters))
        raise fault

    monkeypatch.setattr(drafting, "_read_for", broken)
    assert deliver().states == {"sent": 6}
    assert len(server.accepted) == 6
    assert len(asked) == 1, "it is not tried again at every letter"
    assert faults_in(caplog) == ["no letter could be drafted: each is written when its turn comes"]


def test_a_write_of_somebody_else_ahead_of_ones_own_is_seen_or_cannot_be(app, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    if db.engine.dialect.name == "sqlite":
        with pytest.raises(OperationalError, match="locked"):
            own_write("own", ahead=lambda: some_write("by another", writing=True))
        return
    foretold = own_write("own", ahead=lambda: some_write("by another"))  # it takes the number that was to be ours
    assert stamp_now() != foretold
