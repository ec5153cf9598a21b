"""What an intake is made of, in words and figures that hold for every one of them."""

import re
from dataclasses import dataclass
from datetime import date

STEPS = ("sift", "interview")
STEP_LABELS = {"sift": "Sift", "interview": "Interview"}

QUESTION_KINDS = ("yes", "no", "text")
QUESTION_LABELS = {"yes": "Must answer yes", "no": "Must answer no", "text": "Answers in words"}

PANEL_ROLES = ("sifter", "interviewer")

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TAKEN_CODES = frozenset({"received", "saved", "mine", "support", "offer", "link", "sent"})
"""What an intake cannot be called, because addresses below /apply are."""


@dataclass(frozen=True)
class CriterionPlan:
    """A criterion as somebody typed it."""

    step: str
    title: str
    weight: int = 1
    guidance: str = ""


@dataclass(frozen=True)
class QuestionPlan:
    """A question as somebody typed it."""

    kind: str
    text: str


def state(opens_on: date, closes_on: date, on: date) -> str:
    """ "planned", "open" or "closed" on the day; `closes_on` is the first day that is too late."""
    if on < opens_on:
        return "planned"
    return "open" if on < closes_on else "closed"


STATE_LABELS = {"planned": "Not open yet", "open": "Open", "closed": "Closed"}
STATE_TONES = {"planned": "soon", "open": "good", "closed": "neutral"}


def wrong_answer(kind: str, answer: str) -> bool:
    """Whether the answer to a question that needs a yes or a no is the other one."""
    return kind in ("yes", "no") and bool(answer) and answer != kind
