"""What is done to results in one go, in words, and the copies by which it can be undone. No clock, no database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cohorts.rules.assessment import PartEntry

KINDS = ("recorded", "released")
DOORS = {
    "office": "By the office",
    "grid": "Typed into the grid",
    "form": "Typed for one candidate",
    "assessor": "Recorded by an assessor",
    "workbook": "Results workbook",
    "release": "Released",
}
"""Through which door it came; all of them lead to the same services."""


@dataclass(frozen=True)
class Copy:
    """A result as it was: what an act found, or left. `parts` by component: outcome, note and criteria."""

    attempt: int
    outcome: str
    event_on: date
    note: str | None
    state: str
    recorded_by: int | None
    parts: Mapping[str, Any] | None = None

    def as_json(self) -> str:
        return json.dumps(
            [
                self.attempt,
                self.outcome,
                self.event_on.isoformat(),
                self.note,
                self.state,
                self.recorded_by,
                dict(self.parts or {}),
            ],
            ensure_ascii=False,
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, text: str) -> "Copy":
        attempt, outcome, on, note, state, recorded_by, parts = json.loads(text)
        return cls(attempt, outcome, date.fromisoformat(on), note, state, recorded_by, parts or None)

    @property
    def part_entries(self) -> tuple[PartEntry, ...]:
        """The parts as an entry says them."""
        return tuple(
            PartEntry(int(key), outcome, tuple((int(criterion), met) for criterion, met in marks.items()))
            for key, (outcome, marks) in (self.parts or {}).items()
        )

    def says_the_same(self, other: "Copy") -> bool:
        """Whether both are the same result, whoever typed it."""
        return (self.attempt, self.outcome, self.event_on, self.note, self.state, dict(self.parts or {})) == (
            other.attempt,
            other.outcome,
            other.event_on,
            other.note,
            other.state,
            dict(other.parts or {}),
        )
