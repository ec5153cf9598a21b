"""Lists as files. What a row holds is what the page shows to the same viewer, and no more."""

from collections.abc import Sequence
from datetime import date

from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.web.words import day
from vetting.queries.boards import EndingRow


def clearances_file(rows: Sequence[EndingRow], on: date, notice: Notice) -> bytes:
    """The board's list: level and dates, which everybody who reaches that list may know."""
    table = Table(
        "Clearances",
        [Column(title) for title in ("Reference", "Name", "Level", "Granted", "Valid through", "Submit by", "Renewal")],
        [
            (
                row.person.reference,
                row.person.name,
                row.level,
                row.granted_on,
                row.valid_through,
                row.submit_by,
                "In progress" if row.applied else "Not asked for",
            )
            for row in rows
        ],
        notes=(f"Clearances as at {day(on)}",),
    )
    return write_workbook([table], notice=notice)
