"""The figures as a workbook: every number with what it is out of, and the pictures as the numbers behind them."""

from collections.abc import Sequence
from datetime import date, datetime

from accreditation.core.clock import LONDON
from accreditation.core.private_text import FEW
from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.core.sheets.writing import Value
from accreditation.reports.exports.document import Document
from accreditation.reports.rules.figures import Figure
from accreditation.reports.rules.periods import Period

FIGURES = (
    Column("Section"),
    Column("Figure"),
    Column("Number"),
    Column("Out of"),
    Column("Which are"),
    Column("Percentage"),
    Column("Note", width=44),
)


def figures_workbook(document: Document) -> bytes:
    """The head on a sheet of its own, then the figures, the commentary, and a sheet for each picture."""
    head = Table("About", [Column("What"), Column("Value", width=70)], document.head)
    figures = Table(
        "Figures",
        FIGURES,
        [_row(section.title, figure) for section in document.contents.sections for figure in section.figures],
        [document.title, f"Exact period: {document.period}"],
    )
    tables = [head, figures]
    if document.commentary:
        titles = {section.code: section.title for section in document.contents.sections}
        rows = [(titles.get(code, code.capitalize()), text) for code, text in document.commentary.items()]
        tables.append(Table("Commentary", [Column("On"), Column("Commentary", width=90)], rows))
    for picture in document.contents.pictures:
        points = [(point.label, point.number) for point in picture.points]
        tables.append(
            Table(
                picture.code.capitalize(),
                [Column("When"), Column(picture.what.capitalize())],
                points,
                [picture.finding],
            )
        )
    return write_workbook(tables, notice=document.notice)


def _row(section: str, figure: Figure) -> tuple[Value, ...]:
    number: Value = f"fewer than {FEW}" if figure.few else figure.number
    return (section, figure.label, number, figure.of, figure.of_what, figure.percent, figure.note)


def list_workbook(
    title: str, rows: Sequence[tuple[str, str, str, date | datetime]], period: Period, notice: Notice
) -> bytes:
    """Who is behind a figure. Moments are given as London days."""
    columns = [Column("Reference"), Column("Name"), Column("What"), Column("On")]
    notes = [f"{title}, {period.words}"]
    days = [
        (reference, name, what, on.astimezone(LONDON).date() if isinstance(on, datetime) else on)
        for reference, name, what, on in rows
    ]
    return write_workbook([Table(title, columns, days, notes)], notice=notice)
