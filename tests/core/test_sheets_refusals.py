"""Uploads that are not read: each is refused in a sentence that says what to do, quickly and in little memory."""

import io
import re
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from accreditation.core.sheets import LIMITS, SheetRefused, children, read_workbook

SAMPLE = (Path(__file__).parents[1] / "data" / "existing-register.xlsx").read_bytes()
SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def small_book() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Ref", "Surname"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(name: str, content: bytes | str, *, attributes: int = 0) -> bytes:
    """A small workbook with one part put in or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small_book())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = attributes << 16
        new.writestr(info, content)
    return out.getvalue()


def refusal_of(data: bytes, **limits) -> str:
    with pytest.raises(SheetRefused) as refusal:
        read_workbook(data, limits=replace(LIMITS, **limits))
    return " ".join(refusal.value.reasons)


def entries(count: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(count):
            archive.writestr(f"part{number}.xml", "<a/>")
    return out.getvalue()


def encrypted_entry() -> bytes:
    data = bytearray(small_book())
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(header), bytes(data)):
            data[found.start() + offset] |= 1
    return bytes(data)


def lying_about_its_size() -> bytes:
    """An entry whose written size is a few bytes, and which unpacks to 60 MB."""
    bomb = with_part("xl/worksheets/sheet2.xml", b"\0" * (60 * 1024 * 1024))
    return bomb.replace((60 * 1024 * 1024).to_bytes(4, "little"), (50).to_bytes(4, "little"))


REFUSED = {
    "empty": (b"", "The file is empty"),
    "blank": (b"  \n", "The file is empty"),
    "too big": (b"a" * (LIMITS.upload + 1), "at most 5 MB are read"),
    "old format": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .xls format"),
    "password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "protected by a password",
    ),
    "password of the archive": (encrypted_entry(), "protected by a password"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "not a spreadsheet"),
    "a web page": (b"<html><table><tr><td>Ref</td></tr></table></html>", "a web page or XML"),
    "binary": (b"Ref\0\0\0Surname", "not a spreadsheet"),
    "cut short": (SAMPLE[: len(SAMPLE) // 2], "damaged"),
    "only a beginning": (b"PK\x03\x04", "damaged"),
    "another archive": (entries(3), "a zip archive, not a spreadsheet"),
    "too many parts": (entries(501), "501 parts"),
    "points above": (with_part("../../etc/passwd", b"x"), "points outside itself"),
    "absolute": (with_part("/etc/passwd", b"x"), "points outside itself"),
    "a drive": (with_part("C:\\x.xml", b"x"), "points outside itself"),
    "a link": (with_part("xl/link", b"/etc/passwd", attributes=0o120777), "points outside itself"),
    "a bomb": (with_part("xl/media/image1.bin", b"\0" * (60 * 1024 * 1024)), "unpacks to more than 50 MB"),
    "a dense bomb": (with_part("xl/media/image1.bin", b"\0" * (20 * 1024 * 1024)), "unpacks to more than 50 MB"),
    "a lying bomb": (lying_about_its_size(), "damaged"),
    "a document type": (
        with_part(SHEET, '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
        "document type declaration",
    ),
    "a hidden document type": (
        with_part(SHEET, '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY e "e">]><x/>'.encode("utf-16")),
        "document type declaration",
    ),
    "no worksheet": (with_part("[Content_Types].xml", "<x/>"), "cannot be read as a spreadsheet"),
    "broken XML": (with_part(SHEET, f"{HEAD}<sheetData><row>"), "cannot be read as a spreadsheet"),
    "a wide row": (
        with_part(SHEET, f'{HEAD}<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'),
        "beyond column IV",
    ),
    "a low row": (
        with_part(
            SHEET, f'{HEAD}<sheetData><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>'
        ),
        "something in row 1,048,576; at most 20,000 rows are read",
    ),
    "no such row": (
        with_part(
            SHEET, f'{HEAD}<sheetData><row r="9999999"><c r="A9999999"><v>1</v></c></row></sheetData></worksheet>'
        ),
        "more rows than Excel allows",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_words(case):
    data, sentence = REFUSED[case]
    assert sentence in refusal_of(data)


def test_what_a_dimension_says_is_not_believed():
    """1.5 kB that openpyxl alone turns into seventeen thousand million cells."""
    sheet = (
        f'{HEAD}<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Ref</t></is></c>'
        '</row><row r="9"><c r="B9"><v>1</v></c></row></sheetData></worksheet>'
    )
    started = time.perf_counter()
    rows = read_workbook(with_part(SHEET, sheet)).sheets[0].rows
    assert [row.number for row in rows] == [1, 9]
    assert time.perf_counter() - started < 5


def test_one_long_text_in_very_many_cells_is_refused():
    head = '<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    shared = f"{head}<si><t>{'x' * 30_000}</t></si></sst>"
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2001))
    replaced = {SHEET: f"{HEAD}<sheetData>{cells}</sheetData></worksheet>", "xl/sharedStrings.xml": shared}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, replaced.get(entry.filename) or old.read(entry))
    assert "more than 20,000,000 characters" in refusal_of(out.getvalue())


def test_time_memory_and_processor_are_limited():
    many = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 20_001))
    data = with_part(SHEET, f"{HEAD}<sheetData>{many}</sheetData></worksheet>")
    assert "takes too long or too much memory" in refusal_of(data, wall_seconds=0.01)
    assert "memory" in refusal_of(data, memory=24 * 1024 * 1024)
    assert "takes too long or too much memory" in refusal_of(data, answer=1000)


def test_rows_sheets_and_columns_have_caps():
    book = openpyxl.Workbook()
    for number in range(20):
        book.active.append([number] * 5)
    book.create_sheet("Second")
    out = io.BytesIO()
    book.save(out)
    assert "at most 10 rows" in refusal_of(out.getvalue(), rows=10)
    assert "beyond column D" in refusal_of(out.getvalue(), columns=4)
    assert "at most 1 are read" in refusal_of(out.getvalue(), sheets=1)
    assert "more than 10 rows" in refusal_of(b"a,b\n" * 11, rows=10)
    assert "more than 1 columns" in refusal_of(b"a,b\n" * 11, columns=1)


def test_the_child_is_given_none_of_the_services_secrets(monkeypatch):
    monkeypatch.setenv("ACCREDITATION_SECRET_KEY", "kept")
    assert "kept" not in str(children._environment())
