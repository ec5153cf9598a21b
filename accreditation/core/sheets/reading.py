"""Reading an upload from the web process, which itself never opens it."""

import json
import logging
import os
import subprocess
import sys
import tempfile
from typing import Any

from accreditation.core.sheets.checks import SAVE_AGAIN, TOO_MUCH, SheetRefused, kind_of_file
from accreditation.core.sheets.limits import LIMITS, Limits
from accreditation.core.sheets.values import Workbook

log = logging.getLogger(__name__)
CHILD = "accreditation.core.sheets.child"


def read_workbook(data: bytes, *, limits: Limits = LIMITS) -> Workbook:
    """The sheets of an .xlsx or .csv file, read in a process of its own with limits on memory and time.

    Raises SheetRefused, whose reasons say what is wrong with the file and what to do.
    """
    kind_of_file(data, limits)  # the cheap refusals need no process
    answer = _ask_the_child(data, limits)
    if "refused" in answer:
        if because := answer.get("because"):
            log.info("an upload could not be read: %s", because)
        raise SheetRefused(*answer["refused"])
    return Workbook.from_json(answer)


def _ask_the_child(data: bytes, limits: Limits) -> dict[str, Any]:
    # The answer goes to a file and not to a pipe: the child's own limit on file size then bounds it.
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", CHILD, json.dumps(limits.as_dict())],
                input=data,
                stdout=output,
                stderr=subprocess.PIPE,
                timeout=limits.wall_seconds,
                env=_environment(),
                check=False,
            )
        except subprocess.TimeoutExpired as expired:
            raise SheetRefused(TOO_MUCH) from expired
        if done.returncode < 0 or b"MemoryError" in done.stderr:
            raise SheetRefused(TOO_MUCH)
        if done.returncode != 0:
            log.error(
                "the sheet reader failed: %s",
                done.stderr.decode(errors="replace")[-2000:],
            )
            raise SheetRefused(f"The file cannot be read as a spreadsheet. {SAVE_AGAIN}")
        output.seek(0)
        answer: dict[str, Any] = json.load(output)
    return answer


def _environment() -> dict[str, str]:
    """None of the parent's variables (secrets among them), only where to find the code."""
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONIOENCODING": "utf-8",
        "OPENPYXL_LXML": "False",
    }
