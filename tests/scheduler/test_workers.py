"""Who has a letter in hand: whether the process behind a token is certainly no more."""

import os
import subprocess
import sys

import pytest

from scheduler.services import workers
from scheduler.services.workers import is_gone, new_token, worker


def token_of(pid: int, *, started: str | None = None) -> str:
    return f"{workers._machine()}/{pid}/{started or workers._started(pid)}/random"


def test_our_own_token_is_ours_and_never_the_same(app):
    assert new_token().startswith(worker() + "/")
    assert new_token() != new_token()
    assert not is_gone(new_token())
    assert not is_gone(worker())


def test_a_number_that_is_used_again_is_another_process():
    assert is_gone(token_of(os.getpid(), started="1"))


def test_who_has_ended_is_gone_also_before_anybody_has_asked_for_it():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    token = token_of(child.pid)
    assert not is_gone(token)
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended and is still in the list
    assert is_gone(token)
    child.wait()
    assert is_gone(token)


@pytest.mark.parametrize(
    "token",
    ["token", "", "elsewhere/{pid}/1/x", "{here}/{pid}//x", "{here}/not a number/1/x", "{here}/../1/x", "{here}/²/1/x"],
)
def test_of_everybody_else_nothing_is_certain(token):
    assert not is_gone(token.format(here=workers._machine(), pid=os.getpid()))


def test_where_the_kernel_says_nothing_nobody_is_gone(monkeypatch, tmp_path):
    monkeypatch.setattr(workers, "PROC", tmp_path)
    assert not is_gone(token_of(2**22 + 1, started="1"))
