"""How a scheme is assessed: parts, criteria, attempts; and what the parts come to. No clock, no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accreditation.people.rules import plain

PENDING = "pending"
"""The outcome of a draft some of whose parts are not there yet. It cannot be submitted."""

WORST_FIRST = ("fail", "refer", "absent", "deferred", "pass")
USES_AN_ATTEMPT = frozenset({"pass", "refer", "fail"})
"""Outcomes that count against the number of attempts: who was absent or deferred has not been assessed."""

MET, NOT_MET = "Met", "Not met"


@dataclass(frozen=True)
class CriterionRule:
    """What is looked for in a part."""

    id: int
    text: str

    @property
    def field(self) -> str:
        return f"k{self.id}"


@dataclass(frozen=True)
class ComponentRule:
    """A part of the assessment. `required`: a pass needs it to be passed."""

    id: int
    title: str
    required: bool = True
    criteria: tuple[CriterionRule, ...] = ()

    @property
    def field(self) -> str:
        return f"c{self.id}"


@dataclass(frozen=True)
class ComponentPlan:
    """A part as somebody plans it, with its criteria in order."""

    title: str
    required: bool = True
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartEntry:
    """What somebody says of one part. `marks`: criterion and whether it is met; None leaves those recorded alone."""

    component_id: int
    outcome: str | None
    marks: tuple[tuple[int, bool], ...] | None = None


def read_mark(text: str) -> bool | None:
    """Whether a criterion is met, as somebody wrote it. None if it says neither."""
    word = plain(text).strip(" .")
    if word in {"met", "m", "yes", "y"}:
        return True
    return False if word in {"not met", "n", "no", "notmet"} else None


def overall(components: Sequence[ComponentRule], outcomes: Mapping[int, str | None]) -> str:
    """What the parts come to: the worst of those that are required, PENDING while one of them is missing."""
    required = [outcomes.get(component.id) for component in components if component.required]
    if not required or not all(required):
        return PENDING
    return next(outcome for outcome in WORST_FIRST if outcome in required)


def not_passed(components: Iterable[ComponentRule], outcomes: Mapping[int, str | None]) -> list[str]:
    """The titles of the required parts that stand in the way of a pass."""
    return [part.title for part in components if part.required and outcomes.get(part.id) != "pass"]


def next_attempt_from(last_on: date, cooling_off_days: int) -> date:
    """The first day on which the next attempt can be taken: at the earliest the day after the last one."""
    return last_on + timedelta(days=max(cooling_off_days, 1))


def reasons_to_refuse_plan(components: Sequence[ComponentPlan], taken: Iterable[str]) -> list[str]:
    """Why these parts cannot be used. `taken`: headings that the workbook needs for itself."""
    reasons, titles = [], [plain(component.title) for component in components]
    for component in components:
        word = plain(component.title)
        if word in {plain(title) for title in taken}:
            reasons.append(f"“{component.title}” is the name of another column. Call the part something else.")
        elif titles.count(word) > 1:
            reasons.append(f"There are two parts called “{component.title}”. Give each its own name.")
        if len({plain(text) for text in component.criteria}) < len(component.criteria):
            reasons.append(f"“{component.title}” has the same criterion twice. Keep one of them.")
    if components and not any(component.required for component in components):
        reasons.append("A pass must rest on something: at least one part has to be passed.")
    return list(dict.fromkeys(reasons))
