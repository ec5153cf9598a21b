"""Several commands in one breath (RFC 2920): answers that wait for an acknowledgement, and a letter to nobody."""

import time
from statistics import median

import pytest

from scheduler.services import smtp
from scheduler.services.smtp import Conversation, Refused, Server
from tests.scheduler.mail_server import MailServer

LETTERS = 16
OLD_MAIL = ("register@example.uk", "ada@example.uk")


def carry(server: MailServer, letters: int = LETTERS) -> tuple[list[float], int]:
    """Seconds until the envelope of each letter was answered, which had gone with the dot of the one before.

    And how many went so.
    """
    post, waits, ahead = Conversation(Server.from_url(server.url), step_seconds=20, reply_seconds=20), [], 0
    post.open()
    for n in range(letters):
        began = time.monotonic()
        post.address(*OLD_MAIL, utf8=False)
        waits.append(time.monotonic() - began)
        post.content(b"Subject: x\r\n\r\nx\r\n")
        post.dot(OLD_MAIL if n < letters - 1 else None)
        ahead += post._ahead is not None
        assert post.taken().startswith("250")
    post.quit()
    return waits[1:], ahead


def test_answers_of_a_server_that_holds_them_back_are_acknowledged_at_once(monkeypatch):
    """A real socket with Nagle's algorithm on, with the guard and without it, the same letters in the same run."""
    monkeypatch.setattr(smtp, "PATIENCE", 10**6)  # nor does noticing it help in the end
    with MailServer(nagle=True) as server:
        quick, ahead = carry(server)
        with monkeypatch.context() as patch:
            patch.setattr(smtp, "QUICK_ACK", None)
            slow, ahead_too = carry(server)
        assert ahead == ahead_too == LETTERS - 1
        assert len(server.accepted) == 2 * LETTERS
    assert median(slow) > 0.03
    assert median(quick) < median(slow) / 3


def test_where_the_kernel_cannot_be_told_late_answers_end_it(monkeypatch):
    monkeypatch.setattr(smtp, "QUICK_ACK", None)
    monkeypatch.setattr(smtp, "HELD_BACK", (0.0, 30.0))  # on however busy a machine: every answer counts as late
    with MailServer(nagle=True) as server:
        _, ahead = carry(server)
        assert ahead == smtp.PATIENCE
        assert len(server.accepted) == LETTERS
        assert server.connections == 1


def test_answers_in_time_change_nothing(monkeypatch):
    monkeypatch.setattr(smtp, "HELD_BACK", (30.0, 60.0))
    with MailServer() as server:
        _, ahead = carry(server)
    assert ahead == LETTERS - 1


@pytest.mark.parametrize("refusal", ["550 5.1.1 no such user", "450 greylisted"])
def test_a_server_that_waits_for_a_letter_to_nobody_hears_no_more(refusal):
    """It refused the recipient and answers 354 all the same: what it was told next would be taken for a letter."""
    turns = iter((None, refusal))
    with MailServer(lambda phase, session: next(turns, None) if phase == "rcpt" else None) as server:
        post = Conversation(Server.from_url(server.url), step_seconds=1, reply_seconds=1)
        post.open()
        post.address(*OLD_MAIL, utf8=False)
        post.content(b"Subject: x\r\n\r\nx\r\n")
        post.dot(OLD_MAIL)
        post.taken()
        with pytest.raises(Refused) as found:
            post.address(*OLD_MAIL, utf8=False)
        assert (found.value.phase, found.value.code) == ("rcpt", int(refusal[:3]))
        assert not post.is_open
        post.ready_for_another()
        deadline = time.monotonic() + 20
        while not server.unfinished and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.unfinished == [b""]
        assert len(server.accepted) == 1
