"""Workbooks as they come back from the world: seeded mixtures of what people and programs do to them, and bombs."""

import io
import random
import zipfile
from collections.abc import Iterator

from openpyxl import load_workbook

from tests.cohorts.books import DAY, NAME, NOTE, OUTCOME, REFERENCE, head_of

VALUES = (
    "Pass", "Fail", "Maybe", "", None, "31/06/2026", "20/01/27", "01/20/2027", 46042, -1, 1e300, True, "=1/0", "=A1&B1",
    '=HYPERLINK("http://x","y")', "#REF!", "x" * 32_000, "\u202eevil", "  pass  ", "é\u0301", "<b>", "'; --", "M0001",
)  # fmt: skip
COLUMNS = (REFERENCE, NAME, OUTCOME, DAY, NOTE, 8, 200)


def mutants(whole: bytes, count: int, seed: int = 2027) -> Iterator[tuple[str, bytes]]:
    """So many workbooks, each with what was done to it. The same ones for the same seed."""
    chance = random.Random(seed)
    kinds = (cells, cells, cells, rows, headings, sheets, merged, truncated, garbled, repacked, bomb, far_away)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield f"{number} {kind.__name__}", kind(whole, chance)


def _changed(whole, change):
    book = load_workbook(io.BytesIO(whole))
    sheet = book["Results"]
    change(book, sheet, head_of(sheet) + 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(whole, chance):
    """Wrong values, wrong types, formulas, impossible and two-digit dates, in any cell."""

    def change(book, sheet, first):
        for _ in range(chance.randrange(1, 8)):
            sheet.cell(first + chance.randrange(6), chance.choice(COLUMNS)).value = chance.choice(VALUES)

    return _changed(whole, change)


def rows(whole, chance):
    """Rows deleted, doubled, moved, with others between them."""

    def change(book, sheet, first):
        for _ in range(chance.randrange(1, 4)):
            row, what = first + chance.randrange(4), chance.choice(("delete", "insert", "double", "total"))
            if what == "delete":
                sheet.delete_rows(row, chance.randrange(1, 3))
            elif what == "insert":
                sheet.insert_rows(row, chance.randrange(1, 5))
            else:
                for column in range(1, 7):
                    sheet.cell(first + 8, column).value = sheet.cell(row, column).value if what == "double" else "Total"

    return _changed(whole, change)


def headings(whole, chance):
    """Headings swapped, renamed, doubled, gone, moved to another row."""

    def change(book, sheet, first):
        head = first - 1
        for _ in range(chance.randrange(1, 4)):
            one, other = (sheet.cell(head, chance.choice(COLUMNS[:6])) for _ in range(2))
            what = chance.choice(("swap", "name", "double", "clear", "move"))
            if what == "swap":
                one.value, other.value = other.value, one.value
            elif what == "name":
                one.value = chance.choice(("Result", "Ergebnis", "OUTCOME ", "Reference", ""))
            elif what == "double":
                other.value = one.value
            elif what == "clear":
                one.value = None
            else:
                sheet.insert_rows(head + 1, chance.randrange(1, 40))

    return _changed(whole, change)


def sheets(whole, chance):
    """Sheets renamed, copied, hidden, emptied, removed; the stamp of another version or cohort."""

    def change(book, sheet, first):
        what = chance.choice(("rename", "copy", "hide", "remove", "stamp", "many"))
        if what == "rename":
            sheet.title = chance.choice(("Sheet1", "Ergebnisse", "R" * 31))
        elif what == "copy":
            book.copy_worksheet(sheet)
        elif what == "hide":
            book.create_sheet("Front", 0)
            sheet.sheet_state = "hidden"
        elif what == "remove":
            book.create_sheet("Other")
            book.remove(sheet)
        elif what == "stamp":
            for row in range(1, first - 1):
                text = str(sheet.cell(row, 1).value or "")
                sheet.cell(row, 1).value = text.replace("cohort ", f"cohort {chance.randrange(10**12)}")
        else:
            for _ in range(30):
                book.create_sheet()

    return _changed(whole, change)


def merged(whole, chance):
    """Cells merged across rows and columns."""

    def change(book, sheet, first):
        for _ in range(chance.randrange(1, 3)):
            row, column = first - 1 + chance.randrange(4), chance.randrange(1, 6)
            sheet.merge_cells(
                start_row=row, start_column=column, end_row=row + chance.randrange(3), end_column=column + 1
            )

    return _changed(whole, change)


def truncated(whole, chance):
    return whole[: chance.randrange(len(whole))]


def garbled(whole, chance):
    data = bytearray(whole)
    for _ in range(chance.randrange(1, 200)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _repack(whole, replace):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, replace(name, before.read(name)))
    return out.getvalue()


def repacked(whole, chance):
    """One part of the archive emptied, doubled, broken or with an entity in it."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        victim = chance.choice(archive.namelist())
    what = chance.choice((b"", b"<", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\0" * 100))
    return _repack(whole, lambda name, data: what if name == victim else data)


def bomb(whole, chance):
    """A part that unpacks to far more than its size: spaces, or one word a million times over."""
    size = chance.choice((30, 80, 200)) * 1024 * 1024
    filler = b" " * size if chance.random() < 0.5 else b"<si><t>pass</t></si>" * (size // 20)
    return _repack(whole, lambda name, data: data + filler if name == "xl/worksheets/sheet1.xml" else data)


def far_away(whole, chance):
    """A dimension of the whole sheet, or a cell in its far corner."""

    def replace(name, data):
        if name != "xl/worksheets/sheet1.xml":
            return data
        start = data.find(b"<dimension")
        end = data.find(b"/>", start) + 2
        if start < 0:
            return data
        return data[:start] + b'<dimension ref="A1:XFD1048576"/>' + data[end:]

    if chance.random() < 0.5:
        return _repack(whole, replace)
    return _changed(whole, lambda book, sheet, first: sheet.cell(1_048_576, 16_384, "x"))
