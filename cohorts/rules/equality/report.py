"""What anybody may read of one characteristic, and what it says in plain words. Made of published figures alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cohorts.rules.equality.marks import FEW, FEWEST, PERCENT_ABOVE, SMALLEST_BASE, Mark, in_words, percent
from cohorts.rules.equality.questions import Question
from cohorts.rules.equality.ratios import PROMPT_BELOW, Compared
from cohorts.rules.equality.stages import LABELS

NOTICE = "A prompt to look, not a finding."

RULES = (
    "Counts are rounded to the nearest 5. A count of 1 to 4 is shown as “fewer than 5”, nobody as 0.",
    "“Not shown” holds a larger count back, because a smaller one could be worked out from it.",
    f"A stage appears once {SMALLEST_BASE} forms are behind it, and changes only when at least {SMALLEST_BASE} more "
    "are. Until then it stays as it was published, whatever happens in between.",
    f"Percentages are worked out from the rounded figures, and only where their total is above {PERCENT_ABOVE}.",
    "Rows do not add up to the totals: each figure is rounded by itself.",
    "Ratios compare each group’s rate with that of the group with the highest rate. They are worked out from exact "
    f"counts, shown in bands, and left out where a group has under {SMALLEST_BASE} people or 2% of the applicants.",
    f"A ratio below {PROMPT_BELOW} is {NOTICE[0].lower()}{NOTICE[1:-1]}: small groups move it by chance, and the law "
    "asks whether a group is put at a particular disadvantage and whether that can be justified.",
)
"""Printed with every table, picture and file."""


@dataclass(frozen=True)
class Shown:
    """One stage of one characteristic as anybody may read it; None in `ratios`: not shown."""

    stage: str
    published_on: date
    total: Mark
    marks: tuple[Mark, ...]
    ratios: tuple[Compared | None, ...]

    @property
    def label(self) -> str:
        return LABELS[self.stage]

    @property
    def total_words(self) -> str:
        return in_words(self.total)

    def words(self, place: int) -> str:
        """The figure of that category, with its percentage where there is one."""
        mark = self.marks[place]
        share = percent(mark, self.total)
        return in_words(mark) if share is None else f"{in_words(mark)} ({share}%)"


@dataclass(frozen=True)
class Bar:
    """One figure as a picture: its length in percent of the longest; `few`: it stands for one to four."""

    label: str
    words: str
    length: float
    few: bool


@dataclass(frozen=True)
class RatioLine:
    """One group at one stage beside the group with the highest rate."""

    stage: str
    group: str
    compared: Compared
    beside: str = ""


@dataclass(frozen=True)
class Figures:
    """One characteristic from application to accreditation. Stages that were not published are not in `shown`."""

    question: Question
    shown: tuple[Shown, ...]

    @property
    def labels(self) -> list[str]:
        return [label for _, label in self.question.categories]

    @property
    def bars(self) -> list[tuple[Shown, list[Bar]]]:
        """For each stage a bar for each category, all on one scale that starts at zero."""
        longest = max((mark for one in self.shown for mark in one.marks if isinstance(mark, int)), default=0) or FEWEST
        return [
            (
                one,
                [
                    Bar(label, in_words(mark), round(100 * _length(mark) / longest, 2), mark == FEW)
                    for label, mark in zip(self.labels, one.marks, strict=True)
                ],
            )
            for one in self.shown
        ]

    @property
    def ratios(self) -> list[RatioLine]:
        return [
            RatioLine(one.label, label, compared, _highest(one, self.labels))
            for one in self.shown
            for label, compared in zip(self.labels, one.ratios, strict=True)
            if compared is not None
        ]

    @property
    def prompts(self) -> list[RatioLine]:
        """What is worth a look: below four fifths, and chance alone would seldom do it."""
        return [line for line in self.ratios if line.compared.is_prompt and not line.compared.is_often_chance]

    @property
    def weak_prompts(self) -> list[RatioLine]:
        """Below four fifths as well, as chance alone often makes it."""
        return [line for line in self.ratios if line.compared.is_prompt and line.compared.is_often_chance]

    @property
    def finding(self) -> str:
        """What the figures say, in one sentence."""
        last = self.shown[-1].label.lower()
        if prompts := self.prompts:
            named = [f"{line.group} ({line.stage.lower()})" for line in prompts]
            return f"Worth a look, and not a finding: {_listed(named)}."
        if self.weak_prompts:
            return "Below four fifths here and there, as chance alone often makes it in groups of this size."
        if any(not line.compared.reference for line in self.ratios):
            return "Of the groups that can be compared, none came less than four fifths as far as another."
        if len(self.shown) == 1:
            return f"Who {last}. Further stages have too few forms so far."
        return "No two groups are large enough to be compared."


def _highest(shown: Shown, labels: Sequence[str]) -> str:
    """The group with the highest rate, where it may be named."""
    found = (label for label, one in zip(labels, shown.ratios, strict=True) if one is not None and one.reference)
    return next(found, "the group with the highest rate")


def _length(mark: Mark) -> int:
    return mark if isinstance(mark, int) else FEWEST - 1 if mark == FEW else 0


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
