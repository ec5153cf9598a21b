"""What people and programs do to a results workbook, and whether it is still understood."""

import io
import random
import zipfile
from datetime import datetime

from tests.cohorts.books import DAY, NAME, NOTE, OUTCOME, REFERENCE


def put(column, value, row=0):
    def change(book, sheet, first):
        sheet.cell(first + row, column).value = value

    return change


def swap_names(book, sheet, first):
    one, other = sheet.cell(first, NAME), sheet.cell(first + 1, NAME)
    one.value, other.value = other.value, one.value
    sheet.cell(first, OUTCOME).value = "Pass"


def swap_columns(book, sheet, first):
    for row in range(first - 1, first + 4):
        one, other = sheet.cell(row, OUTCOME), sheet.cell(row, NOTE)
        one.value, other.value = other.value, one.value


def swap_columns_under_their_headings(book, sheet, first):
    sheet.cell(first, NOTE).value, sheet.cell(first, OUTCOME).value = "Pass", "Took part in everything"


def merge_cells(book, sheet, first):
    sheet.cell(first, OUTCOME).value = "Pass"
    sheet.merge_cells(start_row=first, start_column=OUTCOME, end_row=first + 3, end_column=OUTCOME)


def merge_references(book, sheet, first):
    sheet.merge_cells(start_row=first, start_column=REFERENCE, end_row=first + 1, end_column=REFERENCE)
    sheet.cell(first + 1, OUTCOME).value = "Pass"


def rename(book, sheet, first):
    sheet.title, book["Instructions"].title = "Ergebnisse", "Results"
    sheet.cell(first, OUTCOME).value = "Pass"


def second_copy(book, sheet, first):
    book.copy_worksheet(sheet)


def without_stamp(book, sheet, first):
    for row in range(1, first - 1):
        sheet.cell(row, 1).value = None


def other_version(book, sheet, first):
    for row in range(1, first - 1):
        sheet.cell(row, 1).value = str(sheet.cell(row, 1).value or "").replace("version ", "version 9")
    sheet.cell(first, OUTCOME).value = "Pass"


def without_headings(book, sheet, first):
    sheet.delete_rows(first - 1)


def blank_rows_between(book, sheet, first):
    sheet.insert_rows(first + 1, 3)
    sheet.cell(first, OUTCOME).value = "Pass"


def total_row(book, sheet, first):
    sheet.cell(first + 6, REFERENCE).value = "Total"
    sheet.cell(first + 6, OUTCOME).value = "=COUNTA(D5:D8)"


def delete_heading(book, sheet, first):
    sheet.cell(first - 1, NOTE).value = None


def heading_twice(book, sheet, first):
    sheet.cell(first - 1, 8).value = "Outcome"


def only_some_rows(book, sheet, first):
    sheet.delete_rows(first, 2)
    sheet.cell(first, OUTCOME).value = "Pass"


def reverse_rows(book, sheet, first):
    rows = [[sheet.cell(first + r, c).value for c in range(1, 7)] for r in range(4)]
    rows[0][OUTCOME - 1] = "Pass"
    for r, row in enumerate(reversed(rows)):
        for c, value in enumerate(row, 1):
            sheet.cell(first + r, c).value = value


def nothing_at_all(book, sheet, first):
    sheet.delete_rows(1, 50)


def twice(book, sheet, first):
    for column in range(1, 7):
        sheet.cell(first + 4, column).value = sheet.cell(first, column).value


GOOD, REFUSED = "1 result added", "refused"
MUTATIONS = [
    # what can be understood is understood
    (put(OUTCOME, "pass"), GOOD),
    (put(OUTCOME, " P. "), GOOD),
    (put(OUTCOME, "PASSED"), GOOD),
    (swap_columns, "nothing"),  # headings move with their columns
    (merge_cells, GOOD),  # only the first of the merged cells says anything
    (rename, GOOD),
    (blank_rows_between, GOOD),
    (only_some_rows, GOOD),
    (reverse_rows, GOOD),
    (put(8, "my own remark"), "nothing"),
    (put(OUTCOME, None), "nothing"),
    (put(OUTCOME, "n/a"), "nothing"),
    (put(DAY, "20/01/2027"), "nothing"),
    # what cannot is refused, in words
    (put(OUTCOME, "Maybe"), REFUSED),
    (put(OUTCOME, 1), REFUSED),
    (put(OUTCOME, True), REFUSED),
    (put(OUTCOME, datetime(2027, 1, 20)), REFUSED),
    (put(OUTCOME, '=IF(A1="","Pass","Fail")'), REFUSED),
    (put(OUTCOME, "#REF!"), REFUSED),
    (put(OUTCOME, "Fail"), REFUSED),
    (put(OUTCOME, "x" * 32_000), REFUSED),
    (put(NOTE, "A note alone"), REFUSED),
    (put(DAY, "31/06/2026"), REFUSED),
    (put(DAY, "20/01/27"), REFUSED),
    (put(DAY, "01/20/2027"), REFUSED),
    (put(DAY, "yesterday"), REFUSED),
    (put(DAY, 46042), REFUSED),
    (put(DAY, "=TODAY()"), REFUSED),
    (put(REFERENCE, None), REFUSED),
    (put(REFERENCE, "M9999"), REFUSED),
    (put(REFERENCE, 12), REFUSED),
    (put(REFERENCE, "=A6"), REFUSED),
    (put(NAME, "Somebody Else"), REFUSED),
    (put(NAME, None), REFUSED),
    (swap_names, REFUSED),
    (swap_columns_under_their_headings, REFUSED),
    (merge_references, REFUSED),
    (second_copy, REFUSED),
    (without_stamp, REFUSED),
    (other_version, REFUSED),
    (without_headings, REFUSED),
    (total_row, REFUSED),
    (delete_heading, REFUSED),
    (heading_twice, REFUSED),
    (nothing_at_all, REFUSED),
    (twice, REFUSED),
    (lambda b, s, f: (put(OUTCOME, "Pass")(b, s, f), put(DAY, "03/02/2027")(b, s, f)), REFUSED),
    (lambda b, s, f: (put(OUTCOME, "Pass")(b, s, f), put(DAY, datetime(1999, 1, 1))(b, s, f)), REFUSED),
    (lambda b, s, f: (put(OUTCOME, "Fail")(b, s, f), put(NOTE, "n" * 2001)(b, s, f)), REFUSED),
]


def broken_files(data):
    """The workbook truncated, garbled and wrapped in what it is not."""
    chance = random.Random(4)
    for length in (0, 1, 10, 100, len(data) // 2, len(data) - 20):
        yield data[:length]
    for _ in range(6):
        garbled = bytearray(data)
        for _ in range(40):
            garbled[chance.randrange(len(garbled))] = chance.randrange(256)
        yield bytes(garbled)
    yield b"%PDF-1.7"
    yield b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    yield b"<html><table><tr><td>Reference</td></tr></table></html>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "x")
    yield out.getvalue()
