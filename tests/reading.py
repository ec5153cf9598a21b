"""What an upload says, read in this process: for tests that read many and ask about what is in them.

The child that reads in life does the same, and what it hands back takes the same way through JSON. That it is a process
of its own, what it may take, and what becomes of a file that breaks it: tests/core/test_sheets_children.py and
test_sheets_refusals.py; that the pages read by it: tests/journeys, and whatever test does not ask for this.
"""

import json
import warnings
from typing import Any

from accreditation.core.sheets import LIMITS, Limits, Workbook, child


def answered_here(data: bytes, limits: Limits = LIMITS) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of odd cells and goes on; nobody reads that of the child
        answer: dict[str, Any] = json.loads(json.dumps(child.answer(data, limits)))
    return answer


def read_here(data: bytes) -> Workbook:
    """The sheets of a file that is none to be refused."""
    return Workbook.from_json(answered_here(data))
