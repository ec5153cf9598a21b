"""Marks and what is made of them. Values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Marks = Mapping[int, int]
"""Points by the id of the criterion, as one person gave them."""


@dataclass(frozen=True)
class Weighed:
    """A criterion as the sum sees it."""

    criterion_id: int
    weight: int


def total(marks: Sequence[Marks], criteria: Sequence[Weighed], scale_max: int) -> int:
    """The weighted mean of everybody's marks in hundredths of a percent of the highest that could be had, 0 to 10000.

    Whole numbers, so that equal marks are equal on every machine and the list can be ordered by them. Halves round up.
    """
    most = len(marks) * scale_max * sum(criterion.weight for criterion in criteria)
    if not most:
        return 0
    had = sum(given[criterion.criterion_id] * criterion.weight for given in marks for criterion in criteria)
    return (2 * 10_000 * had + most) // (2 * most)


def widest(marks: Sequence[Marks]) -> int:
    """How far apart two people's marks of one criterion lie at most; 0 for fewer than two people."""
    if len(marks) < 2:
        return 0
    return max((max(points) - min(points) for points in zip(*(_row(given) for given in marks), strict=True)), default=0)


def _row(given: Marks) -> list[int]:
    return [points for _, points in sorted(given.items())]


def as_percent(hundredths: int | None) -> str:
    """ "72.5%"; nothing for no total."""
    return "" if hundredths is None else f"{hundredths / 100:.1f}%"


@dataclass(frozen=True)
class Reader:
    """Somebody who could be given one more to read, and how much they have already."""

    person_id: int
    load: int


def choose_readers(readers: Sequence[Reader], wanted: int) -> list[int]:
    """Whoever has least to read, the lower id first among equals."""
    ordered = sorted(readers, key=lambda reader: (reader.load, reader.person_id))
    return [reader.person_id for reader in ordered[: max(0, wanted)]]
