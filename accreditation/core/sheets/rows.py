"""Reading one row by field, and collecting everything that is wrong with it instead of stopping at the first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from accreditation.core.sheets import cells
from accreditation.core.sheets.values import Cell, Row, column_letter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in one cell, or between two of a row: the column's letter, and its heading in the sheet."""

    column: str
    heading: str
    message: str
    remedy: str

    @property
    def sentence(self) -> str:
        return f"{self.heading}: {self.message} {self.remedy}" if self.heading else f"{self.message} {self.remedy}"


class Reader:
    """Reads the cells of one row by field, and collects what is wrong instead of stopping at it."""

    def __init__(
        self, row: Row, columns: Mapping[int, str], headings: Mapping[int, str], labels: Mapping[str, str]
    ) -> None:
        self.row = row
        self.column_of = {field: column for column, field in columns.items()}
        self.headings, self.labels = headings, labels
        self.problems: list[Problem] = []

    def read(self, field: str, reader: Callable[[Cell | None], T], otherwise: T) -> T:
        column = self.column_of.get(field)
        if column is None:
            return otherwise
        try:
            return reader(self.row.get(column))
        except cells.BadCell as bad:
            self.add(field, bad.message, bad.remedy)
            return otherwise

    def add(self, field: str, message: str, remedy: str) -> None:
        column = self.column_of.get(field)
        if column is None:
            self.problems.append(Problem("", "", message, remedy))
            return
        heading = self.headings.get(column) or self.labels[field]
        self.problems.append(Problem(column_letter(column), heading, message, remedy))

    def failed(self, field: str) -> bool:
        column = self.column_of.get(field)
        return column is not None and any(problem.column == column_letter(column) for problem in self.problems)
