"""What a read spreadsheet consists of: plain frozen values, with Excel's own row numbers and column letters."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

Kind = Literal["text", "number", "date", "datetime", "time", "bool", "error", "formula"]
Plain = str | int | float | bool | date | datetime | time | None


def column_letter(index: int) -> str:
    """The letter of a column counted from 0: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with something in it.

    A formula is never worked out: `formula` is its text with the equals sign, `value` is what the file says it came to
    when it was last saved (None if it says nothing). For every other kind `formula` is None.
    """

    column: int
    kind: Kind
    value: Plain
    formula: str | None = None

    @property
    def letter(self) -> str:
        return column_letter(self.column)

    @property
    def text(self) -> str:
        """As a person would read it: 208566 and not 208566.0, and a formula as its text."""
        if self.formula is not None:
            return self.formula
        if isinstance(self.value, bool):
            return "TRUE" if self.value else "FALSE"
        if isinstance(self.value, float) and self.value.is_integer() and abs(self.value) < 1e15:
            return str(int(self.value))
        if isinstance(self.value, datetime):
            return self.value.isoformat(sep=" ", timespec="minutes")
        if isinstance(self.value, date | time):
            return self.value.isoformat()
        return "" if self.value is None else str(self.value)

    def as_json(self) -> list[Any]:
        value = self.value.isoformat() if isinstance(self.value, date | time) else self.value
        if self.formula is None:
            return [self.column, self.kind, value]
        return [self.column, self.kind, value, self.formula, kind_of(self.value)]

    @classmethod
    def from_json(cls, parts: list[Any]) -> "Cell":
        column, kind, value = parts[:3]
        formula, read_as = parts[3:] if len(parts) > 3 else (None, kind)
        if read_as in READERS:
            value = READERS[read_as](value)
        return cls(column, kind, value, formula)


def kind_of(value: Plain) -> Kind:
    """The kind a plain value has by itself."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, datetime):
        return "datetime"
    if isinstance(value, date):
        return "date"
    return "time" if isinstance(value, time) else "text"


READERS = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank; `number` is the row's number in Excel, `cells` those with something in them."""

    number: int
    cells: tuple[Cell, ...]

    def get(self, column: int) -> Cell | None:
        """The cell of a column counted from 0, or None where it is blank."""
        return next((cell for cell in self.cells if cell.column == column), None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: its rows in order, blank ones left out (their numbers are missing from the sequence)."""

    title: str
    rows: tuple[Row, ...]
    hidden: bool = False

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


@dataclass(frozen=True, slots=True)
class Workbook:
    """Every worksheet of a file, in order. A .csv file is a workbook of one sheet."""

    sheets: tuple[Sheet, ...]

    def sheet(self, title: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.title == title), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "sheets": [
                {
                    "title": sheet.title,
                    "hidden": sheet.hidden,
                    "rows": [[row.number, [cell.as_json() for cell in row.cells]] for row in sheet.rows],
                }
                for sheet in self.sheets
            ]
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Workbook":
        return cls(
            tuple(
                Sheet(
                    sheet["title"],
                    tuple(Row(number, tuple(map(Cell.from_json, cells))) for number, cells in sheet["rows"]),
                    sheet["hidden"],
                )
                for sheet in data["sheets"]
            )
        )
