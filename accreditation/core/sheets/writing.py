"""Writing .xlsx and .csv so that no cell can become a formula, whoever typed its text (ASVS 1.2.10)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from openpyxl import Workbook as Book
from openpyxl.cell import Cell as BookCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from accreditation.core.sheets.notice import Notice

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of a workbook."""

Value = str | int | float | Decimal | bool | date | datetime | None

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
LONGEST = 32_767  # characters in a cell of Excel
DAY_FORMAT, MOMENT_FORMAT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
# What XML 1.0 cannot hold. Tab and line feed stay.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
IN_CSV = re.compile(r"'*[=+\-@\t\r\n\0]")
HEADER_FILL = PatternFill("solid", fgColor="FFE8ECF4")


@dataclass(frozen=True)
class Column:
    """One column: its heading, and how people may fill it in.

    `width` in characters (worked out from the content when None); `choices` become a drop-down list; `editable` matters
    only in a table that is `locked`. `shown_as`: the spreadsheet's own format for its numbers and days, such as "0.0%".
    """

    title: str
    width: float | None = None
    choices: tuple[str, ...] = ()
    editable: bool = False
    hidden: bool = False
    shown_as: str = ""


@dataclass(frozen=True)
class Table:
    """One worksheet. `notes` are lines above the headings; `locked` protects all but the cells of editable columns."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    notes: Sequence[str] = ()
    locked: bool = False


def clean(text: str) -> str:
    """As it goes into a cell: one kind of line end, nothing that XML cannot hold, at most what Excel holds."""
    text = NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def write_workbook(
    tables: Sequence[Table], *, notice: Notice | None = None, classification: str | None = None
) -> bytes:
    """The tables as an .xlsx file, one sheet each.

    `notice`: for whatever leaves the register; its marking goes above each table and into the printed head and foot of
    each page, its sentence under the marking. A form to be filled in, or a file given back with its mistakes named,
    takes nothing away and has a `classification` (such as OFFICIAL) alone.
    """
    if notice:
        classification = notice.classification
    book = Book()
    book.remove(book["Sheet"])
    for table in tables:
        _write_table(book.create_sheet(_free_title(book, table.title)), table, classification, notice)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _free_title(book: Book, title: str) -> str:
    plain = FORBIDDEN_IN_TITLE.sub(" ", clean(title)).strip(" '")[:31] or "Sheet"
    number, free = 2, plain
    while free.casefold() in {name.casefold() for name in book.sheetnames}:
        ending = f" ({number})"
        free, number = plain[: 31 - len(ending)] + ending, number + 1
    return free


def _write_table(sheet: Worksheet, table: Table, classification: str | None, notice: Notice | None) -> None:
    above = [*([classification] if classification else []), *([notice.words] if notice else []), *table.notes]
    for number, line in enumerate(above, 1):
        _put(_cell(sheet, number, 1), line)
        _cell(sheet, number, 1).font = Font(bold=number == 1)
    head = len(above) + 1
    for place, column in enumerate(table.columns, 1):
        cell = _cell(sheet, head, place)
        _put(cell, column.title)
        cell.font, cell.fill = Font(bold=True), HEADER_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    last = head
    widths = [len(column.title) for column in table.columns]
    for last, row in enumerate(table.rows, head + 1):
        for place, value in enumerate(row, 1):
            cell = _cell(sheet, last, place)
            _put(cell, value)
            if table.columns[place - 1].shown_as and not isinstance(value, str):
                cell.number_format = table.columns[place - 1].shown_as
            if table.locked and table.columns[place - 1].editable:
                cell.protection = Protection(locked=False)
            widths[place - 1] = max(widths[place - 1], _shown_width(value))
    _dress(sheet, table, head=head, last=last, widths=widths)
    if classification:
        for part in (sheet.oddHeader, sheet.oddFooter):
            assert part is not None  # every new sheet has both
            part.center.text = classification.replace("&", "&&")


def _dress(sheet: Worksheet, table: Table, *, head: int, last: int, widths: list[int]) -> None:
    for place, column in enumerate(table.columns, 1):
        shape = sheet.column_dimensions[get_column_letter(place)]
        shape.width = column.width or min(max(widths[place - 1] + 2, 8), 60)
        shape.hidden = column.hidden
        if column.choices and last > head:
            _offer(sheet, get_column_letter(place), column, head + 1, last)
    sheet.freeze_panes = _cell(sheet, head + 1, 1)
    if table.columns:
        sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(table.columns))}{last}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if table.locked:
        sheet.protection.enable()
        sheet.protection.formatColumns = False
        sheet.protection.autoFilter = False
        sheet.protection.sort = False


def _offer(sheet: Worksheet, letter: str, column: Column, first: int, last: int) -> None:
    """A drop-down list. Excel takes the choices as one quoted list of at most 255 characters, so none holds a comma."""
    listed = ",".join(column.choices)
    if any("," in choice or '"' in choice for choice in column.choices) or len(listed) > 255:
        raise ValueError(f"the choices of column {column.title} cannot be written as a list")
    rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = (
        column.title,
        f"Choose one of: {', '.join(column.choices)}."[:255],
    )
    rule.add(f"{letter}{first}:{letter}{last}")
    sheet.add_data_validation(rule)


def _cell(sheet: Worksheet, row: int, column: int) -> BookCell:
    return cast(BookCell, sheet.cell(row, column))  # never a merged one: nothing here merges


def _put(cell: BookCell, value: Value) -> None:
    """A value into a cell. Text is text whatever it begins with: the type says so to openpyxl, the prefix to Excel."""
    if isinstance(value, str):
        text = clean(value)
        if not text:
            return
        cell.value = text
        cell.data_type = "s"
        if "\n" in text:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        if text.startswith(BEGINS_A_FORMULA):
            cell.quotePrefix = True
        return
    if isinstance(value, datetime):
        # A spreadsheet knows no zone: callers pass London time, and the zone itself cannot be written.
        cell.value, cell.number_format = value.replace(tzinfo=None), MOMENT_FORMAT
    elif isinstance(value, date):
        cell.value, cell.number_format = value, DAY_FORMAT
    else:
        cell.value = value


def _shown_width(value: Value) -> int:
    if isinstance(value, datetime):
        return len(MOMENT_FORMAT)
    if isinstance(value, date):
        return len(DAY_FORMAT)
    return max(map(len, str(value).splitlines()), default=0) if value is not None else 0


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """The table as CSV for Excel: UTF-8 with its mark, and an apostrophe before text that would become a formula.

    Text that already begins with apostrophes before such a character gets one more, so that `plain_from_csv` gives
    back exactly what went in.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_for_csv(column.title) for column in columns])
    writer.writerows([_for_csv(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _for_csv(value: Value) -> str:
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = clean(value)
    return f"'{text}" if IN_CSV.match(text) else text


def plain_from_csv(text: str) -> str:
    """What was written: without the apostrophe that kept it from being a formula."""
    return text[1:] if text.startswith("'") and IN_CSV.match(text) else text
