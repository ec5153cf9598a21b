"""docs/faults.md: every fault has a line, and every test that a line names is there."""

import re
from pathlib import Path

HERE = Path(__file__).parent
LIST = HERE.parents[1] / "docs/faults.md"


def test_every_fault_has_its_line_and_every_test_named_there_exists():
    text = LIST.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r"\| F\d+ ", line)]
    assert [int(line[3:].split()[0]) for line in lines] == list(range(1, 41))
    for line in lines:
        named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", line)
        assert named, line
        for file, name in named:
            assert f"def {name}(" in ((HERE.parent if "/" in file else HERE) / file).read_text(encoding="utf-8"), (
                f"{file}::{name}"
            )
