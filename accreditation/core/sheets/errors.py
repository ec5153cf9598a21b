"""The error file: the rows that were not imported, as they were, with what is wrong. Corrected, it can be uploaded."""

from collections.abc import Mapping, Sequence
from datetime import time

from accreditation.core.sheets.layout import Heading
from accreditation.core.sheets.values import Cell, Sheet
from accreditation.core.sheets.writing import Column, Table, Value, write_workbook

WRONG, ROW = "What is wrong", "Row in the file"


def error_file(sheet: Sheet, headings: Sequence[Heading], wrong: Mapping[int, str]) -> bytes:
    """An .xlsx of the rows by number under their own headings, between their number and what is wrong."""
    rows = {row.number: row for row in sheet.rows}
    columns = [heading for heading in headings if heading.text not in (WRONG, ROW)]
    table = Table(
        sheet.title,
        [Column(ROW), *(Column(heading.text) for heading in columns), Column(WRONG, width=80)],
        [
            [number, *(_value(rows[number].get(heading.column)) for heading in columns), sentences]
            for number, sentences in sorted(wrong.items())
        ],
    )
    return write_workbook([table])


def _value(cell: Cell | None) -> Value:
    """What the cell showed: a formula as its text, which is what has to be replaced."""
    if cell is None:
        return None
    if cell.kind in ("formula", "error", "time") or cell.value is None:
        return cell.text
    assert not isinstance(cell.value, time)
    return cell.value
