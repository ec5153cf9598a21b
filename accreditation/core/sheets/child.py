"""The process that parses an upload: `python -m accreditation.core.sheets.child`, limits as JSON in its first argument.

The file comes in on standard input, the answer goes out on standard output as JSON: {"sheets": ...} or
{"refused": [sentences]}. It holds no secret and no database, so what it is made to do by a hostile file ends with it.
With `--stand-by` it is started before there is a file, and waits with everything loaded; it reads one in its life.
"""

import gc
import io
import json
import os
import resource
import sys

import openpyxl

from accreditation.core.sheets.checks import SAVE_AGAIN, TOO_MUCH, SheetRefused
from accreditation.core.sheets.limits import LIMITS, STAND_BY, Limits
from accreditation.core.sheets.parsing import parse


def confine(limits: Limits) -> None:
    """Take memory, processor time and file size away from this process, for good."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.answer, limits.answer))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "darwin":  # macOS knows the limit and refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))


def answer(data: bytes, limits: Limits) -> dict[str, object]:
    """The workbook, or the reasons to refuse it. A file that breaks the parser is a refusal, not a crash."""
    try:
        return parse(data, limits).as_json()
    except SheetRefused as refusal:
        return {"refused": refusal.reasons}
    except MemoryError:
        return {"refused": [TOO_MUCH]}
    except Exception as damage:  # noqa: BLE001 - it is reported as a refusal and logged by the parent
        # Whatever openpyxl or the XML parser make of a broken file: this process has nothing else that could fail.
        return {
            "refused": [f"The file cannot be read as a spreadsheet. {SAVE_AGAIN}"],
            "because": repr(damage)[:500],
        }


def warm_up(limits: Limits) -> None:
    """Read a workbook of our own once: what is slow the first time is not slow for the file that somebody waits for."""
    book, saved = openpyxl.Workbook(), io.BytesIO()
    book.create_sheet("Results").append(["Reference", 1, 1.5, True])
    book.save(saved)
    parse(saved.getvalue(), limits)
    gc.collect()
    gc.freeze()  # what is loaded by now stays: the collector need not look at it again


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    if STAND_BY in sys.argv:
        warm_up(LIMITS)
    confine(limits)
    sys.stdout.write(" ")  # a blank before JSON means nothing to its reader, and says that everything is loaded
    sys.stdout.flush()
    data = sys.stdin.buffer.read(limits.upload + 1)
    text = json.dumps(answer(data, limits))
    if len(text) > limits.answer:  # json writes ASCII: a character is a byte
        text = json.dumps({"refused": [TOO_MUCH]})
    sys.stdout.write(text)
    sys.stdout.flush()
    os._exit(0)  # nothing is left to tidy up, and who uploaded is waiting


if __name__ == "__main__":
    main()
