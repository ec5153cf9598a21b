"""What a mail server's answer means, without a server."""

from datetime import timedelta

import pytest

from scheduler.rules.answers import (
    BACKOFF,
    meaning_of_reply,
    meaning_of_silence,
    pause_after,
    wait_after,
    without_address,
)


@pytest.mark.parametrize(
    ("phase", "code", "text", "state", "pause", "flag"),
    [
        ("connect", 421, "busy", "queued", True, False),
        ("connect", 535, "5.7.8 wrong password", "queued", True, False),
        ("mail", 451, "later", "retry_wait", False, False),
        ("mail", 550, "sender not known", "queued", True, False),
        ("rcpt", 450, "greylisted", "retry_wait", False, False),
        ("rcpt", 421, "closing", "retry_wait", False, False),
        ("rcpt", 550, "5.1.1 no such user", "undeliverable", False, True),
        ("rcpt", 550, "mailbox unavailable", "undeliverable", False, True),
        ("rcpt", 554, "5.7.1 relay access denied", "failed", False, False),
        ("rcpt", 550, "relaying denied", "failed", False, False),
        ("rcpt", 552, "5.2.2 mailbox full", "undeliverable", False, True),
        ("data", 451, "later", "retry_wait", False, False),
        ("data", 554, "no", "failed", False, False),
        ("dot", 250, "taken", "sent", False, False),
        ("dot", 452, "disk full", "retry_wait", False, False),
        ("dot", 554, "spam", "failed", False, False),
        ("dot", -1, "?", "in_doubt", False, False),
        ("dot", 354, "?", "in_doubt", False, False),
    ],
)
def test_a_reply_means_one_thing_in_each_phase(phase, code, text, state, pause, flag):
    meaning = meaning_of_reply(phase, code, text)
    assert (meaning.state, meaning.pause, meaning.flag) == (state, pause, flag)


@pytest.mark.parametrize(
    ("phase", "old", "state"),
    [
        ("connect", False, "queued"),
        ("mail", False, "retry_wait"),
        ("mail", True, "queued"),
        ("rcpt", True, "retry_wait"),
        ("data", False, "retry_wait"),
        ("dot", False, "in_doubt"),
        ("dot", True, "in_doubt"),
    ],
)
def test_silence_is_in_doubt_only_after_the_dot(phase, old, state):
    meaning = meaning_of_silence(phase, "timed out", connection_was_old=old)
    assert (meaning.state, meaning.hang_up) == (state, True)


def test_the_waits_add_up_to_about_42_hours_and_then_end():
    assert sum(BACKOFF, timedelta()) == timedelta(hours=41, minutes=21)
    assert [wait_after(tries) for tries in (1, 7, 8)] == [timedelta(minutes=1), timedelta(hours=24), None]
    assert [pause_after(failures) for failures in (1, 6, 60)] == [timedelta(minutes=minutes) for minutes in (1, 30, 30)]


def test_an_answer_is_kept_without_addresses():
    assert without_address("5.1.1 <Ada@X.uk>: ada@x.uk unknown, see <z@y.uk>", "ada@x.uk") == (
        "5.1.1 <(the address)>: (the address) unknown, see <(an address)>"
    )
