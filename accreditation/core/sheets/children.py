"""The processes that read uploads: one for each file, and one that waits for the next with everything loaded.

Starting Python and loading openpyxl takes ten times as long as reading a workbook. A process that serves pages says
`keep_one_ready()`; from then on one child stands by with its limits already upon it. It is given one file and ends,
and the next takes its place. It waits on a pipe whose other end is this process's alone, so it ends when this one does.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from accreditation.core.sheets.limits import LIMITS, STAND_BY, Limits

CHILD = "accreditation.core.sheets.child"


@dataclass(frozen=True)
class Child:
    """A child and the file its answer goes to: a file and not a pipe, so that its own limit on file size bounds it."""

    process: subprocess.Popen[bytes]
    output: IO[bytes]

    @property
    def loaded(self) -> bool:
        """Whether it has loaded everything and waits for its file."""
        return os.fstat(self.output.fileno()).st_size > 0

    def end(self) -> None:
        """Whatever it is doing, it does it no more."""
        self.output.close()
        for pipe in (self.process.stdin, self.process.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()
        self.process.kill()
        self.process.wait()


class _Ready:
    """The one child that stands by, if one should."""

    def __init__(self) -> None:
        self.wanted = False
        self.lock = threading.Lock()
        self.child: Child | None = None

    def take(self) -> Child | None:
        """It is the caller's alone from now on. None when there is none, or it died waiting."""
        with self.lock:
            found, self.child = self.child, None
        if found is not None and found.process.poll() is not None:
            found.end()
            return None
        return found

    def fill(self) -> None:
        with self.lock:
            if self.wanted and self.child is None:
                self.child = _start(LIMITS, STAND_BY)


_ready = _Ready()


def keep_one_ready() -> None:
    """From now on a child stands by for the next upload, until this process ends or `keep_none_ready`."""
    _ready.wanted = True
    _ready.fill()


def keep_none_ready() -> None:
    _ready.wanted = False
    if found := _ready.take():
        found.end()


def one_is_ready() -> bool:
    """Whether the next upload finds a child that has loaded everything."""
    with _ready.lock:
        return _ready.child is not None and _ready.child.loaded


@contextmanager
def child(limits: Limits) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A child under these limits that has read nothing yet, and the file of its answer; it ends with the block."""
    mine = (_ready.take() if limits == LIMITS else None) or _start(limits)
    try:
        yield mine.process, mine.output
    finally:
        mine.end()
        _ready.fill()


def _start(limits: Limits, *arguments: str) -> Child:
    output = tempfile.TemporaryFile()  # noqa: SIM115 - `Child.end` closes it
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", CHILD, json.dumps(limits.as_dict()), *arguments],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,  # Ctrl+C in a terminal is for the service, which ends it
        )
    except BaseException:
        output.close()
        raise
    return Child(process, output)


def _environment() -> dict[str, str]:
    """None of the parent's variables (secrets among them), only where to find the code."""
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONIOENCODING": "utf-8",
        "OPENPYXL_LXML": "False",
    }


def _forget() -> None:
    """In a process forked from this one: the child that stands by is the other's, and so is waiting for it."""
    left, wanted = _ready.child, _ready.wanted
    _ready.__init__()  # type: ignore[misc]  # a new lock too: a thread that is not here may hold the old one
    if left is not None:
        left.process.returncode = 0
        left.output.close()
        for pipe in (left.process.stdin, left.process.stderr):
            if pipe is not None:
                pipe.close()
    _ready.wanted = wanted


atexit.register(keep_none_ready)
os.register_at_fork(after_in_child=_forget)
