"""Whether somebody was at a session, as people write it down, and whether it was enough."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from accreditation.people.rules import plain

MARKS = ("present", "part", "apology", "no_show")
MARK_LABELS = {"present": "Present", "part": "In part", "apology": "Apology", "no_show": "No-show"}
LETTERS = {"present": "P", "apology": "A", "no_show": "N"}
"""What is typed for each; of who was there in part the hours are typed."""

NEEDS_ATTENDANCE = frozenset({"pass", "refer", "fail"})
"""Outcomes of an assessment that took place: there is none without attendance, where the scheme asks for it."""

WORDS = {
    "p": "present",
    "present": "present",
    "attended": "present",
    "yes": "present",
    "y": "present",
    "a": "apology",
    "apology": "apology",
    "apologies": "apology",
    "n": "no_show",
    "no": "no_show",
    "no show": "no_show",
    "noshow": "no_show",
    "absent": "no_show",
    "did not attend": "no_show",
}
HOURS = re.compile(r"(?:part|in part|partly)?[ :,]*(\d{1,2})(?:[.,](\d{1,2}))?\s*(?:h|hrs?|hours?)?")


@dataclass(frozen=True)
class Mark:
    """What is recorded of one person at one session; `minutes` only of who was there in part."""

    mark: str
    minutes: int | None = None


class NotAMark(ValueError):
    """What was written says nothing of attendance; the message says what would."""


def read_mark(text: str) -> Mark | None:
    """What somebody wrote: P, A, N, their words, or the hours of who was there in part. None for nothing.

    Raises NotAMark.
    """
    word = re.sub(r"(?<=\w)[\s_-]+(?=\w)", " ", plain(text)).strip(" .")
    if not word:
        return None
    if known := WORDS.get(word):
        return Mark(known)
    if found := HOURS.fullmatch(word):
        minutes = minutes_of(Decimal(f"{found[1]}.{found[2] or 0}"))
        if not minutes:
            raise NotAMark("0 hours is not part of a session. Write A for an apology or N for a no-show.")
        return Mark("part", minutes)
    shown = text.strip() if len(text.strip()) <= 40 else f"{text.strip()[:39]}…"
    raise NotAMark(
        f"“{shown}” says nothing of attendance. Write P for present, A for an apology, N for a no-show, or the hours "
        "of who was there in part, such as 3.5."
    )


def minutes_of(hours: Decimal) -> int:
    """Hours as somebody types them in minutes, to the nearest one: 1.33 are 80."""
    return int((hours * 60).to_integral_value(ROUND_HALF_UP))


def hours_of(minutes: int) -> str:
    """Minutes in hours as people read them: "6", "3.5", "1.33"."""
    hours = (Decimal(minutes) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP).normalize()
    return f"{hours:f}"


def settled(mark: Mark | None, session_minutes: int) -> Mark | None:
    """The same; who was there for all of the session is present, however it was written."""
    if mark and mark.minutes is not None and mark.minutes == session_minutes:
        return Mark("present")
    return mark


def written(mark: Mark | None) -> str:
    """As it stands in the grid and in the workbook: "P", "A", "N", "3.5", or nothing."""
    if mark is None:
        return ""
    return LETTERS[mark.mark] if mark.minutes is None else hours_of(mark.minutes)


@dataclass(frozen=True)
class Counted:
    """One session as the sum sees it: how long it is, and the mark, None while nobody has recorded any."""

    minutes: int
    mark: Mark | None


def minutes_attended(sessions: Iterable[Counted]) -> int:
    total = 0
    for session in sessions:
        if session.mark and session.mark.mark == "present":
            total += session.minutes
        elif session.mark:
            total += session.mark.minutes or 0
    return total


def minutes_counted(own: int, brought: int, of: int) -> int:
    """What counts of a cohort's training: attended there, and brought along from a cohort before; never more than `of`.

    So nobody who was transferred has to sit through again what they have attended.
    """
    return min(of, own + brought)


def lacks_a_record(unrecorded: int, brought: int) -> bool:
    """Whether it is not known yet what somebody attended: more is unrecorded than what they brought along."""
    return unrecorded > brought


def percent_attended(minutes: int, of: int) -> int:
    """Whole percent, rounded down: who lacks a quarter of an hour has not attended all of it. 100 of no time at all."""
    return 100 if of <= 0 else minutes * 100 // of
