"""Spreadsheets in and out: reading what somebody uploads without trusting it, and writing what nobody can abuse.

`read_workbook` never opens a file in this process: a child with limits on memory and time does, and hands back plain
values. `write_workbook` and `write_csv` write every string as text, whatever it begins with.
"""

from accreditation.core.sheets.checks import SheetRefused
from accreditation.core.sheets.limits import LIMITS, Limits
from accreditation.core.sheets.notice import Notice
from accreditation.core.sheets.reading import read_workbook
from accreditation.core.sheets.values import Cell, Row, Sheet, Workbook, column_letter
from accreditation.core.sheets.writing import XLSX, Column, Table, write_csv, write_workbook

__all__ = [
    "LIMITS",
    "XLSX",
    "Cell",
    "Column",
    "Limits",
    "Notice",
    "Row",
    "Sheet",
    "SheetRefused",
    "Table",
    "Workbook",
    "column_letter",
    "read_workbook",
    "write_csv",
    "write_workbook",
]
