"""Which column holds what, and where the table is."""

import pytest

from accreditation.core.sheets import Cell, Row, Sheet, Workbook
from accreditation.core.sheets.layout import NOT_READ, Heading, NoTable, best_place, places, split_rows
from accreditation.desk.importing.rules.columns import REGISTER, field_of, problems_of_match

SAMPLE = [
    "Ref",
    "Surname",
    "Forename(s)",
    "Pay no.",
    "E-mail",
    "Borough / unit",
    "Employee or contractor",
    "Course",
    "Result",
    "Date passed",
    "CTC granted",
    "CTC expiry",
    "Last refresher day",
]
FIELDS = [
    "reference",
    "family_name",
    "given_name",
    "pay_number",
    "email",
    "unit",
    "holder_kind",
    "course",
    "result",
    "result_on",
    "granted:CTC",
    "expires:CTC",
    "refresher_on",
]


def row(number: int, *texts: str | float | None) -> Row:
    return Row(
        number,
        tuple(
            Cell(column, "text" if isinstance(text, str) else "number", text)
            for column, text in enumerate(texts)
            if text is not None
        ),
    )


def test_the_headings_of_the_sample_are_all_understood():
    assert [field_of(heading) for heading in SAMPLE] == FIELDS


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("REFERENCE NO", "reference"),
        ("  Family   name ", "family_name"),
        ("First name", "given_name"),
        ("Payroll number", "pay_number"),
        ("Email address", "email"),
        ("BOCU", "unit"),
        ("Result date", "result_on"),
        ("Pass/Fail", "result"),
        ("Date of last refresher", "refresher_on"),
        ("SC expiry", "expires:SC"),
        ("SC clearance expiry date", "expires:SC"),
        ("DV granted", "granted:DV"),
        ("CTC valid until", "expires:CTC"),
        ("Date CTC granted", "granted:CTC"),
        ("Counter-terrorist check expires", "expires:CTC"),
        ("What is wrong", NOT_READ),
        ("Shoe size", None),
        ("", None),
    ],
)
def test_headings_are_understood_in_many_words(heading, field):
    assert field_of(heading) == field


def test_each_field_is_matched_once_and_by_the_first_column_that_fits():
    headings = [Heading(0, "Surname"), Heading(1, "Unit"), Heading(2, "Borough"), Heading(3, "Notes")]
    assert REGISTER.match(headings) == {0: "family_name", 1: "unit"}


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({0: "family_name"}, "surname and the forename"),
        ({0: "name", 1: "unit", 2: "unit"}, "more than one column"),
        ({0: "name", 1: "result"}, "A result needs its date"),
    ],
)
def test_a_match_that_cannot_be_read_is_refused(columns, sentence):
    assert any(sentence in problem for problem in problems_of_match(columns))
    assert not problems_of_match({0: "name"})


def test_the_table_is_found_below_title_rows_and_beside_other_sheets():
    log = Sheet("Helpline log", (row(1, "When", "Mediator", "About"), row(2, "x", "M0001", "y")))
    register = Sheet("Mediators", (row(1, "REGISTER"), row(2, "Updated"), row(4, *SAMPLE), row(5, "M0001", "Evans")))
    old = Sheet("Old", (row(1, "Surname", "Forename", "Unit"),))
    place = best_place(Workbook((log, old, register)), REGISTER)
    assert (place.sheet, place.header_row) == (2, 4)
    assert [place.sheet for place in places(Workbook((log, old, register)), REGISTER)] == [2, 1]
    hidden = Sheet("Mediators", register.rows, hidden=True)
    assert best_place(Workbook((hidden, old)), REGISTER).sheet == 1


def test_a_workbook_without_headings_is_refused_with_what_it_needs():
    with pytest.raises(NoTable, match="one row that names the columns"):
        best_place(Workbook((Sheet("Sheet", (row(1, "a", "b"),)),)), REGISTER)


def test_totals_headings_again_and_remarks_are_left_out_and_named():
    sheet = Sheet(
        "Mediators",
        (
            row(1, "Ref", "Surname", "Forename", None, "Notes"),
            row(2, "M0001", "Evans", "Ursula"),
            row(3, "Ref", "Surname", "Forename", None, "Notes"),
            row(4, None, None, None, None, "see file"),
            row(5, "Total", 1.0),
            row(6, "Grand total:", 2.0, 3.0),
            row(7, "Total", "Count", "Ann"),
            row(8, "Total", "=COUNTA(A5:A67)"),  # as a .csv has a sum
        ),
    )
    people, skipped = split_rows(sheet, 1, {0: "reference", 1: "family_name", 2: "given_name"})
    assert [found.number for found in people] == [2, 7]  # somebody may be called Total
    assert [(found.number, found.reason.split(".")[0]) for found in skipped] == [
        (3, "The headings again"),
        (4, "Nothing stands in the columns that are read"),
        (5, "A row of totals"),
        (6, "A row of totals"),
        (8, "A row of totals"),
    ]
