"""The process that parses an upload: `python -m accreditation.core.sheets.child`, limits as JSON in its argument.

The file comes in on standard input, the answer goes out on standard output as JSON: {"sheets": ...} or
{"refused": [sentences]}. It holds no secret and no database, so what it is made to do by a hostile file ends with it.
"""

import json
import resource
import sys

from accreditation.core.sheets.checks import SAVE_AGAIN, TOO_MUCH, SheetRefused
from accreditation.core.sheets.limits import Limits
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


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    confine(limits)
    data = sys.stdin.buffer.read(limits.upload + 1)
    text = json.dumps(answer(data, limits))
    if len(text) > limits.answer:  # json writes ASCII: a character is a byte
        text = json.dumps({"refused": [TOO_MUCH]})
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
