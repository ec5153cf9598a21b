"""From checked bytes to plain values. Runs in the child process only (see child.py)."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl

from accreditation.core.sheets.checks import (
    SAVE_AGAIN,
    SheetRefused,
    check_archive,
    kind_of_file,
)
from accreditation.core.sheets.limits import Limits
from accreditation.core.sheets.values import (
    Cell,
    Plain,
    Row,
    Sheet,
    Workbook,
    column_letter,
    kind_of,
)
from accreditation.core.sheets.writing import plain_from_csv

EXCEL_ROWS = 1_048_576
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


class Counter:
    """Counts the characters of all cells: one long text used by half a million cells is small in the file."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.characters = 0

    def add(self, value: object) -> None:
        self.characters += len(value) if isinstance(value, str) else 8
        if self.characters > self.limits.characters:
            raise SheetRefused(
                f"The file holds more than {self.limits.characters:,} characters. "
                "Leave out the sheets and columns that are not needed, or split it in two."
            )


def parse(data: bytes, limits: Limits) -> Workbook:
    """Every sheet of the file as plain values. Raises SheetRefused with what to do."""
    if kind_of_file(data, limits) == "csv":
        return parse_csv(data, limits)
    check_archive(data, limits)
    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("openpyxl was loaded without defusedxml")
    return parse_xlsx(data, limits)


def parse_xlsx(data: bytes, limits: Limits) -> Workbook:
    values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    if len(values.worksheets) > limits.sheets:
        raise SheetRefused(
            f"The file has {len(values.worksheets)} sheets; at most {limits.sheets} are read. "
            "Delete those that are not needed."
        )
    formulas = _formulas(data, limits) if _has_formulas(data) else {}
    counter = Counter(limits)
    sheets = []
    for sheet in values.worksheets:
        rows = tuple(_rows(sheet, formulas.get(sheet.title, {}), counter, limits))
        sheets.append(Sheet(sheet.title, rows, hidden=sheet.sheet_state != "visible"))
    if not sheets:
        raise SheetRefused(f"The file has no worksheet with cells. {SAVE_AGAIN}")
    return Workbook(tuple(sheets))


def _has_formulas(data: bytes) -> bool:
    """Reading twice costs twice, and most registers hold no formula at all."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(
            FORMULA.search(archive.read(name)) for name in archive.namelist() if name.startswith("xl/worksheets/")
        )


def _formulas(data: bytes, limits: Limits) -> dict[str, dict[tuple[int, int], str]]:
    """By sheet: (row number, column) to the text of the formula there."""
    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    found: dict[str, dict[tuple[int, int], str]] = {}
    for sheet in workbook.worksheets:
        found[sheet.title] = {
            (number, column): str(cell.value)
            for number, cells in _numbered(sheet, limits)
            for column, cell in enumerate(cells)
            if cell.data_type == "f"
        }
    return found


def _numbered(sheet: Any, limits: Limits) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows that have cells, with Excel's numbers. What the file says of its own size is not believed."""
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.rows, 1):
        if number > EXCEL_ROWS:
            raise SheetRefused(f"Sheet “{sheet.title}” has more rows than Excel allows. {SAVE_AGAIN}")
        if not cells or all(cell.value is None for cell in cells):
            continue
        if number > limits.rows:
            raise SheetRefused(
                f"Sheet “{sheet.title}” has something in row {number:,}; at most {limits.rows:,} rows are read. "
                "Delete what stands below your last row, or split the file in two."
            )
        if any(cell.value is not None for cell in cells[limits.columns :]):
            raise SheetRefused(
                f"Sheet “{sheet.title}”, row {number}, has something beyond column "
                f"{column_letter(limits.columns - 1)}. Delete what stands right of your last column."
            )
        yield number, cells[: limits.columns]


def _rows(sheet: Any, formulas: dict[tuple[int, int], str], counter: Counter, limits: Limits) -> Iterator[Row]:
    pending = _by_row(formulas)
    for number, cells in _numbered(sheet, limits):
        here = pending.pop(number, {})
        found = []
        for column, cell in enumerate(cells):
            if cell.value is None and column not in here:
                continue
            value = _plain(cell.value)
            counter.add(value)
            formula = here.get(column)
            kind = "formula" if formula else "error" if cell.data_type == "e" else kind_of(value)
            found.append(Cell(column, kind, value, formula))
        if any(cell.text.strip() for cell in found):
            yield Row(number, tuple(found))


def _by_row(formulas: dict[tuple[int, int], str]) -> dict[int, dict[int, str]]:
    rows: dict[int, dict[int, str]] = {}
    for (number, column), text in formulas.items():
        rows.setdefault(number, {})[column] = text
    return rows


def _plain(value: object) -> Plain:
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date()
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    if isinstance(value, str | bool | int | float | datetime | date | time):
        return value
    return None if value is None else str(value)


def parse_csv(data: bytes, limits: Limits) -> Workbook:
    """A comma, semicolon or tab separated file as a workbook of one sheet; every cell is text."""
    text = _decoded(data)
    csv.field_size_limit(limits.characters)
    counter = Counter(limits)
    try:
        rows = tuple(
            _csv_rows(
                csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)),
                counter,
                limits,
            )
        )
    except csv.Error as damage:
        raise SheetRefused(f"The file cannot be read as comma-separated text. {SAVE_AGAIN}") from damage
    return Workbook((Sheet("Sheet 1", rows),))


def _csv_rows(reader: Iterable[list[str]], counter: Counter, limits: Limits) -> Iterator[Row]:
    for number, values in enumerate(reader, 1):
        if not any(value.strip() for value in values):
            continue
        if number > limits.rows:
            raise SheetRefused(f"The file has more than {limits.rows:,} rows. Split it in two.")
        if len(values) > limits.columns:
            raise SheetRefused(f"Row {number} has more than {limits.columns} columns. {SAVE_AGAIN}")
        counter.add("".join(values))
        yield Row(
            number,
            tuple(Cell(column, "text", plain_from_csv(value)) for column, value in enumerate(values) if value != ""),
        )


def _decoded(data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else what Windows Excel writes in Western Europe."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The separator that the first lines use most; a comma where none is used."""
    beginning = "\n".join(text.splitlines()[:20])
    return max(",;\t", key=beginning.count)
