"""Who can be accredited, as a workbook, with what was asked and when above it."""

from collections.abc import Iterable, Sequence
from datetime import date

from accreditation.awards.queries.ready import Readiness
from accreditation.awards.rules.dates import KINDS
from accreditation.core.calendar import FOREVER, Span, last_good_day
from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.web.words import day

COLUMNS = tuple(
    Column(title)
    for title in (
        "Reference",
        "Name",
        "Unit",
        "Would be",
        "New first day",
        "New last day",
        "Old first day",
        "Old last day",
        "Why not",
    )
)


def ready_workbook(
    rows: Iterable[Readiness], *, scheme: str, filters: Sequence[str], on: date, notice: Notice
) -> bytes:
    """The rows as they stand in the list."""
    notes = (
        f"Ready to accredit, {scheme}: decided on {day(on)}.",
        f"Filters: {'; '.join(filters) if filters else 'none, everybody who can be'}",
    )
    table = Table("Ready to accredit", COLUMNS, [_cells(row) for row in rows], notes)
    return write_workbook([table], notice=notice)


def _cells(row: Readiness) -> tuple[str | date | None, ...]:
    return (
        row.person.reference,
        row.person.sort_name,
        row.person.unit.name if row.person.unit else None,
        KINDS[row.dates.kind],
        *_days(row.dates.span),
        *_days(row.dates.previous),
        " ".join(row.reasons) or None,
    )


def _days(span: Span | None) -> tuple[date | None, date | None]:
    if span is None:
        return None, None
    return span.starts_on, None if span.ends_on == FOREVER else last_good_day(span.ends_on)
