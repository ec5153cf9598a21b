"""Themes of the helpline, told so that no small number gives a caller away."""

from collections.abc import Mapping
from dataclasses import dataclass

from accreditation.core.private_text import FEW
from accreditation.web.words import sentence_list

NAMED = 4
"""So many themes that are told together are named; of more only how many they are."""


@dataclass(frozen=True)
class Theme:
    label: str
    number: int


def themes(counted: Mapping[str, int]) -> list[Theme]:
    """The most frequent first. Those with fewer than FEW contacts stand together as one theme.

    That one theme never holds a single category, and never fewer than FEW contacts: else the next smallest goes with
    it. So nothing can be recovered by taking the others from the total. Where all together are fewer than FEW, none is
    told.
    """
    rows = sorted(((number, label) for label, number in counted.items() if number), key=lambda row: (-row[0], row[1]))
    if sum(number for number, _ in rows) < FEW:
        return []
    told = [row for row in rows if row[0] >= FEW]
    together = [row for row in rows if row[0] < FEW]
    while together and told and (len(together) < 2 or sum(number for number, _ in together) < FEW):
        together.insert(0, told.pop())
    found = [Theme(label, number) for number, label in told]
    if together:
        names = sentence_list([_lower(label) for _, label in together])
        words = f"Other themes: {names}" if len(together) <= NAMED else f"{len(together)} other themes together"
        found.append(Theme(words, sum(number for number, _ in together)))
    return found


def _lower(label: str) -> str:
    """A label in the middle of a sentence; words that are all capitals, such as CPD, stay."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
