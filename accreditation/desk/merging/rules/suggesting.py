"""How alike two records are: reasons in words, added up, the most certain pair first. Values in, values out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

MOST_ALIKE = 6
"""More people than this who share a name, an address or a day are no pair: it is a common name, or a shared mailbox."""


class Reason(StrEnum):
    """What two records have in common."""

    PAY_NUMBER = "pay_number"
    NAME_AND_UNIT = "name_and_unit"
    EMAIL = "email"
    FORMER_NAME = "former_name"
    SWAPPED_NAME = "swapped_name"
    NAME = "name"
    TRAINING = "training"


WORDS = {
    Reason.PAY_NUMBER: "Same pay number, but for spaces, capitals and leading noughts",
    Reason.NAME_AND_UNIT: "Same name in the same unit",
    Reason.EMAIL: "Same e-mail address",
    Reason.FORMER_NAME: "One has the name that the other had before",
    Reason.SWAPPED_NAME: "Same names with first and last name the other way round",
    Reason.NAME: "Same name",
    Reason.TRAINING: "Same last name, training passed on the same day",
}
"""In the order of how much they say."""

WEIGHT = {
    Reason.PAY_NUMBER: 100,
    Reason.NAME_AND_UNIT: 60,
    Reason.EMAIL: 50,
    Reason.FORMER_NAME: 45,
    Reason.SWAPPED_NAME: 45,
    Reason.NAME: 30,
    Reason.TRAINING: 25,
}

PAY_NUMBERS_DIFFER = -25
"""Two pay numbers that have nothing to do with each other speak for two people, and prove nothing: people rejoin."""


@dataclass(frozen=True)
class Pair:
    """Two people who may be one, by the ids of the records that count for them, the older record first."""

    one_id: int
    other_id: int
    reasons: tuple[Reason, ...]
    pay_numbers_differ: bool = False

    @property
    def weight(self) -> int:
        return sum(WEIGHT[reason] for reason in self.reasons) + PAY_NUMBERS_DIFFER * self.pay_numbers_differ

    @property
    def certainty(self) -> tuple[str, str]:
        """In words, with the tone of a tag."""
        if self.weight >= 100:
            return "Almost certainly one person", "good"
        if self.weight >= 60:
            return "Probably one person", "soon"
        return "Perhaps one person", "neutral"

    @property
    def in_words(self) -> list[str]:
        against = ["Their pay numbers differ"] if self.pay_numbers_differ else []
        return [WORDS[reason] for reason in self.reasons] + against


def pairs_of(
    alike: Iterable[tuple[Reason, Iterable[int]]], pay_numbers: Mapping[int, frozenset[str]] | None = None
) -> list[Pair]:
    """From groups of people who have something in common to pairs, the most certain first.

    `pay_numbers`: those of the people in the groups, as `plain_pay_number` writes them.
    """
    found: dict[tuple[int, int], set[Reason]] = {}
    for reason, people in alike:
        group = sorted(set(people))
        if len(group) <= MOST_ALIKE:
            for pair in combinations(group, 2):
                found.setdefault(pair, set()).add(reason)
    pairs = [
        Pair(one, other, _told_once(reasons), _differ(one, other, reasons, pay_numbers or {}))
        for (one, other), reasons in found.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair.weight, pair.one_id, pair.other_id))


def _told_once(reasons: set[Reason]) -> tuple[Reason, ...]:
    """In order of weight; what a stronger reason says already is left out."""
    if Reason.NAME_AND_UNIT in reasons:
        reasons = reasons - {Reason.NAME}
    if Reason.NAME in reasons or Reason.NAME_AND_UNIT in reasons:
        reasons = reasons - {Reason.FORMER_NAME, Reason.SWAPPED_NAME}
    return tuple(reason for reason in WORDS if reason in reasons)


def _differ(one: int, other: int, reasons: set[Reason], pay_numbers: Mapping[int, frozenset[str]]) -> bool:
    first, second = pay_numbers.get(one, frozenset()), pay_numbers.get(other, frozenset())
    return bool(first and second) and not first & second and Reason.PAY_NUMBER not in reasons


def plain_pay_number(text: str) -> str:
    """What is left of a pay number when spaces, hyphens, capitals and leading noughts make no difference."""
    return text.replace(" ", "").replace("-", "").upper().lstrip("0")
