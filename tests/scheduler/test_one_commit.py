"""One commit for each letter of a run, the next one written while the server keeps one: as fast, and as careful."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select, text

from accreditation.core import clock, outbox
from accreditation.core.database import database_stamp, db, transaction
from accreditation.people import services as people
from accreditation.people.models import ContactAddress
from scheduler.services import composing, steps
from scheduler.services.journal import NAME
from scheduler.services.recovering import recover_letters
from scheduler.services.smtp import Conversation
from tests import factories
from tests.scheduler.mail_server import MailServer

PLAIN = ("SMTPUTF8", "8BITMIME")
BREATH = (*PLAIN, "PIPELINING")


def people_with_letters(number: int) -> list[int]:
    """Their letters, in the order in which they go."""
    return [factories.letter(email=f"no{n}@example.uk") for n in range(number)]


def states(letters: list[int]) -> list[str]:
    return [factories.state_of(one) for one in letters]


def in_the_wait(monkeypatch, number: int, do) -> None:
    """Something happens while the server keeps the letter of this number (from 1), before its answer is read."""
    taken, turns = Conversation.taken, []

    def waiting(self):
        turns.append(self)
        if len(turns) == number:
            do()
        return taken(self)

    monkeypatch.setattr(Conversation, "taken", waiting)


@pytest.mark.parametrize("extensions", [PLAIN, BREATH])
def test_a_letter_costs_one_commit(app, mail, deliver, extensions):
    server = mail(extensions=extensions)
    people_with_letters(12)
    commits = []
    event.listen(db.engine, "commit", commits.append)
    assert deliver().states == {"sent": 12}
    assert len(commits) <= 12 + 6  # and a few around the run
    assert len(set(server.message_ids())) == 12


@pytest.mark.parametrize("extensions", [PLAIN, BREATH])
@pytest.mark.parametrize(
    ("phase", "action", "state"),
    [
        ("mail", "451 later", "retry_wait"),
        ("mail", "drop", "queued"),
        ("mail", "hang", "queued"),
        ("rcpt", "450 greylisted", "retry_wait"),
        ("rcpt", "421 closing", "retry_wait"),
        ("rcpt", "550 5.1.1 no such user", "undeliverable"),
        ("rcpt", "drop", "retry_wait"),
        ("data", "451 later", "retry_wait"),
        ("data", "drop", "retry_wait"),
        ("dot", "452 disk full", "retry_wait"),
        ("dot", "554 refused", "failed"),
        ("dot", "hang", "in_doubt"),
        ("dot", "drop", "in_doubt"),
        ("before dot", "accept+drop", "in_doubt"),
    ],
)
def test_a_fault_in_the_middle_costs_the_letter_in_hand_alone(app, mail, deliver, extensions, phase, action, state):
    turns = []

    def second(asked, session):
        if asked != phase:
            return None
        turns.append(asked)
        return action if len(turns) == 2 else None

    server = mail(second, extensions=extensions)
    letters = people_with_letters(4)
    done = deliver()
    if state == "queued":  # an old connection that the server had closed: at once on a new one
        state = "sent"
        assert done.states == {"sent": 4, "queued": 1}
    assert states(letters) == ["sent", state, "sent", "sent"]
    accepted = 3 + (state == "sent") + action.startswith("accept")
    assert len(server.accepted) == len(set(server.message_ids())) == accepted


class Eavesdropper(MailServer):
    """It answers 354 although it has refused the addressee, and keeps what it is then told as a letter to nobody."""

    told: list[bytes]

    def _take(self, handler, session, act) -> None:
        if session.recipient != "no1@example.uk":
            super()._take(handler, session, act)
            return
        self.told += iter(handler.rfile.readline, b"")
        raise ConnectionError


def test_a_server_that_waits_for_a_letter_to_nobody_is_told_nothing_more(app, deliver, news_template):
    """The envelope went ahead and was refused: whatever came next on that connection would be taken for the letter."""
    letters = people_with_letters(3)

    def refuses(phase, session):
        return "550 5.1.1 no such user" if phase == "rcpt" and session.recipient == "no1@example.uk" else None

    server = Eavesdropper(refuses, extensions=BREATH)
    server.told = []
    with server:
        app.config["SMTP_URL"] = server.url
        assert deliver().states == {"sent": 2, "undeliverable": 1}
    assert server.told == []
    assert states(letters) == ["sent", "undeliverable", "sent"]


@pytest.mark.parametrize("extensions", [PLAIN, BREATH])
@pytest.mark.parametrize(("action", "state"), [("554 5.7.1 content refused", "failed"), ("451 later", "retry_wait")])
def test_a_server_that_does_not_forget_what_it_refused_holds_nobody_up(app, mail, deliver, extensions, action, state):
    """It calls the envelope that went ahead out of turn, which says nothing of our sender nor of that letter."""
    refused = "no1@example.uk"
    server = mail(
        lambda phase, session: action if phase == "dot" and session.recipient == refused else None,
        extensions=extensions,
        keeps_refused=True,
    )
    letters = people_with_letters(4)
    done = deliver()
    assert (done.stopped, states(letters)) == (None, ["sent", state, "sent", "sent"])
    assert [factories.letter_row(one).tries for one in letters] == [0, int(state == "retry_wait"), 0, 0]
    assert len(server.accepted) == len(set(server.message_ids())) == 3
    assert [recipient for _, recipient in server.envelopes] == ["no0@example.uk", "no2@example.uk", "no3@example.uk"]


def test_what_was_taken_is_recorded_although_the_next_letter_meets_a_fault_of_our_own(app, mail, deliver, monkeypatch):
    server, content = mail(), Conversation.content

    def second(self, text):
        if self.carried == 1:
            raise ZeroDivisionError
        content(self, text)

    monkeypatch.setattr(Conversation, "content", second)
    letters = people_with_letters(3)
    deliver()
    assert states(letters) == ["sent", "retry_wait", "sent"]
    assert len(server.accepted) == 2


def test_a_letter_whose_bytes_cannot_be_put_together_is_held_and_the_others_go(app, mail, deliver, monkeypatch):
    server, whole = mail(), composing.as_html
    monkeypatch.setattr(
        composing, "as_html", lambda text, title: whole(text, title=title) if "2" not in title else 1 / 0
    )
    letters = [factories.letter_to(factories.person(email="a@example.uk").id, about_id=n) for n in (1, 2, 3)]
    assert deliver().states == {"sent": 2, "held": 1}
    assert states(letters) == ["sent", "held", "sent"]
    assert len(server.accepted) == 2


def test_a_worker_that_dies_in_the_middle_leaves_one_in_doubt_at_most(app, mail, monkeypatch):
    """What stands in the database at the worst moment: the answer has come, nothing of it is committed."""
    mail()
    letters = people_with_letters(4)
    pace = steps.Pace(lease=timedelta(seconds=-1), reply_seconds=0)
    waiting = list(letters)
    first = steps.begin_hand_over(waiting.pop(0), "token", pace, takes_utf8=True)
    second = steps.step_on(None, first, waiting, pace, takes_utf8=True).following
    assert states(letters) == ["handing_over", "handing_over", "queued", "queued"]
    recover_letters()
    assert states(letters) == ["in_doubt", "queued", "queued", "queued"]
    assert not steps.reach_for_the_dot(second, pace)  # should it wake up: its letter is somebody else's


def test_a_sleeper_does_not_record_the_letter_before_over_what_was_decided(app, mail):
    mail()
    letters = people_with_letters(2)
    pace = steps.Pace(lease=timedelta(seconds=-1), reply_seconds=0)
    first = steps.begin_hand_over(letters[0], "token", pace, takes_utf8=True)
    second = steps.step_on(None, first, [letters[1]], pace, takes_utf8=True).following
    recover_letters()
    with transaction():
        row = db.session.get_one(outbox.Letter, letters[0])
        row.state, row.claim_token = "queued", None
    meaning = steps.Meaning("sent", "taken")
    step = steps.step_on(
        steps.Fate(letters[0], first.token, meaning, "replied", 250), second, [], pace, takes_utf8=True
    )
    assert (step.states, step.kept) == ({}, False)
    assert states(letters) == ["queued", "queued"]


# --- written ahead, and looked at again ------------------------------------------------------------------------------


def test_a_change_in_the_wait_makes_the_draft_count_for_nothing(app, mail, deliver, monkeypatch):
    """The third letter is drafted while the server keeps the first; its addressee moves in that moment."""
    server = mail()
    who = [factories.person(email=f"no{n}@example.uk") for n in range(4)]
    letters = [factories.letter_to(one.id) for one in who]

    def move():
        with transaction():
            people.change_address(who[2].id, "new@example.uk")

    in_the_wait(monkeypatch, 1, move)
    assert deliver().states == {"sent": 4}
    assert [recipient for _, recipient in server.envelopes] == [
        "no0@example.uk", "no1@example.uk", "new@example.uk", "no3@example.uk",
    ]  # fmt: skip
    assert states(letters) == ["sent"] * 4


def test_without_the_stamp_the_draft_would_go_to_the_old_address(app, mail, deliver, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(steps.Drafts, "still_count", lambda self, stamp: True)
    with pytest.raises(AssertionError):
        test_a_change_in_the_wait_makes_the_draft_count_for_nothing(app, mail, deliver, monkeypatch)


def test_a_letter_that_waited_long_for_the_one_before_is_looked_at_anew(app, mail, deliver, monkeypatch):
    """The second is written before the first has its answer; in a long wait for that, its addressee's address goes."""
    server = mail()
    who = [factories.person(email=f"no{n}@example.uk") for n in range(2)]
    letters = [factories.letter_to(one.id) for one in who]

    def long_wait():
        monkeypatch.setattr(steps, "FRESH_SECONDS", -1.0)
        with transaction():
            db.session.delete(db.session.scalars(select(ContactAddress).filter_by(person_id=who[1].id)).one())

    fresh = steps.FRESH_SECONDS
    in_the_wait(monkeypatch, 1, long_wait)
    take_up = Conversation.open

    def again(self):
        monkeypatch.setattr(steps, "FRESH_SECONDS", fresh)
        take_up(self)

    monkeypatch.setattr(Conversation, "open", again)
    assert deliver().states == {"sent": 1, "undeliverable": 1}
    assert states(letters) == ["sent", "undeliverable"]
    assert len(server.accepted) == 1


@pytest.mark.parametrize("extensions", [PLAIN, BREATH])
def test_who_is_told_to_stop_puts_back_what_was_written_ahead(app, mail, deliver, monkeypatch, extensions):
    """Told while the server keeps the second: the third is written and taken by then, and goes back at once."""
    server, told, before = mail(extensions=extensions), [], []
    letters = people_with_letters(4)

    def tell():
        before.extend(states(letters))
        db.session.rollback()
        told.append(True)

    in_the_wait(monkeypatch, 2, tell)
    assert deliver(stop=lambda: bool(told)).stopped == "stopped"
    assert before == ["sent", "handing_over", "handing_over", "queued"]
    assert states(letters) == ["sent", "sent", "queued", "queued"]
    assert len(server.accepted) == 2
    told.clear()
    assert deliver().states == {"sent": 2}
    assert len(server.accepted) == len(set(server.message_ids())) == 4


def test_who_is_told_to_stop_before_the_dot_takes_no_further_letter(app, mail, deliver):
    server = mail()
    letters = people_with_letters(3)
    asked = iter((False, False, True, True, True, True))
    assert deliver(stop=lambda: next(asked)).stopped == "stopped"
    assert states(letters) == ["sent", "queued", "queued"]
    assert len(server.accepted) == 1


def test_the_stamp_differs_after_any_write_and_else_stays(app):
    def stamp():
        db.session.rollback()
        found = database_stamp()
        db.session.rollback()
        return found

    before = stamp()
    assert stamp() == before
    with db.engine.begin() as other:
        other.execute(text("UPDATE setting SET value = value"))
        other.execute(text("INSERT INTO setting (name, value) VALUES ('by another', 'x')"))
    after_other = stamp()
    assert after_other != before
    factories.letter()
    assert stamp() != after_other


def test_the_journal_outside_knows_an_answer_that_was_not_committed(app, mail, deliver, monkeypatch):
    """kill -9 between the answer and the next commit: sent, not in doubt, and not again."""
    server = mail()
    letters = people_with_letters(2)

    class Killed(BaseException):
        pass

    def killed(*_, **__):
        raise Killed

    monkeypatch.setattr(Conversation, "content", lambda self, text, keep=Conversation.content: (
        killed() if self.carried else keep(self, text)
    ))  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.services.delivery.conclude_whatever_happens", killed)
        with pytest.raises(Killed):
            deliver()
    assert states(letters) == ["handing_over", "handing_over"]
    assert (app.config["SETTINGS"].data_dir / NAME).read_text().count("\n") == 1
    monkeypatch.undo()
    app.config["SMTP_URL"] = server.url
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        assert deliver().states == {"sent": 2}
    assert len(server.accepted) == len(set(server.message_ids())) == 2
