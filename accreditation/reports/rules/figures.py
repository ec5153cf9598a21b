"""Figures, each with what it is out of, so that no percentage stands alone. Values only; they go to JSON and back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from accreditation.core.private_text import FEW
from accreditation.web.words import thousands


@dataclass(frozen=True)
class Figure:
    """One number. `of`: what it is out of; `has_list`: who is behind it can be listed under its code.

    `few`: a true number from 1 to FEW - 1, which is not told; `number` is then FEW and means "fewer than".
    """

    code: str
    label: str
    number: int
    of: int | None = None
    of_what: str = ""
    note: str = ""
    has_list: bool = False
    few: bool = False

    @property
    def words(self) -> str:
        """ "42 of 50 (84.0%)", "12", "fewer than 5", "none of none"."""
        if self.few:
            return f"fewer than {FEW}"
        if self.of is None:
            return thousands(self.number)
        said = f"{thousands(self.number)} of {thousands(self.of)}"
        return f"{said} ({self.percent})" if self.of else said

    @property
    def percent(self) -> str:
        """To one decimal place, halves up; empty where there is nothing to divide by."""
        thousandths = self.thousandths
        return "" if thousandths is None else f"{thousandths // 10}.{thousandths % 10}%"

    @property
    def thousandths(self) -> int | None:
        """The same as a number: 667 is 66.7%; None where there is nothing to divide by."""
        return (2000 * self.number + self.of) // (2 * self.of) if self.of else None


def shown_if_many(code: str, label: str, number: int, *, note: str = "") -> Figure:
    """A figure about so few people at a time that a small one is not told: 0, "fewer than 5", or the number."""
    if 0 < number < FEW:
        return Figure(code, label, FEW, note=note, few=True)
    return Figure(code, label, number, note=note)


@dataclass(frozen=True)
class Section:
    """A part of the report; `code` names its commentary box."""

    code: str
    title: str
    figures: Sequence[Figure]
    note: str = ""


@dataclass(frozen=True)
class Point:
    """One month or week of a picture; `on` is its first day as ISO text, so that it goes to JSON and back."""

    label: str
    on: str
    number: int


@dataclass(frozen=True)
class Picture:
    """Numbers over time, with the finding as its title; drawn on the page and in the PDF, a table everywhere."""

    code: str
    finding: str
    what: str
    points: Sequence[Point]


@dataclass(frozen=True)
class Contents:
    """Everything a report says but its commentary: frozen as it is when somebody signs it off."""

    sections: Sequence[Section]
    pictures: Sequence[Picture] = field(default=())

    def figures(self) -> list[Figure]:
        return [figure for section in self.sections for figure in section.figures]

    def find(self, code: str) -> Figure | None:
        return next((figure for figure in self.figures() if figure.code == code), None)


def as_json(contents: Contents) -> dict[str, Any]:
    return asdict(contents)


def from_json(kept: dict[str, Any]) -> Contents:
    return Contents(
        [
            Section(**{**section, "figures": [Figure(**one) for one in section["figures"]]})
            for section in kept["sections"]
        ],
        [Picture(**{**one, "points": [Point(**point) for point in one["points"]]}) for one in kept["pictures"]],
    )
