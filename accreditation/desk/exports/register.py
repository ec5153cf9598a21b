"""The register as a workbook, with what was asked and when above it."""

from collections.abc import Iterable, Sequence
from datetime import date

from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.desk.queries.register import RegisterRow
from accreditation.desk.rules.asof import AsOf
from accreditation.desk.rules.sentences import without_date
from accreditation.web.words import day, short_day

COLUMNS = (
    Column("Reference"),
    Column("Name"),
    Column("Unit"),
    Column("Pay number"),
    Column("Standing"),
    Column("Last good day"),
    Column("Ends first"),
    Column("What is missing"),
)


def register_workbook(
    rows: Iterable[RegisterRow], *, filters: Sequence[str], as_of: AsOf, notice: Notice, scheme: str
) -> bytes:
    """The rows as they stand in the list, each with what its reader may know."""
    notes = (
        f"Mediators, {scheme}: standing on {day(as_of.on)}{as_of.if_nothing_is_done}.",
        *((as_of.sentence,) if as_of.travels else ()),
        f"Filters: {'; '.join(filters) if filters else 'none, everyone in the register'}",
    )
    title = f"Mediators on {short_day(as_of.on)}" if as_of.travels else "Mediators"
    table = Table(title, COLUMNS, [_cells(row) for row in rows], notes)
    return write_workbook([table], notice=notice)


def _cells(row: RegisterRow) -> tuple[str | date | None, ...]:
    return (
        row.reference,
        row.sort_name,
        row.unit,
        row.pay_number,
        without_date(row.explained.sentence),
        row.explained.valid_through,
        row.explained.limiting,
        "; ".join(row.explained.failing),
    )
