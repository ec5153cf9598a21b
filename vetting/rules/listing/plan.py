"""What importing the list would do, row by row: the value that the preview shows and a confirmation carries out."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from accreditation.core.sheets.layout import Skipped
from accreditation.core.sheets.rows import Problem
from accreditation.web.words import day
from vetting.rules.listing.rows import Entry
from vetting.rules.steps import STATES


class Status(StrEnum):
    NEW = "new"
    CHANGES = "changes"
    UNCHANGED = "unchanged"
    DECISION = "decision"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    LEFT_OUT = "left_out"
    SKIPPED = "skipped"

    @property
    def label(self) -> str:
        return WORDS[self][0]

    @property
    def tone(self) -> str:
        """The tone of its tag."""
        return WORDS[self][1]


WORDS = {
    Status.NEW: ("New here", "good"),
    Status.CHANGES: ("Changes what is here", "good"),
    Status.UNCHANGED: ("The same here", "neutral"),
    Status.DECISION: ("Needs a decision", "soon"),
    Status.REFUSED: ("Refused", "bad"),
    Status.DUPLICATE: ("Duplicate", "neutral"),
    Status.LEFT_OUT: ("Left out", "neutral"),
    Status.SKIPPED: ("Not a person", "neutral"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


# --- what would be written -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """A clearance that is not here yet; `to_be_asked`: kept without counting until its dates are known."""

    level: str
    granted_on: date | None
    valid_through: date | None
    state: str
    case_number: str
    sponsor: str
    to_be_asked: bool = False
    application_id: int | None = None

    @property
    def sentence(self) -> str:
        since = f", granted {day(self.granted_on)}" if self.granted_on else ""
        if self.to_be_asked:
            return f"{self.level}{since} is kept, and counts for nothing until its dates are known."
        through = f", valid through {day(self.valid_through)}" if self.valid_through else ", by the usual period"
        decided = " It is the decision on the application here." if self.application_id else ""
        return f"{self.level}{since}{through} is recorded.{decided}"


@dataclass(frozen=True, slots=True)
class GiveDates:
    clearance_id: int
    granted_on: date
    valid_through: date | None
    was: str

    @property
    def sentence(self) -> str:
        through = f", valid through {day(self.valid_through)}" if self.valid_through else ""
        return f"Dates: granted {day(self.granted_on)}{through}. Here: {self.was}."


@dataclass(frozen=True, slots=True)
class GiveState:
    clearance_id: int
    to: str
    on: date
    was: str

    @property
    def sentence(self) -> str:
        return f"State: {STATES[self.to].lower()} from {day(self.on)}. Here: {STATES[self.was].lower()}."


@dataclass(frozen=True, slots=True)
class GiveDetail:
    """The vetting unit's number or the sponsor. What stood here is not repeated on the page."""

    clearance_id: int
    detail: str
    value: str

    @property
    def sentence(self) -> str:
        return f"{ {'reference': 'Reference number', 'sponsor': 'Sponsor'}[self.detail] }: {self.value}."


@dataclass(frozen=True, slots=True)
class Start:
    level: str
    on: date
    submitted_on: date | None
    state: str
    state_on: date
    case_number: str
    sponsor: str

    @property
    def sentence(self) -> str:
        return f"An application for {self.level} is recorded from {day(self.on)}: {STATES[self.state].lower()}."


@dataclass(frozen=True, slots=True)
class Move:
    application_id: int
    to: str
    on: date
    was: str

    @property
    def sentence(self) -> str:
        return f"Application: {STATES[self.to].lower()} on {day(self.on)}. Here: {STATES[self.was].lower()}."


Step = Record | GiveDates | GiveState | GiveDetail | Start | Move


# --- rows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row and what becomes of it. `why` says it in a sentence; `steps` is what would be written."""

    number: int
    status: Status
    why: str
    entry: Entry | None = None
    person_id: int | None = None
    reference: str = ""
    name: str = ""
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    choices: tuple[Choice, ...] = ()
    decided: str = ""
    differs: bool = False  # the only question is whether to take what the vetting unit says

    @property
    def writes(self) -> bool:
        return self.status in (Status.NEW, Status.CHANGES)

    @property
    def called(self) -> str:
        return f"{self.name} {self.reference}".strip() or (self.entry.called if self.entry else "")

    @property
    def wrong(self) -> str:
        """Everything wrong with it in one text, for the error file; "" when there is nothing to correct."""
        if self.status is Status.REFUSED:
            return "\n".join(problem.sentence for problem in self.problems)
        return self.why if self.status is Status.DECISION else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an import would do, and for whom it would do nothing. No letter goes out because of it."""

    rows: tuple[PlannedRow, ...]
    unread: tuple[str, ...] = ()
    counts: Counter[Status] = field(default_factory=Counter, compare=False)

    def __post_init__(self) -> None:
        self.counts.update(row.status for row in self.rows)

    @property
    def to_write(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.writes]

    @property
    def to_correct(self) -> list[PlannedRow]:
        """The rows of the error file."""
        return [row for row in self.rows if row.status in (Status.REFUSED, Status.DECISION)]

    @property
    def differing(self) -> int:
        """Rows that wait for a word on what differs, and nothing else."""
        return sum(row.differs and not row.decided for row in self.rows)

    @property
    def digest(self) -> str:
        """The same for two plans that would write the same, however long lies between them."""
        return hashlib.sha256(repr(self.rows).encode()).hexdigest()


def skipped_row(skipped: Skipped) -> PlannedRow:
    return PlannedRow(skipped.number, Status.SKIPPED, skipped.reason)
