"""The house has the shape that docs say: no package outside the contracts, nothing at the top that does not belong."""

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOP = {"accreditation", "cohorts", "vetting", "scheduler", "templates", "tests", "docs"}
FREE = {"accreditation.migrations", "accreditation.static"}


def contracts() -> list[dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def tracked_folders() -> set[str]:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {line.split("/")[0] for line in files.splitlines() if "/" in line and not line.startswith(".")}


def test_no_folder_stands_at_the_top_but_those_agreed():
    assert tracked_folders() <= TOP


def test_every_package_and_module_is_on_a_floor():
    floors = {name.strip(" ()") for layer in contracts()[0]["layers"] for name in layer.replace(":", "|").split("|")}
    found = {"cohorts", "vetting", "scheduler"}
    for path in (ROOT / "accreditation").iterdir():
        if path.name != "__init__.py" and path.name != "__pycache__" and (path.is_dir() or path.suffix == ".py"):
            found.add(f"accreditation.{path.stem}")
    assert found - FREE <= floors


def test_every_room_keeps_the_order_inside():
    rooms = set(contracts()[1]["containers"])
    with_services = {
        ".".join(path.relative_to(ROOT).parts[:-1])
        for pattern in ("*/services*", "*/*/services*", "*/*/*/services*")
        for path in ROOT.glob(pattern)
        if path.parts[len(ROOT.parts)] in {"accreditation", "cohorts", "vetting", "scheduler"}
        and "__pycache__" not in path.parts
    }
    assert with_services <= rooms
