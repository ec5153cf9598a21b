"""What must never be committed, and what nobody should find left open."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = {".py", ".html", ".css", ".js", ".md", ".toml", ".txt", ".json", ".cfg", ".ini", ".yml", ".csv", ".svg", ""}


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).suffix in TEXT and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a path of somebody's machine", r"(?<![\w.])/(?:work|farm|home/\w+|Users/\w+)/[a-z.]|(?<![\w.])/root/[a-z.]"),
        ("the address of a package index", r"index[-]url|extra[-]index|find[-]links"),
        ("something left to do", r"\b(TO[D]O|FIX[M]E|XX[X])\b"),
        ("an error swallowed", r"except( Exception)?:\s*\n\s+pass\b"),
        ("an actor who is forgotten before the commit writes them down", r"with transaction\(\), (audit\.)?acting_as"),
        ("a CDN", r"(src|href)=\"(https?:)?//(?!www\.w3\.org)"),
    ],
)
def test_no_file_holds(what, pattern):
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)!r}"
        for path in tracked()
        if path != Path(__file__)
        for match in re.finditer(pattern, path.read_text(errors="replace"))
    ]
    assert not found, what


def test_the_versions_that_are_installed_are_written_down_without_a_host():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert lines
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line) for line in lines)


def test_every_page_keeps_to_the_content_security_policy():
    offending = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\ssrc=)", path.read_text())
    ]
    assert not offending
