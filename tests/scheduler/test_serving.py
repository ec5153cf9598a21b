"""The real command as a real process: pages, scheduler and letters in one, and an end that loses nothing."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DATABASE = "accreditation.sqlite3"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "ACCREDITATION_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    assert run("migrate", environment={**os.environ, "ACCREDITATION_DATA_DIR": str(folder)}).returncode == 0
    return folder / DATABASE


@pytest.fixture
def ready(environment: dict[str, str], migrated: Path, tmp_path: Path) -> dict[str, str]:
    shutil.copy(migrated, tmp_path / DATABASE)
    return environment


@contextmanager
def running(*arguments: str, environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen, str]]:
    """The process and the address that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        line = process.stdout.readline()
        address = re.search(r"http://\S+", line)
        assert address, line
        yield process, address[0]
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(30)


def run(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "accreditation", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_serving_says_what_to_do_when_migrations_are_missing(environment):
    refused = run("serve", "--port", "0", environment=environment)
    assert refused.returncode == 2
    assert "accreditation migrate" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_served_pages_answer_letters_go_and_sigterm_ends_it_cleanly(ready):
    with running("accreditation", "serve", "--port", "0", environment=ready) as (process, address):
        assert json.load(urllib.request.urlopen(f"{address}/healthz", timeout=20)) == {"status": "ok"}
        assert json.load(urllib.request.urlopen(f"{address}/readyz", timeout=20)) == {"status": "ok"}
        taken = run("web", "--port", address.rpartition(":")[2], environment=ready)
        assert (taken.returncode, "Choose another port" in taken.stderr) == (2, True)
        wait_for(lambda: "last looked" in run("doctor", environment=ready).stdout)
        assert ended(process) == 0


def test_a_request_in_flight_is_finished_before_the_end(ready):
    with running("tests.scheduler.slow_app", environment=ready) as (process, address):
        answers: list[bytes] = []
        asking = threading.Thread(target=lambda: answers.append(urllib.request.urlopen(f"{address}/slow").read()))
        asking.start()
        assert "in the slow page" in process.stdout.readline()
        assert ended(process) == 0
        asking.join(20)
    assert answers == [b"finished"]


def test_the_scheduler_alone_ends_on_sigterm(ready):
    process = subprocess.Popen(
        [sys.executable, "-m", "accreditation", "scheduler"], env=ready, stdout=subprocess.PIPE, text=True
    )
    assert "runs" in process.stdout.readline()
    assert ended(process) == 0
    process.communicate()


def wait_for(what) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.5)
