"""Attendance as it is typed: cells of the page and of the workbook alike. Plain values in, cells with faults out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accreditation.core.errors import DomainError
from accreditation.core.sheets import Cell, Row, Sheet, Workbook
from accreditation.people.rules import plain
from cohorts.rules.attendance import Mark, NotAMark, read_mark
from cohorts.rules.workbook import HEADING_ROWS, stamped_version

REFERENCE, NAME = "Reference", "Name"
OF_SESSION = re.compile(r"\[(\d{1,15})\]\s*$")


def heading(title: str, on: str, session_id: int) -> str:
    """What stands above a session's column; the number in brackets says which session it is."""
    return f"{title}, {on} [{session_id}]"


@dataclass(frozen=True)
class Typed:
    """One cell as it was typed. `fault`: what it says cannot be read. `name`: as the workbook calls the candidate."""

    reference: str
    session_id: int
    text: str
    mark: Mark | None = None
    fault: str | None = None
    name: str | None = None
    row: int | None = None

    def as_json(self) -> list[object]:
        return [self.reference, self.session_id, self.text, self.name, self.row, self.fault]

    @classmethod
    def from_json(cls, parts: Sequence[object]) -> "Typed":
        reference, session_id, text, name, row, fault = parts
        assert isinstance(session_id, int)
        if fault is not None:
            return cls(str(reference), session_id, str(text), None, str(fault), _or_none(name), _number(row))
        return typed(str(reference), session_id, str(text), name=_or_none(name), row=_number(row))


def typed(reference: str, session_id: int, text: str, *, name: str | None = None, row: int | None = None) -> Typed:
    """A cell with what it says read."""
    try:
        return Typed(reference, session_id, text, read_mark(text), None, name, row)
    except NotAMark as refusal:
        return Typed(reference, session_id, text, None, str(refusal), name, row)


class AttendanceFileRefused(DomainError):
    """The workbook as a whole cannot be used. Each reason says what to do."""


@dataclass(frozen=True)
class AttendanceSheet:
    """What a workbook says, and the version of the attendance that it was made from."""

    version: int
    cells: tuple[Typed, ...]


def read_attendance(book: Workbook, *, cohort_id: int, sessions: Mapping[int, str]) -> AttendanceSheet:
    """Every cell below a session's heading, blank ones too. `sessions`: their titles by id.

    Raises AttendanceFileRefused for a workbook of something else.
    """
    version = stamped_version(book, cohort_id, "the attendance", AttendanceFileRefused)
    sheet, head = _table_of(book)
    columns: dict[str, int] = {}
    of_session: dict[int, int] = {}
    for cell in head.cells:
        word = plain(cell.text)
        if word in (plain(REFERENCE), plain(NAME)):
            if word in columns:
                raise AttendanceFileRefused(f"Row {head.number} has {cell.text} twice. Keep one column of it.")
            columns[word] = cell.column
        elif found := OF_SESSION.search(cell.text):
            session_id = int(found[1])
            if session_id not in sessions:
                raise AttendanceFileRefused(
                    f"Column {cell.letter}, “{cell.text}”, is no session of this cohort any more. "
                    "Download the workbook again and copy the attendance into it."
                )
            if session_id in of_session.values():
                raise AttendanceFileRefused(f"“{cell.text}” is there twice. Keep one column of it.")
            of_session[cell.column] = session_id
    if plain(NAME) not in columns:
        raise AttendanceFileRefused(f"Row {head.number} has no heading {NAME}. Put it back.")
    rows = [row for row in sheet.rows if row.number > head.number]
    return AttendanceSheet(version, tuple(cell for row in rows for cell in _cells_of(row, columns, of_session)))


def _cells_of(row: Row, columns: Mapping[str, int], of_session: Mapping[int, int]) -> list[Typed]:
    reference = _text(row.get(columns[plain(REFERENCE)]))
    name = _text(row.get(columns[plain(NAME)]))
    marks = {session_id: row.get(column) for column, session_id in of_session.items()}
    if not reference and not name and not any(marks.values()):
        return []
    found = []
    for session_id, cell in marks.items():
        text = _text(cell)
        if cell is not None and cell.kind in ("formula", "error"):
            fault = "This is a formula or an error of the spreadsheet. Type what it should say."
            found.append(Typed(reference, session_id, text, None, fault, name, row.number))
        else:
            found.append(typed(reference, session_id, text, name=name, row=row.number))
    return found


def _table_of(book: Workbook) -> tuple[Sheet, Row]:
    for sheet in book.sheets:
        for row in sheet.rows[:HEADING_ROWS]:
            has_reference = any(plain(cell.text) == plain(REFERENCE) for cell in row.cells)
            if has_reference and any(OF_SESSION.search(cell.text) for cell in row.cells):
                return sheet, row
    raise AttendanceFileRefused(
        f"No sheet has the heading {REFERENCE} and a column for a session. "
        "Download the workbook again and copy the attendance into it."
    )


def _text(cell: Cell | None) -> str:
    return "" if cell is None else cell.text.strip()


def _or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
