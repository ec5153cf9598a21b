"""The child that stands by: used once, replaced, confined as any other, and gone when its service is."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from accreditation.core.sheets import LIMITS, SheetRefused, children, read_workbook

SAMPLE = (Path(__file__).parents[1] / "data" / "existing-register.xlsx").read_bytes()
PATIENCE = 20  # seconds


def until(what) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether there is no such process, or only its name is left for a parent to collect."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def ready():
    children.keep_one_ready()
    until(children.one_is_ready)
    yield
    children.keep_none_ready()


def standing_by() -> int:
    return children._ready.child.process.pid


def test_none_stands_by_unless_it_was_asked_for():
    assert children._ready.child is None
    assert [sheet.title for sheet in read_workbook(SAMPLE).sheets] == ["Mediators", "Helpline log"]
    assert children._ready.child is None


def test_it_reads_what_any_child_reads_once_and_is_replaced(ready):
    first = standing_by()
    warm = read_workbook(SAMPLE)
    second = standing_by()
    assert first != second
    assert gone(first)
    children.keep_none_ready()
    assert gone(second)
    assert warm == read_workbook(SAMPLE)


def test_it_has_its_limits_upon_it_while_it_waits(ready):
    limits = Path(f"/proc/{standing_by()}/limits").read_text()
    said = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert said["Max address space"] == [str(LIMITS.memory)] * 2
    assert said["Max cpu time"] == [str(LIMITS.cpu_seconds)] * 2
    assert said["Max file size"] == [str(LIMITS.answer)] * 2
    assert said["Max core file size"] == ["0", "0"]


def test_it_knows_nothing_of_the_service(ready):
    environment = Path(f"/proc/{standing_by()}/environ").read_bytes()
    assert {line.partition(b"=")[0] for line in environment.split(b"\0") if line} <= {
        b"PYTHONPATH", b"PYTHONIOENCODING", b"OPENPYXL_LXML", b"LC_CTYPE"
    }  # fmt: skip


def test_other_limits_get_a_child_of_their_own(ready):
    waiting = standing_by()
    with pytest.raises(SheetRefused, match="takes too long"):
        read_workbook(SAMPLE, limits=replace(LIMITS, wall_seconds=0.01))
    assert standing_by() == waiting


def test_a_file_that_takes_too_long_ends_the_child_and_another_takes_its_place(ready, monkeypatch):
    stopped = standing_by()
    os.kill(stopped, signal.SIGSTOP)  # it will read nothing, whatever it is given
    short = replace(LIMITS, wall_seconds=0.2)
    monkeypatch.setattr(children, "LIMITS", short)
    with pytest.raises(SheetRefused, match="takes too long"):
        read_workbook(SAMPLE, limits=short)
    assert gone(stopped)
    assert standing_by() != stopped


def test_one_that_died_waiting_is_replaced(ready):
    dead = standing_by()
    os.kill(dead, signal.SIGKILL)
    os.waitid(os.P_PID, dead, os.WEXITED | os.WNOWAIT)  # all of its threads: until then it can still be taken
    assert len(read_workbook(SAMPLE).sheets) == 2
    assert standing_by() != dead


def test_many_at_once_each_get_their_own_answer(ready):
    files = [f"Reference,Name\nM{number:04},Ada {number}\n".encode() for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        books = list(threads.map(read_workbook, files))
    assert [book.sheets[0].rows[1].cells[1].text for book in books] == [f"Ada {number}" for number in range(8)]


def test_it_ends_with_its_service_even_when_that_is_killed():
    script = (
        "import time; from accreditation.core.sheets import children; children.keep_one_ready();"
        "print(children._ready.child.process.pid, flush=True); time.sleep(60)"
    )
    service = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(service.stdout.readline())
    assert not gone(child)
    service.kill()
    service.wait()
    service.stdout.close()
    until(lambda: gone(child))


FORKS = """
import os, sys
from accreditation.core.sheets import children, read_workbook
children.keep_one_ready()
waiting = children._ready.child.process
pid = os.fork()
if pid == 0:
    os._exit(0 if children._ready.child is None else 1)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, "the fork would use the child of another"
assert waiting.poll() is None, "the fork ended it"
assert len(read_workbook(sys.stdin.buffer.read()).sheets) == 2
"""


def test_a_forked_process_leaves_the_child_to_the_one_that_started_it():
    subprocess.run([sys.executable, "-c", FORKS], input=SAMPLE, check=True)
