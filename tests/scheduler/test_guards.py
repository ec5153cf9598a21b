"""Each test here fails when one guard of handing letters over is taken away, which docs/faults.md lists."""

import time
from dataclasses import replace

import pytest

from accreditation.core import clock, outbox
from accreditation.core.database import db, transaction
from accreditation.people import services as people
from scheduler.services import composing, delivery, steps
from scheduler.services.journal import NAME
from scheduler.services.marks import mail_server_paused_until
from scheduler.services.smtp import Conversation
from tests import factories
from tests.scheduler.conftest import QUICK
from tests.scheduler.mail_server import MailServer
from tests.scheduler.test_one_commit import BREATH, PLAIN, in_the_wait, people_with_letters, states

BOTH = pytest.mark.parametrize("extensions", [PLAIN, BREATH])


def unfinished(server: MailServer) -> bytes:
    """What came for the one letter whose end never did; the server hears of that in a moment."""
    deadline = time.monotonic() + 10
    while not server.unfinished and time.monotonic() < deadline:
        time.sleep(0.01)
    [content] = server.unfinished
    return content


# --- the connection --------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "dot"])
def test_a_server_that_says_421_and_goes_on_listening_is_told_nothing_more(
    app, deliver, news_template, extensions, phase
):
    """Who waits for its answer to anything else holds every letter up for as long as a step may take."""
    turns = []

    def second(asked, session):
        if asked == phase:
            turns.append(asked)
        return "421 4.3.2 closing" if asked == phase and len(turns) == 2 else None

    server = MailServer(second, extensions=extensions)
    server.stays_after_421 = True
    with server:
        app.config["SMTP_URL"] = server.url
        letters = people_with_letters(3)
        assert deliver().states == {"sent": 2, "retry_wait": 1}
    assert states(letters) == ["sent", "retry_wait", "sent"]
    gone_before = {b"MAIL", b"RCPT", b"DATA"} if extensions is BREATH else set()  # the 421 was heard
    assert {line[:4] for line in server.told_after_421} <= gone_before


@BOTH
@pytest.mark.parametrize(
    ("phase", "action"), [("rcpt", "550 5.1.1 no such user"), ("data", "451 later"), ("rcpt", "450 later")]
)
def test_after_a_refusal_the_server_is_told_to_forget_the_letter(app, mail, deliver, extensions, phase, action):
    """Else the next MAIL comes while another letter has begun: 503, which would pause everything."""
    refused = "no1@example.uk"
    mail(
        lambda asked, session: action if asked == phase and session.recipient == refused else None,
        extensions=extensions,
    )
    letters = people_with_letters(3)
    assert deliver().stopped is None
    assert states(letters)[::2] == ["sent", "sent"]


def test_an_envelope_that_went_ahead_is_taken_back_when_the_letter_goes_elsewhere(app, mail, deliver, monkeypatch):
    """The wait was long, so the letter is looked at anew: its addressee has moved, and the server knows the old one."""
    server = mail(extensions=BREATH)
    who = [factories.person(email=f"no{n}@example.uk") for n in range(2)]
    letters = [factories.letter_to(one.id) for one in who]
    long_ago = []

    def move():
        with transaction():
            people.change_address(who[1].id, "new@example.uk")
        long_ago.append(True)

    monkeypatch.setattr(steps.Ready, "was_written_too_long_ago", lambda self: bool(long_ago and long_ago.pop()))
    in_the_wait(monkeypatch, 1, move)
    assert deliver().states == {"sent": 2}
    assert [recipient for _, recipient in server.envelopes] == ["no0@example.uk", "new@example.uk"]
    assert [factories.letter_row(one).tries for one in letters] == [0, 0]


@BOTH
def test_a_letter_whose_claim_was_lost_is_no_part_of_the_next(app, mail, deliver, monkeypatch, extensions):
    """Its content has gone out without a dot: only hanging up keeps the next letter's from being added to it."""
    server = mail(extensions=extensions)
    letters = people_with_letters(3)
    content = Conversation.content

    def lost(self, text):
        content(self, text)
        if b"no1@example.uk" in text:
            with transaction():
                db.session.get_one(outbox.Letter, letters[1]).claim_token = "somebody/1/1/else"

    monkeypatch.setattr(Conversation, "content", lost)
    deliver()
    assert states(letters) == ["sent", "handing_over", "sent"]
    assert [recipient for _, recipient in server.envelopes] == ["no0@example.uk", "no2@example.uk"]
    assert [str(message["To"]) for message in server.accepted] == ["no0@example.uk", "no2@example.uk"]
    assert b"FROM:<" not in unfinished(server)  # nor is the next one told to it in the middle


def test_who_is_killed_in_a_letter_says_nothing_more(app, mail, deliver, monkeypatch):
    """Not even QUIT, which the server would take for a line of the letter."""
    server = mail()
    people_with_letters(1)

    def killed(self, text):
        raise KeyboardInterrupt

    monkeypatch.setattr(Conversation, "content", killed)
    with pytest.raises(KeyboardInterrupt):
        deliver()
    assert unfinished(server) == b""
    assert server.accepted == []


def test_a_letter_written_for_another_server_is_written_anew(app, mail, deliver):
    """The connection breaks, and behind the name there is a server now that takes English letters alone."""
    server = mail(extensions=BREATH)

    def break_off(phase, session):
        if phase == "dot":
            server.extensions = ("8BITMIME",)
            return "421 closing"
        return None

    server.script = break_off
    first, second = factories.letter(email="ada@example.uk"), factories.letter(email="żak@example.pl")
    deliver()
    assert (factories.state_of(first), factories.state_of(second)) == ("retry_wait", "undeliverable")
    assert "outside the English alphabet" in factories.letter_row(second).reason
    assert server.accepted == []


def test_an_envelope_outside_ascii_does_not_go_ahead(app, mail, deliver):
    server = mail(extensions=BREATH)
    letters = [factories.letter(email=email) for email in ("ada@example.uk", "żak@example.pl", "eve@example.uk")]
    assert deliver().states == {"sent": 3}
    assert [recipient for _, recipient in server.envelopes][1] == "żak@example.pl"
    assert [factories.letter_row(one).tries for one in letters] == [0, 0, 0]


def test_a_server_may_take_long_over_a_whole_letter(app, mail, deliver):
    server = mail()
    server.slow_seconds = 0.8
    letter_id = factories.letter()
    deliver(pace=replace(QUICK, step_seconds=0.3, reply_seconds=5))
    assert factories.state_of(letter_id) == "sent"


@BOTH
def test_251_is_a_welcome(app, mail, deliver, extensions):
    mail(lambda phase, session: "251 will forward" if phase == "rcpt" else None, extensions=extensions)
    people_with_letters(2)
    assert deliver().states == {"sent": 2}


def test_a_host_name_that_cannot_be_one_pauses_and_costs_no_letter_a_try(app, deliver, news_template):
    app.config["SMTP_URL"] = "smtp://mail..example.uk:25"
    letter_id = factories.letter()
    assert "cannot be reached" in deliver().stopped
    assert (factories.state_of(letter_id), factories.letter_row(letter_id).tries) == ("queued", 0)


def test_the_words_of_a_server_that_opens_with_a_refusal_are_kept(app, mail, deliver):
    mail(lambda phase, session: "554 5.3.2 not\x07today" if phase == "greeting" else None)
    letter_id = factories.letter()
    deliver()
    assert factories.letter_row(letter_id).reason == "The mail server lets nobody in: 554 5.3.2 not today"


# --- the journals and the folder -------------------------------------------------------------------------------------


def test_what_was_sent_is_sent_although_the_journal_outside_cannot_be_written(app, mail, deliver):
    (app.config["SETTINGS"].data_dir / NAME).mkdir()
    mail()
    letters = people_with_letters(2)
    assert deliver().states == {"sent": 2}
    assert states(letters) == ["sent", "sent"]


def test_a_folder_that_cannot_be_written_pauses_and_costs_no_letter_a_try(app, deliver, tmp_path):
    (tmp_path / "file").touch()
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], data_dir=tmp_path / "file")
    letters = people_with_letters(2)
    done = deliver()
    assert "cannot be written" in done.stopped
    assert (states(letters), factories.letter_row(letters[0]).tries) == (["queued", "queued"], 0)
    assert mail_server_paused_until(clock.now()) is not None


def test_without_a_mail_server_a_letter_that_cannot_be_put_together_is_held(app, deliver, monkeypatch):
    monkeypatch.setattr(composing, "as_html", lambda text, title: 1 / 0)
    letter_id = factories.letter()
    assert deliver().states == {"held": 1}
    assert "ZeroDivisionError" in factories.letter_row(letter_id).reason


def test_a_file_whose_letter_somebody_else_has_by_then_says_nothing_of_it(app, deliver, monkeypatch):
    letter_id = factories.letter()
    write = delivery.write_to_folder

    def taken_meanwhile(*asked):
        with transaction():
            db.session.get_one(outbox.Letter, letter_id).claim_token = "somebody/1/1/else"
        return write(*asked)

    monkeypatch.setattr(delivery, "write_to_folder", taken_meanwhile)
    assert deliver().states == {}
    assert factories.state_of(letter_id) == "handing_over"


def test_no_further_file_is_written_by_who_is_told_to_stop(app, deliver):
    letters = people_with_letters(3)
    asked = iter((False, False))
    assert deliver(stop=lambda: next(asked, True)).stopped == "stopped"
    assert states(letters) == ["written_to_folder", "written_to_folder", "queued"]


# --- one conversation ------------------------------------------------------------------------------------------------


def test_another_envelope_than_the_one_that_went_ahead_is_a_fault_of_ours(app, mail):
    mail(extensions=BREATH)
    post = Conversation(delivery.Server.from_url(app.config["SMTP_URL"]), step_seconds=1, reply_seconds=1)
    post.open()
    post.address("a@example.uk", "b@example.uk", utf8=False)
    post.content(b"x\r\n")
    post.dot(("a@example.uk", "c@example.uk"))
    post.taken()
    with pytest.raises(RuntimeError, match="another envelope"):
        post.address("a@example.uk", "d@example.uk", utf8=False)
    post.hang_up()


def test_an_address_that_cannot_be_said_is_refused_by_ourselves(app, mail):
    mail(extensions=PLAIN)
    post = Conversation(delivery.Server.from_url(app.config["SMTP_URL"]), step_seconds=1, reply_seconds=1)
    post.open()
    with pytest.raises(delivery.Refused, match="553"):
        post.address("a@example.uk", "ż@example.pl", utf8=False)
    post.quit()


def test_a_letter_that_does_not_end_its_last_line_ends_all_the_same(app, mail):
    server = mail(extensions=PLAIN)
    post = Conversation(delivery.Server.from_url(app.config["SMTP_URL"]), step_seconds=1, reply_seconds=1)
    post.open()
    post.address("a@example.uk", "b@example.uk", utf8=False)
    post.content(b"Subject: x\r\n\r\nlast")
    post.dot()
    assert post.taken().startswith("250")
    post.quit()
    assert server.accepted[0].get_payload() == "last\r\n"


def test_encryption_that_is_refused_is_not_done_without(app, mail, deliver):
    """The server knows STARTTLS and answers it with another word than 220: nothing is told in the clear."""
    server = mail(extensions=("STARTTLS",))
    app.config["SMTP_URL"] = server.url.replace("smtp://", "smtp+starttls://")
    letter_id = factories.letter()
    assert "lets nobody in: 250" in deliver().stopped
    assert (server.accepted, factories.state_of(letter_id)) == ([], "queued")
