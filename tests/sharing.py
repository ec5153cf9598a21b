"""What all test processes of a run need alike is made by the first of them that asks."""

import fcntl
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of this run."""
    ours = factory.getbasetemp()
    folder = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def comes_first(folder: Path, *words: str) -> bool:
    """Whether nobody else in this run has come with these words before."""
    try:
        (folder / hashlib.sha256("\0".join(words).encode()).hexdigest()).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The file that `make` makes at the path it is given: one for all processes, which only copy it.

    Whoever asks while it is being made waits. One that failed to make it leaves nothing, and the next tries again.
    """
    folder = shared_folder(factory)
    made = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = factory.mktemp("making") / name
            make(unfinished)
            unfinished.rename(made)
    return made
