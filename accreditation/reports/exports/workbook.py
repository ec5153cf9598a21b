"""The figures as a workbook: every number with what it is out of, and the pictures as the numbers behind them.

What can be reckoned with is a number or a day with a format, so that it can be added up, sorted and drawn; a format
shows it as the page says it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from accreditation.core.clock import LONDON
from accreditation.core.private_text import FEW
from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.core.sheets.writing import Value
from accreditation.reports.exports.document import Document
from accreditation.reports.rules.figures import Figure, Picture
from accreditation.reports.rules.periods import Period
from accreditation.web.words import short_day

WHOLE, PERCENT = "#,##0", "0.0%"
DAY, MONTH = "d mmm yyyy", "mmmm yyyy"

FIGURES = (
    Column("Section"),
    Column("Figure"),
    Column("Number", shown_as=WHOLE),
    Column("Out of", shown_as=WHOLE),
    Column("Which are"),
    Column("Percentage", shown_as=PERCENT),
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
    tables.extend(map(_table_behind, document.contents.pictures))
    return write_workbook(tables, notice=document.notice)


def _row(section: str, figure: Figure) -> tuple[Value, ...]:
    """A figure of few people stays words. The percentage is the page's own: rounded once, and not again by a format."""
    number: Value = f"fewer than {FEW}" if figure.few else figure.number
    percent = None if figure.thousandths is None else Decimal(figure.thousandths) / 1000
    return (section, figure.label, number, figure.of, figure.of_what, percent, figure.note)


def _table_behind(picture: Picture) -> Table:
    days = [date.fromisoformat(point.on) for point in picture.points]
    by_day = all(short_day(on) == point.label for on, point in zip(days, picture.points, strict=True))
    columns = [
        Column("When", width=18, shown_as=DAY if by_day else MONTH),
        Column(picture.what.capitalize(), shown_as=WHOLE),
    ]
    rows = [(on, point.number) for on, point in zip(days, picture.points, strict=True)]
    return Table(picture.code.capitalize(), columns, rows, [picture.finding])


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
