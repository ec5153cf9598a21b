"""What an import would do, row by row: the value that the preview shows and that a confirmation carries out."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from accreditation.core.sheets.layout import Skipped
from accreditation.core.sheets.rows import Problem
from accreditation.desk.importing.rules.rows import Entry
from accreditation.desk.importing.rules.steps import Step


class Status(StrEnum):
    NEW = "new"
    MATCHES = "matches"
    UNCHANGED = "unchanged"
    DECISION = "decision"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    LEFT_OUT = "left_out"
    SKIPPED = "skipped"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def tone(self) -> str:
        """The tone of its tag."""
        return TONES.get(self, "neutral")


LABELS = {
    Status.NEW: "New",
    Status.MATCHES: "Matches, with changes",
    Status.UNCHANGED: "Matches, unchanged",
    Status.DECISION: "Needs a decision",
    Status.REFUSED: "Refused",
    Status.DUPLICATE: "Duplicate",
    Status.LEFT_OUT: "Left out",
    Status.SKIPPED: "Not a person",
}
TONES = {Status.NEW: "good", Status.MATCHES: "good", Status.DECISION: "soon", Status.REFUSED: "bad"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a row that needs a decision: `value` travels, `label` is read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row and what becomes of it. `why` says it in a sentence; `steps` is what would be written."""

    number: int
    status: Status
    why: str
    entry: Entry | None = None
    person_id: int | None = None
    reference: str = ""
    steps: tuple[Step, ...] = ()
    questions: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    choices: tuple[Choice, ...] = ()
    decided: str = ""

    @property
    def writes(self) -> bool:
        return self.status in (Status.NEW, Status.MATCHES)

    @property
    def name(self) -> str:
        return self.entry.name if self.entry else ""

    @property
    def called(self) -> str:
        return self.entry.called if self.entry else ""

    @property
    def wrong(self) -> str:
        """Everything wrong with it in one text, for the error file; "" when there is nothing to correct."""
        if self.status is Status.REFUSED:
            return "\n".join(problem.sentence for problem in self.problems)
        return self.why if self.status is Status.DECISION else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an import would do, and for whom it would do nothing.

    `letters` is how many letters would go out: an import writes to nobody.
    """

    scheme: str
    tracked_from: date
    rows: tuple[PlannedRow, ...]
    unread: tuple[str, ...] = ()  # headings of columns that are not read
    waived: tuple[str, ...] = ()  # requirements that get a waiver with each award
    letters: int = 0
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
    def awards(self) -> int:
        return sum(type(step).__name__ == "AddAward" for row in self.to_write for step in row.steps)

    @property
    def digest(self) -> str:
        """The same for two plans that would write the same, however long lies between them."""
        would = repr((self.scheme, self.tracked_from, self.waived, self.rows))
        return hashlib.sha256(would.encode()).hexdigest()


def skipped_row(skipped: Skipped) -> PlannedRow:
    return PlannedRow(skipped.number, Status.SKIPPED, skipped.reason)
