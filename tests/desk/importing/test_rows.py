"""Reading one row: what people type, and what is said when it cannot be."""

from datetime import date

import pytest

from accreditation.core.sheets import Cell, Row, cells
from accreditation.core.sheets.cells import BadCell
from accreditation.desk.importing.rules.rows import Held, read_row

ON = date(2026, 11, 22)
FIELDS = (
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
)
COLUMNS = dict(enumerate(FIELDS))
HEADINGS = {column: field.replace("_", " ").capitalize() for column, field in COLUMNS.items()}
GOOD = {
    "reference": "M0001",
    "family_name": "Okafor",
    "given_name": "Ada",
    "pay_number": "514002",
    "email": "ada.okafor@example.police.uk",
    "unit": "Lambeth",
    "holder_kind": "Emp",
    "course": "Spring 25",
    "result": "Pass",
    "result_on": date(2025, 3, 14),
    "granted:CTC": date(2025, 1, 9),
    "expires:CTC": date(2035, 1, 9),
    "refresher_on": date(2026, 2, 2),
}


def cell(column: int, value: object) -> Cell:
    if isinstance(value, Cell):
        return value
    kind = "date" if isinstance(value, date) else "number" if isinstance(value, int | float) else "text"
    return Cell(column, kind, value)


def read(on=ON, outcomes=(), **changes):
    values = {**GOOD, **{name.replace("__", ":"): value for name, value in changes.items()}}
    found = [cell(column, values[field]) for column, field in COLUMNS.items() if values[field] is not None]
    return read_row(Row(7, tuple(found)), COLUMNS, HEADINGS, on=on, outcomes=outcomes)


def wrong(**changes) -> list[str]:
    return [f"{problem.column} {problem.message} {problem.remedy}" for problem in read(**changes).problems]


def test_a_good_row_is_read_whole():
    entry = read()
    assert entry.problems == ()
    assert entry.name == "Ada Okafor"
    assert (entry.holder_kind, entry.outcome, entry.result_on) == ("employee", "pass", date(2025, 3, 14))
    assert entry.clearances == (Held("CTC", date(2025, 1, 9), date(2035, 1, 9)),)


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("EVANS", "Evans"),
        ("OKONKWO-REID", "Okonkwo-Reid"),
        ("O'NEILL", "O'Neill"),
        ("MCDONALD", "McDonald"),
        ("ŻAK", "Żak"),
        ("XU", "Xu"),
        ("MacDonald", "MacDonald"),
        ("van-der-Berg", "van-der-Berg"),
        ("O", "O"),
        ("ß", "ß"),
        (" De  la \u00a0 Cruz\u200b ", "De la Cruz"),
        ("Z\u0307ak", "Żak"),
    ],
)
def test_only_surnames_typed_all_in_capitals_are_changed(typed, read_as):
    assert cells.surname_of(Cell(0, "text", typed)) == read_as


@pytest.mark.parametrize(
    ("typed", "outcome"), [("Pass", "pass"), (" PASS ", "pass"), ("P", "pass"), ("Refer", "refer"), ("failed", "fail")]
)
def test_results_are_read_in_their_spellings(typed, outcome):
    assert read(result=typed).outcome == outcome


@pytest.mark.parametrize("typed", ["Contractor", "contractor", "agency"])
def test_the_kind_of_holder_is_read_in_its_spellings(typed):
    assert read(holder_kind=typed).holder_kind == "contractor"


@pytest.mark.parametrize("nothing", [None, "", "-", "n/a", "N/A", "\u00a0"])
def test_nothing_known_is_nothing(nothing):
    entry = read(
        reference=nothing,
        pay_number=nothing,
        email=nothing,
        unit=nothing,
        holder_kind=nothing,
        course=nothing,
        result=nothing,
        result_on=nothing,
        granted__CTC=nothing,
        expires__CTC=nothing,
        refresher_on=nothing,
    )
    assert entry.problems == ()
    assert (entry.reference, entry.result_on, entry.clearances, entry.refresher_on) == ("", None, (), None)


def test_a_pay_number_is_text_whatever_the_cell_is():
    assert read(pay_number=208566).pay_number == read(pay_number="208566").pay_number == "208566"


@pytest.mark.parametrize("address", ["zoë.xu@example.police.uk", "łukasz.gill@example.police.uk", "A@Example.ORG"])
def test_addresses_beyond_ascii_are_welcome(address):
    assert read(email=address).email.casefold() == address.casefold()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"family_name": None}, "B The cell is blank. Fill it in"),
        ({"given_name": "n/a"}, "C The cell is blank. Fill it in"),
        ({"reference": "M/1"}, "A “M/1” is not a reference."),
        ({"email": "not-an-address"}, "E “not-an-address” is not an e-mail address. Write it as name@organisation.uk"),
        ({"holder_kind": "Volunteer"}, "G “Volunteer” is not Employee or Contractor."),
        ({"result": "Passed?"}, "I “Passed?” is not a result. Write Pass, Refer or Fail"),
        ({"result_on": "31/06/2025"}, "J 31/06/2025 is not a date. June has 30 days. Correct the date"),
        ({"result_on": "03/04/25"}, "J 03/04/25 has a year of two digits, which does not say the century. Write"),
        ({"result_on": 45000}, "J 45000 is a number, not a date. Write it as day, month and year"),
        ({"result_on": date(2026, 11, 23), "refresher_on": None}, "J 23/11/2026 is in the future."),
        ({"granted__CTC": date(2027, 1, 1)}, "K 01/01/2027 is in the future."),
        ({"refresher_on": date(2026, 12, 1)}, "M 01/12/2026 is in the future."),
        ({"result_on": None}, "J There is a result (Pass) without its date. Fill in the date."),
        ({"result": "-"}, "I There is a date (14/03/2025) without a result."),
        ({"expires__CTC": date(2025, 1, 8)}, "L CTC expires (08/01/2025) before it was granted (09/01/2025)."),
        ({"refresher_on": date(2025, 3, 13)}, "M The last refresher day (13/03/2025) is before the date passed"),
        ({"unit": "x" * 201}, "F “xxx"),
        ({"expires__CTC": Cell(11, "formula", 0, "=1+1")}, "L =1+1 is a formula that does not come to a date. Type"),
        ({"expires__CTC": Cell(11, "error", "#N/A")}, "L #N/A is an error that Excel shows, not a date."),
        ({"email": Cell(4, "formula", 0, "=1+1")}, "E =1+1 is a formula. Type the value itself."),
        ({"outcomes": ("pass", "fail"), "result": "Refer"}, "I Refer is not a result of this scheme."),
    ],
)
def test_what_cannot_be_read_is_named_with_its_column_and_a_remedy(changes, sentence):
    problems = wrong(**changes)
    assert len(problems) == 1
    assert sentence in problems[0]


def test_today_and_the_day_of_the_course_are_no_mistakes():
    assert wrong(result_on=ON, refresher_on=ON, granted__CTC=ON) == []
    assert wrong(expires__CTC=date(2025, 1, 9)) == []


def test_one_bad_cell_does_not_hide_the_others():
    assert len(wrong(email="x", result="Passed?", result_on="31/06/2025", granted__CTC="03/04/25")) == 4


def test_a_formula_that_comes_to_a_date_is_that_date():
    entry = read(expires__CTC=Cell(11, "formula", date(2035, 1, 9), "=EDATE(K7,120)"))
    assert entry.clearances[0].valid_through == date(2035, 1, 9)


def test_a_whole_name_needs_its_comma():
    assert cells.whole_name_of(Cell(0, "text", "OKAFOR, Ada")) == ("Ada", "Okafor")
    with pytest.raises(BadCell):
        cells.whole_name_of(Cell(0, "text", "Ada Okafor"))
