"""Finding the register in a workbook: which sheet, and which row of headings."""

from accreditation.core.sheets import Workbook, layout
from accreditation.core.sheets.layout import NoTable, Place, Skipped, headings_at, split_rows
from accreditation.desk.importing.rules.columns import match_columns

__all__ = ["NoTable", "Place", "Skipped", "best_place", "headings_at", "places", "split_rows"]


def places(workbook: Workbook) -> list[Place]:
    """Where the register may be, the best guess first."""
    return layout.places(workbook, match_columns)


def best_place(workbook: Workbook) -> Place:
    """Raises NoTable with what the sheet needs."""
    return layout.best_place(workbook, match_columns, "Ref, Surname, Forename(s), Result, Date passed")
