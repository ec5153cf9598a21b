"""Line managers who confirm what was logged: whom one may name, when they are asked, what they answer. Values only."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from accreditation.core.calendar import LONDON
from accreditation.people.rules import address_problem, plain
from accreditation.practice.rules.entries import Details, case_key

LINE_MANAGER = "line manager"
"""As the schemes name them."""

LONGEST_NAME = 120
LONGEST_WORDS = 200

ASK_AGAIN_DAYS = 7
"""From one letter to the next while something waits: a line manager is asked once a week, not once an entry."""

LINK_LASTS_DAYS = 28

LINK_PATH = "/practice/confirm/"


def due_to_be_asked(asked_on: date | None, on: date) -> bool:
    """Whether another letter may go on the day; `asked_on`: the day of the last one, None where there was none."""
    return asked_on is None or on >= asked_on + timedelta(ASK_AGAIN_DAYS)


def link_ends(asked_on: date) -> datetime:
    """The moment from which a link of that day works no longer: a midnight in London."""
    return datetime.combine(asked_on + timedelta(LINK_LASTS_DAYS), time(), LONDON).astimezone(UTC)


def reasons_not_to_name(name: str, address: str, *, mediator: str, own_addresses: Collection[str]) -> list[str]:
    """Why this cannot be the line manager of that mediator. `own_addresses`: every one the mediator has or had here."""
    reasons, address = [], address.strip()
    if not name.strip() or len(name) > LONGEST_NAME:
        reasons.append(f"Enter the line manager’s name, at most {LONGEST_NAME} characters.")
    elif plain(name).split() == plain(mediator).split():
        reasons.append("Enter the line manager’s name, not the mediator’s own.")
    if problem := address_problem(address):
        reasons.append(problem)
    elif address.lower() in {each.lower() for each in own_addresses}:
        reasons.append("Enter the line manager’s address, not one of the mediator’s own.")
    return reasons


@dataclass(frozen=True)
class Answer:
    """What a line manager says of one entry: that it is right, or what is not. `seen`: the mark of what they read."""

    entry_id: int
    seen: str
    confirms: bool
    words: str = ""


def mark_of(details: Details) -> str:
    """A mark of everything an entry says: nobody confirms what was changed after they had read it."""
    parts = (
        details.kind,
        details.code,
        details.done_on,
        details.ends_on,
        details.quantity.normalize(),
        details.hours.normalize() if details.hours is not None else None,
        details.case_reference,
        details.outcome,
        details.note,
    )
    return hashlib.sha256(repr([str(part) if part is not None else None for part in parts]).encode()).hexdigest()[:16]


def word_holds(before: Details, after: Details) -> bool:
    """Whether an entry still says what somebody confirmed, after a correction: its note may differ, nothing else."""
    return _what_counts(before) == _what_counts(after)


def _what_counts(details: Details) -> str:
    return mark_of(replace(details, note=None, case_reference=case_key(details.case_reference)))
