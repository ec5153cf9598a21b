"""Writing spreadsheets: whatever somebody typed stays text, and comes back as it went in."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accreditation.core.sheets import LIMITS, Column, Table, write_csv, write_workbook
from accreditation.core.sheets.parsing import parse
from accreditation.core.sheets.writing import LONGEST, clean

NASTY = [
    "=1+1",
    "+44 20",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\0=1",
    "'=1",
    "''=1",
    "=",
    "#REF!",
    "TRUE",
    "1e5",
    "x005F_",
]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(NASTY)


def book_of(*rows, columns=("One", "Two"), **options) -> openpyxl.Workbook:
    data = write_workbook([Table("Sheet", [Column(title) for title in columns], rows)], **options)
    return openpyxl.load_workbook(io.BytesIO(data))


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=20))
@example(NASTY)
def test_text_written_to_xlsx_is_read_back_as_text(texts):
    sheet = book_of(*[[text] for text in texts], columns=("One",)).active
    for number, text in enumerate(texts, 2):
        cell = sheet.cell(number, 1)
        assert cell.data_type in ("s", "inlineStr") or cell.value is None
        assert (cell.value or "") == clean(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=20))
@example(NASTY)
def test_text_written_to_csv_comes_back_and_no_field_begins_a_formula(texts):
    data = write_csv([Column("One"), Column("Two")], [["x", text] for text in texts])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = parse(data, LIMITS).sheets[0].rows[1:]
    assert [cell.text if (cell := row.get(1)) else "" for row in rows] == [clean(text) for text in texts]
    import csv

    for record in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        assert not any(field.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) for field in record)


def test_text_that_would_be_a_formula_carries_the_quote_prefix():
    sheet = book_of(["=1+1", "plain"]).active
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].quotePrefix) == ("=1+1", "s", True)
    assert not sheet["B2"].quotePrefix


def test_numbers_and_dates_keep_their_kind():
    sheet = book_of([date(2027, 3, 14), datetime(2027, 3, 14, 9, 30, tzinfo=UTC)], [Decimal("3.50"), -7]).active
    assert sheet["A2"].is_date
    assert sheet["A2"].number_format == "dd/mm/yyyy"
    assert sheet["B2"].value == datetime(2027, 3, 14, 9, 30)
    assert (sheet["A3"].value, sheet["B3"].value) == (3.5, -7)
    csv_text = write_csv([Column("One"), Column("Two")], [[date(2027, 3, 14), -7]]).decode("utf-8-sig")
    assert csv_text == "One,Two\r\n14/03/2027,-7\r\n"


def test_the_classification_and_notes_stand_above_the_headings_and_on_every_printed_page():
    data = write_workbook(
        [Table("Register", [Column("Ref")], [["M0001"]], notes=["As of 2 February 2027"])], classification="OFFICIAL"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [sheet.cell(number, 1).value for number in range(1, 5)] == [
        "OFFICIAL",
        "As of 2 February 2027",
        "Ref",
        "M0001",
    ]
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:A4"
    assert sheet.oddHeader.center.text == sheet.oddFooter.center.text == "OFFICIAL"


def test_a_locked_table_leaves_only_its_editable_columns_open_and_offers_the_choices():
    columns = [Column("Candidate"), Column("Result", choices=("Pass", "Refer", "Fail"), editable=True)]
    data = write_workbook([Table("Results", columns, [["Ada", None]], locked=True)])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.protection.sheet
    assert sheet["A2"].protection.locked
    assert not sheet["B2"].protection.locked
    assert sheet.data_validations.dataValidation[0].formula1 == '"Pass,Refer,Fail"'
    with pytest.raises(ValueError, match="cannot be written as a list"):
        write_workbook([Table("Results", [Column("Result", choices=("a,b",))], [["a"]])])


def test_sheet_titles_are_made_to_fit():
    tables = [Table(title, [Column("A")], []) for title in ("a/b", "A?B", "x" * 40, "X" * 40, "")]
    titles = openpyxl.load_workbook(io.BytesIO(write_workbook(tables))).sheetnames
    assert titles == ["a b", "A B (2)", "x" * 31, "X" * 27 + " (2)", "Sheet"]


def test_a_text_longer_than_a_cell_is_cut_visibly():
    value = book_of(["x" * (LONGEST + 1)]).active["A2"].value
    assert len(value) == LONGEST
    assert value.endswith("x…")
