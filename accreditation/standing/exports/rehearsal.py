"""What a draft would change, as a workbook."""

from collections.abc import Iterable

from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.standing.models import SchemeDraft
from accreditation.standing.queries.rehearsal import ChangeRow
from accreditation.standing.rules.rehearsal import CHANGE_WORDS
from accreditation.standing.rules.verdict import VERDICT_WORDS
from accreditation.web.words import day

COLUMNS = (
    Column("Reference"),
    Column("Name"),
    Column("Unit"),
    Column("What changes"),
    Column("From"),
    Column("Standing under the rules now"),
    Column("Last good day now"),
    Column("Standing under the draft"),
    Column("Last good day under the draft"),
)


def rehearsal_workbook(rows: Iterable[ChangeRow], draft: SchemeDraft, *, notice: Notice) -> bytes:
    notes = (
        f"Rehearsal, not in force: {draft.scheme}, first day {day(draft.effective_from)}.",
        "Every fact recorded until it was exported is in it.",
    )
    cells = [
        (
            row.reference,
            row.name,
            row.unit,
            CHANGE_WORDS[row.change],
            row.differs_from,
            VERDICT_WORDS[row.verdict_before],
            row.last_day_before,
            VERDICT_WORDS[row.verdict_after],
            row.last_day_after,
        )
        for row in rows
    ]
    return write_workbook([Table("Rehearsal", COLUMNS, cells, notes)], notice=notice)
