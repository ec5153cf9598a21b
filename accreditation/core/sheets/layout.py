"""Finding the table in a workbook: which sheet, which row of headings, which rows are people."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from accreditation.core.errors import DomainError
from accreditation.core.sheets.values import Row, Sheet, Workbook, column_letter

LOOK_AT_ROWS = 40  # title rows and remarks stand above the headings, never so many
FEWEST_FIELDS = 3
NOT_READ = "not read"
TOTAL = re.compile(r"(grand |sub)?\s*totals?|sum|count|number of (mediators|people|rows)", re.IGNORECASE)


class NoTable(DomainError):
    """No sheet has a row of headings that is understood."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it stands in the sheet: its column counted from 0, and its text."""

    column: int
    text: str

    @property
    def letter(self) -> str:
        return column_letter(self.column)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of sheet. `field_of`: the field that a heading stands for, NOT_READ for a column of our own error file,
    None for any other. `problems_of`: what a choice of columns still lacks, in sentences. `example`: headings of one.
    """

    field_of: Callable[[str], str | None]
    problems_of: Callable[[Mapping[int, str]], list[str]]
    example: str

    def match(self, headings: Iterable[Heading]) -> dict[int, str]:
        """Column to field, the first column that fits each field. Columns that fit none are left out."""
        matched: dict[int, str] = {}
        for heading in headings:
            field = self.field_of(heading.text)
            if field and field != NOT_READ and field not in matched.values():
                matched[heading.column] = field
        return matched

    def unread(self, headings: Iterable[Heading], columns: Mapping[int, str]) -> list[Heading]:
        """The headings of columns that stay behind, those of our own error file left out."""
        return [one for one in headings if one.column not in columns and self.field_of(one.text) != NOT_READ]


def headings_of(row: Row) -> list[Heading]:
    return [Heading(cell.column, tidy(cell.text)) for cell in row.cells if tidy(cell.text)]


def tidy(text: str) -> str:
    """One space between words, none around them."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table may begin: the sheet by its place in the workbook, and the number of its row of headings."""

    sheet: int
    header_row: int
    fields: int  # how many fields its headings name


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no person, and why."""

    number: int
    reason: str


def places(workbook: Workbook, kind: Kind) -> list[Place]:
    """Where the table may be, the best guess first: the sheet with the most headings that are understood.

    Hidden sheets come after the others. Empty when nothing looks like one.
    """
    found = []
    for index, sheet in enumerate(workbook.sheets):
        scores = [Place(index, row.number, len(kind.match(headings_of(row)))) for row in sheet.rows[:LOOK_AT_ROWS]]
        if scores:
            found.append(max(scores, key=lambda place: (place.fields, -place.header_row)))
    found = [place for place in found if place.fields >= FEWEST_FIELDS]
    return sorted(found, key=lambda place: (workbook.sheets[place.sheet].hidden, -place.fields, place.sheet))


def best_place(workbook: Workbook, kind: Kind) -> Place:
    """Raises NoTable with what the sheet needs: columns such as those of the example."""
    found = places(workbook, kind)
    if not found:
        raise NoTable(
            "No row of headings was found. Above the people there must be one row that names the columns, "
            f"such as {kind.example}."
        )
    return found[0]


def headings_at(sheet: Sheet, header_row: int) -> list[Heading]:
    """The headings in that row; none when the row is blank."""
    return next((headings_of(row) for row in sheet.rows if row.number == header_row), [])


def split_rows(sheet: Sheet, header_row: int, columns: Mapping[int, str]) -> tuple[list[Row], list[Skipped]]:
    """The rows below the headings that may be people, and those that are not: totals, headings again, other remarks."""
    headings = [heading.text.casefold() for heading in headings_at(sheet, header_row)]
    people, skipped = [], []
    for row in sheet.rows:
        if row.number <= header_row:
            continue
        texts = [tidy(cell.text) for cell in row.cells if tidy(cell.text)]
        if _is_total(row):
            skipped.append(Skipped(row.number, "A row of totals. It is left out."))
        elif [text.casefold() for text in texts] == headings:
            skipped.append(Skipped(row.number, "The headings again. The row is left out."))
        elif not any(cell.column in columns and tidy(cell.text) for cell in row.cells):
            skipped.append(Skipped(row.number, "Nothing stands in the columns that are read. The row is left out."))
        else:
            people.append(row)
    return people, skipped


def _is_total(row: Row) -> bool:
    """“Total” with nothing beside it but sums."""
    texts = [cell for cell in row.cells if cell.kind == "text" and tidy(cell.text)]
    texts = [cell for cell in texts if not tidy(cell.text).startswith("=")]  # a sum, as a .csv has it
    others = [cell for cell in row.cells if cell.kind not in ("text", "number", "formula")]
    return len(texts) == 1 and not others and TOTAL.fullmatch(tidy(texts[0].text).rstrip(":").strip()) is not None
