"""A number that a page shows, with the address of exactly the list it counts. Pages, tests and a command read it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`code` is its name for machines, unique on its page. `tone` shows only where there is something to show.

    `url` lists as many rows as `number` says, over all its pages.
    """

    code: str
    number: int
    label: str
    url: str
    tone: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class FigureGroup:
    """A row of figures under a heading; an empty title: no heading of its own."""

    title: str
    figures: Sequence[Figure]
