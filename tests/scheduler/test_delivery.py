"""Handing letters over to a real socket: every row of RELIABILITY 1.3, and what stands in the letter."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core import clock, outbox
from accreditation.core.database import db, transaction
from accreditation.core.outbox import NoLongerTrue
from accreditation.people import services as people
from accreditation.people.models import ContactAddress
from scheduler.models import LetterAttempt, SchedulerMark
from scheduler.services import delivery, operating, steps
from scheduler.services.marks import mail_server_paused_until
from scheduler.services.recovering import recover_letters
from scheduler.services.smtp import Conversation
from tests import factories


def at(phase: str, *actions: str | None):
    """A script: these actions at that phase, one after the other, then as usual."""
    left = list(actions)
    return lambda asked, session: left.pop(0) if asked == phase and left else None


def phases_of(letter_id: int) -> list[tuple[str, int | None, str | None]]:
    rows = select(LetterAttempt).where(LetterAttempt.letter_id == letter_id).order_by(LetterAttempt.id)
    return [(row.phase, row.code, row.outcome) for row in db.session.scalars(rows)]


def test_a_letter_arrives_once_and_says_what_it_must(app, mail, deliver):
    server = mail()
    letter_id = factories.letter(email="ada@example.police.uk", name="Ada Okafor")
    assert deliver().states == {"sent": 1}
    assert deliver().states == {}
    [message] = server.accepted
    row = factories.letter_row(letter_id)
    assert server.envelopes == [("register@example.police.uk", "ada@example.police.uk")]
    assert (message["To"], message["Subject"], message["Message-ID"]) == (
        "ada@example.police.uk",
        "News 1",
        row.message_id,
    )
    assert (message["Auto-Submitted"], message["From"].addresses[0].addr_spec) == (
        "auto-generated",
        "register@example.police.uk",
    )
    assert message["Date"].datetime <= clock.now()
    assert message["List-Unsubscribe"] is None  # from a duty there is no unsubscribing
    assert "Dear Ada Okafor," in message.get_body(("plain",)).get_content()
    assert (row.state, row.claim_token, row.ended_at is not None) == ("sent", None, True)
    assert phases_of(letter_id) == [("dot", None, None), ("replied", 250, "sent")]


@pytest.mark.parametrize(
    ("phase", "action", "state", "tries", "paused"),
    [
        ("greeting", "421 busy", "queued", 0, True),
        ("greeting", "hang", "queued", 0, True),
        ("greeting", "drop", "queued", 0, True),
        ("mail", "451 later", "retry_wait", 1, False),
        ("mail", "550 sender unknown", "queued", 0, True),
        ("mail", "drop", "retry_wait", 1, False),
        ("rcpt", "450 greylisted", "retry_wait", 1, False),
        ("rcpt", "421 closing", "retry_wait", 1, False),
        ("rcpt", "550 5.1.1 no such user", "undeliverable", 0, False),
        ("rcpt", "554 5.7.1 relay denied", "failed", 0, False),
        ("rcpt", "hang", "retry_wait", 1, False),
        ("data", "451 later", "retry_wait", 1, False),
        ("data", "drop", "retry_wait", 1, False),
        ("dot", "452 disk full", "retry_wait", 1, False),
        ("dot", "554 refused", "failed", 0, False),
        ("dot", "hang", "in_doubt", 0, False),
        ("dot", "drop", "in_doubt", 0, False),
        ("before dot", "accept+hang", "in_doubt", 0, False),
        ("before dot", "accept+drop", "in_doubt", 0, False),
    ],
)
def test_every_fault_of_a_mail_server_ends_in_its_own_state(app, mail, deliver, phase, action, state, tries, paused):
    server = mail(at(phase, action))
    letter_id = factories.letter()
    done = deliver()
    row = factories.letter_row(letter_id)
    assert (row.state, row.tries, mail_server_paused_until(clock.now()) is not None) == (state, tries, paused)
    assert row.reason
    assert (done.stopped is not None) == paused
    assert len(server.accepted) == action.startswith("accept")
    if state in ("failed", "undeliverable", "in_doubt"):
        with time_machine.travel(clock.now() + timedelta(days=2)):
            assert deliver(even_if_paused=True).states == {}
    else:
        with time_machine.travel(clock.now() + timedelta(minutes=3)):
            assert deliver().states == {"sent": 1}
        assert server.message_ids() == [row.message_id]


def test_an_accepted_letter_is_sent_before_goodbye(app, mail, deliver, monkeypatch):
    """F3: whoever dies from here on, at the QUIT or in waiting for its answer, has it recorded."""
    server = mail(at("quit", "hang"))
    letter_id = factories.letter()
    at_the_quit, quit_as_usual = [], Conversation.quit

    def look_and_quit(self) -> None:
        at_the_quit.append(factories.state_of(letter_id))
        quit_as_usual(self)

    monkeypatch.setattr(Conversation, "quit", look_and_quit)
    assert deliver().states == {"sent": 1}
    assert at_the_quit == ["sent"]
    assert factories.state_of(letter_id) == "sent"
    assert len(server.accepted) == 1


def test_a_connection_carries_many_letters_and_a_dropped_one_costs_only_the_letter_in_hand(app, mail, deliver):
    server = mail(at("rcpt", None, None, "421 closing", None))
    letters = [factories.letter(email=f"no{number}@example.uk") for number in range(5)]
    assert deliver().states == {"sent": 4, "retry_wait": 1}
    assert server.connections == 2
    assert [factories.state_of(one) for one in letters] == ["sent", "sent", "retry_wait", "sent", "sent"]


def test_an_old_connection_that_the_server_closed_costs_no_try(app, mail, deliver):
    server = mail(at("mail", None, "drop"))
    letters = [factories.letter() for _ in range(2)]
    assert deliver().states == {"sent": 2, "queued": 1}
    assert [factories.letter_row(one).tries for one in letters] == [0, 0]
    assert len(server.accepted) == 2


def test_after_seven_waits_a_letter_has_failed(app, mail, deliver):
    mail(lambda phase, session: "451 later" if phase == "rcpt" else None)
    letter_id = factories.letter()
    moment = clock.now()
    for _ in range(8):
        with time_machine.travel(moment, tick=False):
            deliver()
        moment += timedelta(days=2)
    row = factories.letter_row(letter_id)
    assert (row.state, row.tries) == ("failed", 8)
    assert "tried 8 times" in row.reason


def test_nobody_knocks_at_a_closed_door_until_the_pause_is_over(app, mail, deliver):
    server = mail(lambda phase, session: "421 no" if phase == "greeting" else None)
    letters = [factories.letter() for _ in range(3)]
    for _ in range(5):
        assert deliver().stopped
    assert server.connections == 1
    assert db.session.get_one(SchedulerMark, "mail_server").failures == 1
    assert [factories.letter_row(one).tries for one in letters] == [0, 0, 0]
    server.script = lambda phase, session: None
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert deliver().states == {"sent": 3}
    db.session.rollback()
    assert db.session.get(SchedulerMark, "mail_server") is None


def test_a_refused_address_is_marked_and_not_written_to_again(app, mail, deliver):
    server = mail(at("rcpt", "550 5.1.1 <gone@example.uk>: no such user"))
    who = factories.person(email="gone@example.uk")
    factories.letter_to(who.id)
    deliver()
    address = db.session.scalars(select(ContactAddress)).one()
    assert address.undeliverable_since is not None
    assert "gone@" not in address.undeliverable_reason
    later = factories.letter_to(who.id)
    assert deliver().states == {"undeliverable": 1}
    with transaction():
        people.change_address(who.id, "here@example.uk")
    last = factories.letter_to(who.id)
    assert deliver().states == {"sent": 1}
    assert [factories.state_of(one) for one in (later, last)] == ["undeliverable", "sent"]
    assert server.envelopes[0][1] == "here@example.uk"


def test_who_moved_gets_it_at_the_new_address(app, mail, deliver):
    server = mail()
    who = factories.person(email="old@example.uk")
    factories.letter_to(who.id)
    with transaction():
        people.change_address(who.id, "new@example.uk")
    deliver()
    assert [recipient for _, recipient in server.envelopes] == ["new@example.uk"]


@pytest.mark.parametrize(
    ("address", "extensions", "state", "told"),
    [
        ("żak@example.pl", ("SMTPUTF8", "8BITMIME"), "sent", "żak@example.pl"),
        ("żak@example.pl", ("8BITMIME",), "undeliverable", None),
        ("ada@bücher.example", (), "sent", "ada@xn--bcher-kva.example"),
        ("ada@mail.local", (), "sent", "ada@mail.local"),
        ("no at sign", (), "undeliverable", None),
        ("two@@signs.uk", (), "undeliverable", None),
        (None, (), "undeliverable", None),
    ],
)
def test_an_address_is_told_to_the_server_as_it_can_take_it(app, mail, deliver, address, extensions, state, told):
    server = mail(extensions=extensions)
    letter_id = factories.letter(email=address)
    deliver()
    assert factories.state_of(letter_id) == state
    assert [recipient for _, recipient in server.envelopes] == ([told] if told else [])
    flagged = db.session.scalar(select(ContactAddress.undeliverable_since))
    assert (flagged is not None) == (state == "undeliverable" and address is not None)


def test_nothing_in_a_name_or_a_subject_becomes_a_header(app, mail, deliver, monkeypatch):
    server = mail()
    injected = "x\r\nBcc: eve@example.uk\x85X: 1\u2028Y: 2\0"
    monkeypatch.setitem(outbox.FACTS, "email/test/news.txt", lambda about_id: {"about": injected})
    factories.letter(name="Eve\r\nBcc: eve@example.uk Adams")
    assert deliver().states == {"sent": 1}
    [message] = server.accepted
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"] == "News x Bcc: eve@example.uk X: 1 Y: 2"
    assert len(server.envelopes) == 1


def test_lines_that_begin_with_a_dot_and_letters_of_every_alphabet_arrive_as_written(app, mail, deliver, monkeypatch):
    server = mail()
    text = ".\n..two\n.hidden\nZażółć gęślą jaźń – " + "long " * 300
    monkeypatch.setitem(outbox.FACTS, "email/test/news.txt", lambda about_id: {"about": text})
    factories.letter()
    deliver()
    body = server.accepted[0].get_body(("plain",)).get_content()
    for line in text.splitlines():
        assert line.strip() in body
    assert "Zażółć" in server.accepted[0]["Subject"]


def test_what_is_no_longer_true_is_not_sent(app, mail, deliver, monkeypatch):
    def facts(about_id: int) -> dict[str, object]:
        raise NoLongerTrue("It was cancelled.")

    server = mail()
    monkeypatch.setitem(outbox.FACTS, "email/test/news.txt", facts)
    letter_id = factories.letter()
    assert deliver().states == {"superseded": 1}
    assert factories.letter_row(letter_id).reason == "It was cancelled."
    assert server.accepted == []


def test_a_letter_that_cannot_be_written_is_held_and_the_others_go(app, mail, deliver, monkeypatch):
    def facts(about_id: int) -> dict[str, object]:
        return {"about": 1 / 0} if about_id == 2 else {} if about_id == 3 else {"about": "fine"}

    server = mail()
    monkeypatch.setitem(outbox.FACTS, "email/test/news.txt", facts)
    who = factories.person(email="ada@example.uk")
    letters = [factories.letter_to(who.id, about_id=about_id) for about_id in (1, 2, 3, 4)]
    assert deliver().states == {"sent": 2, "held": 2}
    assert [factories.state_of(one) for one in letters] == ["sent", "held", "held", "sent"]
    assert len(server.accepted) == 2


def test_without_a_mail_server_letters_become_files_and_are_never_sent_later(app, mail, deliver):
    letter_id = factories.letter()
    assert deliver().states == {"written_to_folder": 1}
    [file] = app.config["SETTINGS"].mail_folder.iterdir()
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Message-ID"] == factories.letter_row(letter_id).message_id
    assert file.stat().st_mode & 0o077 == 0
    server = mail()
    assert deliver().states == {}
    assert server.accepted == []


@pytest.mark.parametrize("how_far", ["claimed", "handing_over"])
def test_a_worker_that_lost_its_claim_does_not_reach_the_dot(app, mail, deliver, monkeypatch, how_far):
    """Whoever has it meanwhile may have it in any state: the token decides."""
    server = mail()
    letter_id = factories.letter()
    content = delivery.Conversation.content

    def slept_past_the_lease(self, text):
        content(self, text)
        with transaction():
            row = db.session.get_one(outbox.Letter, letter_id)
            row.claimed_until = clock.now() - timedelta(seconds=1)
        assert recover_letters() == {}
        assert steps.claim(letter_id, "another worker", steps.Pace())
        if how_far == "handing_over":
            assert steps.begin_hand_over(letter_id, "another worker", steps.Pace(), takes_utf8=False)

    monkeypatch.setattr(delivery.Conversation, "content", slept_past_the_lease)
    assert deliver().states == {}
    assert server.accepted == []
    row = factories.letter_row(letter_id)
    assert (row.state, row.claim_token) == (how_far, "another worker")


def test_a_late_answer_settles_a_letter_in_doubt(app, mail, deliver, monkeypatch):
    mail()
    letter_id = factories.letter()
    taken = delivery.Conversation.taken

    def slept_past_the_lease(self):
        answer = taken(self)
        with transaction():
            row = db.session.get_one(outbox.Letter, letter_id)
            row.claimed_until = clock.now() - timedelta(seconds=1)
        assert recover_letters() == {"in_doubt": 1}
        return answer

    monkeypatch.setattr(delivery.Conversation, "taken", slept_past_the_lease)
    assert deliver().states == {"sent": 1}
    assert factories.state_of(letter_id) == "sent"


def test_a_late_answer_says_nothing_of_a_letter_that_somebody_else_has_by_then(app, mail, deliver, monkeypatch):
    """In doubt, sent once more by a person, taken up by another worker: only that one knows how it goes now."""
    mail()
    letter_id = factories.letter()
    taken = delivery.Conversation.taken

    def slept_past_the_lease(self):
        answer = taken(self)
        with transaction():
            row = db.session.get_one(outbox.Letter, letter_id)
            row.claimed_until = clock.now() - timedelta(seconds=1)
        assert recover_letters() == {"in_doubt": 1}
        with transaction():
            operating.resend_letter(letter_id, resent_by=None)
        assert steps.claim(letter_id, "another worker", steps.Pace())
        return answer

    monkeypatch.setattr(delivery.Conversation, "taken", slept_past_the_lease)
    assert deliver().states == {}
    row = factories.letter_row(letter_id)
    assert (row.state, row.claim_token) == ("claimed", "another worker")


@pytest.mark.parametrize(("with_dot", "state"), [(False, "queued"), (True, "in_doubt")])
def test_only_the_journal_decides_what_a_dead_worker_leaves_behind(app, mail, with_dot, state):
    mail()
    letter_id = factories.letter()
    pace = steps.Pace(lease=timedelta(seconds=-1), reply_seconds=0)
    assert steps.claim(letter_id, "token", pace)
    ready = steps.begin_hand_over(letter_id, "token", pace, takes_utf8=False)
    assert isinstance(ready, steps.Ready)
    if with_dot:
        assert steps.reach_for_the_dot(ready, pace)
    recover_letters()
    assert factories.state_of(letter_id) == state


def test_the_journal_cannot_be_changed(app, mail, deliver):
    mail()
    factories.letter()
    deliver()
    with pytest.raises(Exception, match="append-only"), transaction():
        db.session.execute(db.text("UPDATE letter_attempt SET text = 'x'"))
