"""Reading an upload from the web process, which itself never opens it."""

import json
import logging
import subprocess
from typing import Any

from accreditation.core.sheets import children
from accreditation.core.sheets.checks import SAVE_AGAIN, TOO_MUCH, SheetRefused, kind_of_file
from accreditation.core.sheets.limits import LIMITS, Limits
from accreditation.core.sheets.values import Workbook

log = logging.getLogger(__name__)


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
    with children.child(limits) as (process, output):
        try:
            _, errors = process.communicate(data, timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired as expired:
            raise SheetRefused(TOO_MUCH) from expired
        if process.returncode < 0 or b"MemoryError" in errors:
            raise SheetRefused(TOO_MUCH)
        if process.returncode != 0:
            log.error(
                "the sheet reader failed: %s",
                errors.decode(errors="replace")[-2000:],
            )
            raise SheetRefused(f"The file cannot be read as a spreadsheet. {SAVE_AGAIN}")
        output.seek(0)
        answer: dict[str, Any] = json.load(output)
    return answer
