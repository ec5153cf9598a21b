"""A steering group's report as people read it: off the page, out of the workbook, and in the text of the PDF."""

import re
from io import BytesIO
from itertools import zip_longest

from openpyxl import load_workbook
from openpyxl.cell import Cell
from pypdf import PdfReader

from accreditation.web.words import MONTHS
from tests.desk.numbers import table

SECTION = re.compile(r'<h2 id="section-([a-z-]+)">([^<]+)</h2>')
FINDING = re.compile(r'<section aria-label="([^"]+)">')
ABOVE = 4
"""Lines above the headings of the figures: marking, notice, title, exact period."""

NONE = "– none"
"""How the page says that a cell is empty, for eyes and for ears."""

Row = tuple[str, str, str, str, str]
"""Section, figure with its note, number, out of what, percentage: as the page says them."""


def page_rows(page: str) -> list[Row]:
    rows = [
        (title, *cells[:3], cells[3].removeprefix(NONE))
        for _, title in SECTION.findall(page)
        for _, cells in table(page, title)
    ]
    assert len(rows) == page.count("data-figure=")
    return rows


def page_points(page: str) -> list[list[tuple[str, str]]]:
    """Of each picture the table behind it."""
    return [[(cells[0], cells[1]) for _, cells in table(page, finding)] for finding in FINDING.findall(page)]


def shown(cell: Cell) -> str:
    """The cell as a spreadsheet shows it, in the few formats that a report has; another format is a mistake."""
    value, form = cell.value, cell.number_format
    if value is None or isinstance(value, str):
        return value or ""
    return {
        "#,##0": lambda: f"{value:,d}",
        "0.0%": lambda: f"{value:.1%}",
        "mmmm yyyy": lambda: f"{MONTHS[value.month - 1]} {value.year}",
        "d mmm yyyy": lambda: f"{value.day} {MONTHS[value.month - 1][:3]} {value.year}",
    }[form]()


def workbook_rows(content: bytes) -> list[Row]:
    sheet = load_workbook(BytesIO(content))["Figures"]
    found = []
    for cells in sheet.iter_rows(min_row=ABOVE + 2):
        section, label, number, of, of_what, percent, note = map(shown, cells)
        assert cells[2].data_type == "n" or number.startswith("fewer than"), label
        assert [cells[place].data_type for place in (3, 5)] == ["n", "n"], "numbers, or nothing"
        found.append((section, f"{label} {note}".strip(), number, f"{of} {of_what}".strip(), percent))
    return found


def workbook_points(content: bytes) -> list[list[tuple[str, str]]]:
    book = load_workbook(BytesIO(content))
    sheets = [book[name] for name in book.sheetnames if name not in ("About", "Figures", "Commentary")]
    assert all(when.is_date for sheet in sheets for when, _ in sheet.iter_rows(min_row=5))
    return [[(shown(when), shown(number)) for when, number in sheet.iter_rows(min_row=5)] for sheet in sheets]


def pdf_text(content: bytes) -> str:
    """All of it, without the head and foot that stand on every page."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def missing_in_pdf(text: str, rows: list[Row], points: list[list[tuple[str, str]]]) -> list[tuple[str, ...]]:
    """The rows that the text does not hold as a whole, in order, section by section; and the points of pictures."""
    at, section, missing = 0, "", []
    for row in rows:
        if row[0] != section:
            section = row[0]
            at = text.index(section, at)
        said = " ".join(words for words in row[1:] if words)
        if (found := text.find(said, at)) < 0:
            missing.append(row)
        else:
            at = found + len(said)
    for picture in points:
        for when, number in picture:
            if (found := text.find(f"{when} {number}", at)) < 0:
                missing.append((when, number))
            else:
                at = found + len(f"{when} {number}")
    return missing


def files_agree(page: str, workbook: bytes, pdf: bytes | None = None) -> None:
    """Every figure and every point of the page stands in the files too, in the same order, and no other."""
    rows, points = page_rows(page), page_points(page)
    assert len(rows) > 20
    written = workbook_rows(workbook)
    assert written == rows, [pair for pair in zip_longest(written, rows) if pair[0] != pair[1]]
    assert workbook_points(workbook) == points, points
    if pdf is not None:
        text = pdf_text(pdf)
        missing = missing_in_pdf(text, rows, points)
        assert not missing, (missing, text)
        wrong = [(rows[0][0], rows[0][1], "98,765", *rows[0][3:]), *rows[1:]]
        assert missing_in_pdf(text, wrong, points) == wrong[:1], "it would have been noticed"
