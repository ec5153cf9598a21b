"""What all test processes of a run need alike is made by the first of them that asks."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The file that `make` makes at the path it is given: one for all processes, which only copy it.

    Whoever asks while it is being made waits. One that failed to make it leaves nothing, and the next tries again.
    """
    ours = factory.getbasetemp()
    folder = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "shared"
    folder.mkdir(exist_ok=True)
    made = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = factory.mktemp("making") / name
            make(unfinished)
            unfinished.rename(made)
    return made
