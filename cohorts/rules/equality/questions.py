"""What the equality form asks. The wording is data (cohorts/data/equality.json); this says what shape it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNSAID = ("unsaid", "Prefer not to say, or not answered")
"""Every form has these who returned it and did not answer this question."""

SILENT = ("silent", "No form returned")

NOT_SAID = frozenset({"not_said", "NS"})
"""The codes of "prefer not to say": NS is "not stated" in the police service's 18+1."""


class BadQuestions(Exception):
    """The data cannot be used; the text says where and why."""


@dataclass(frozen=True)
class Answer:
    """`group`: under what it is published, where that is not itself."""

    code: str
    label: str
    group: str


@dataclass(frozen=True)
class Question:
    """One protected characteristic. `axis`: its name among the six of founding document 002, if it is one of them.

    `categories` are what is published: code and label of each, those who said nothing and those without a form last.
    """

    code: str
    title: str
    question: str
    axis: str | None
    hint: str
    source: str
    answers: tuple[Answer, ...]
    categories: tuple[tuple[str, str], ...]

    @property
    def groups(self) -> tuple[int, ...]:
        """The places of the categories that are groups of people."""
        return tuple(range(len(self.categories) - 2))

    @property
    def headings(self) -> dict[str, str]:
        """For each answer the group under which it stands on the form; empty where each stands for itself."""
        names = dict(self.categories)
        if all(one.group in (one.code, UNSAID[0]) for one in self.answers):
            return {}
        return {one.code: names[one.group] for one in self.answers if one.group != UNSAID[0]}

    @property
    def silent(self) -> int:
        return len(self.categories) - 1

    def place_of(self, answer: str | None) -> int:
        """The place of the category under which this answer is counted; None and unknown codes: nothing was said."""
        group = next((one.group for one in self.answers if one.code == answer), UNSAID[0])
        return next(place for place, (code, _) in enumerate(self.categories) if code == group)


def read_questions(content: Mapping[str, Any]) -> tuple[Question, ...]:
    """Raises BadQuestions for data that would ask what nobody can refuse, or count what nobody can find."""
    found = tuple(_question(entry) for entry in content["questions"])
    if len({one.code for one in found}) < len(found):
        raise BadQuestions("Two questions have the same code.")
    return found


def _question(entry: Mapping[str, Any]) -> Question:
    code, listed = entry["code"], entry["answers"]
    if not {one["code"] for one in listed} & NOT_SAID:
        raise BadQuestions(f"Question {code}: nobody can prefer not to say.")
    said = [one for one in listed if one["code"] not in NOT_SAID]
    groups = [(one["code"], one["label"]) for one in entry.get("groups", said)]
    answers = tuple(
        Answer(one["code"], one["label"], UNSAID[0] if one["code"] in NOT_SAID else one.get("group", one["code"]))
        for one in listed
    )
    if strays := {one.group for one in answers} - {name for name, _ in groups} - {UNSAID[0]}:
        raise BadQuestions(f"Question {code}: no group is called {', '.join(sorted(strays))}.")
    return Question(
        code,
        entry["title"],
        entry["question"],
        entry.get("axis"),
        entry.get("hint", ""),
        entry.get("source", ""),
        answers,
        (*groups, UNSAID, SILENT),
    )
