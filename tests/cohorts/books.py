"""Workbooks as a provider would fill them in, and as nobody should."""

import io
from collections.abc import Callable

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from accreditation.core.database import db
from cohorts.exports.workbooks import results_workbook
from cohorts.models import Cohort
from cohorts.queries.results import candidates_of
from cohorts.rules.results import OUTCOMES

REFERENCE, NAME, ATTEMPT, OUTCOME, DAY, NOTE = range(1, 7)


def handed_out(cohort_id: int) -> bytes:
    """The workbook as the provider downloads it."""
    cohort = db.session.get_one(Cohort, cohort_id, populate_existing=True)
    return results_workbook(cohort, candidates_of(cohort_id), OUTCOMES)


def head_of(sheet: Worksheet) -> int:
    return next(row for row in range(1, 20) if sheet.cell(row, REFERENCE).value == "Reference")


def changed(data: bytes, change: Callable[[Workbook, Worksheet, int], None]) -> bytes:
    """The workbook after somebody did this to it: `change` takes the book, its sheet of results, and the first row."""
    book = load_workbook(io.BytesIO(data))
    sheet = book["Results"]
    change(book, sheet, head_of(sheet) + 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(cohort_id: int, *answers: tuple) -> bytes:
    """The workbook with these answers (outcome, day, note) for the candidates in the order of the workbook."""

    def fill(book, sheet, first):
        for row, answer in enumerate(answers, first):
            for column, value in zip((OUTCOME, DAY, NOTE), answer, strict=False):
                sheet.cell(row, column).value = value

    return changed(handed_out(cohort_id), fill)
