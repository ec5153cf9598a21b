"""Who has a letter in hand.

A worker that was killed is known to be gone at once on its own machine, elsewhere by its lease.
"""

import os
import secrets
import socket
from functools import cache
from pathlib import Path

PROC = Path("/proc")


@cache
def _machine() -> str:
    """This machine, or this container: process numbers mean the same only inside it."""
    try:
        space = os.readlink(PROC / "self/ns/pid")
    except OSError:
        space = ""
    return f"{socket.gethostname()} {space}".replace("/", "-")


def _started(pid: int) -> str | None:
    """When that process began, in the kernel's own count, so that a number used again is not taken for it; None.

    Gone.
    """
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def worker() -> str:
    """This process. Asked anew each time, because a process may have forked."""
    pid = os.getpid()
    return f"{_machine()}/{pid}/{_started(pid) or ''}"


def new_token() -> str:
    """For one claim: this process, and something nobody can mistake."""
    return f"{worker()}/{secrets.token_hex(8)}"


def is_gone(token: str) -> bool:
    """Whether the process behind a token (or a `worker()`) is certainly no more. False where that cannot be known."""
    machine, _, rest = token.partition("/")
    pid, _, rest = rest.partition("/")
    started = rest.partition("/")[0]
    if machine != _machine() or not pid.isdecimal() or not started or not PROC.joinpath("self/stat").exists():
        return False
    return _started(int(pid)) != started
