"""What importing a draft would do, worked out from the register as it is now."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache

from sqlalchemy import select

from accreditation.core.calendar import Span
from accreditation.core.database import db
from accreditation.core.sheets.layout import split_rows
from accreditation.core.uploads import Upload
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.queries.register import register_for
from accreditation.desk.importing.rules.comparing import AwardTerm
from accreditation.desk.importing.rules.following import waivers
from accreditation.desk.importing.rules.plan import Plan, skipped_row
from accreditation.desk.importing.rules.planning import plan_rows
from accreditation.desk.importing.rules.rows import Entry, read_row
from accreditation.people.models import Unit
from accreditation.people.rules import plain
from accreditation.standing.queries import get_scheme
from accreditation.standing.rules.awards import award_span
from accreditation.standing.rules.scheme import Scheme


def plan_of(upload: Upload[ImportDraft], *, on: date) -> Plan:
    """What importing the draft would do now. Reads the register; writes nothing."""
    draft = upload.draft
    scheme = get_scheme(draft.scheme, on)
    people, skipped = split_rows(upload.sheet, draft.header_row, upload.columns)
    headings = {heading.column: heading.text for heading in upload.headings}
    entries = _with_known_units(
        [read_row(row, upload.columns, headings, on=on, outcomes=scheme.outcomes) for row in people]
    )
    decisions = {int(number): choice for number, choice in draft.decisions.items()}
    planned = plan_rows(entries, register_for(entries, scheme), _award_term(scheme.code), decisions)
    rows = sorted([*planned, *map(skipped_row, skipped)], key=lambda row: row.number)
    return Plan(
        scheme=scheme.code,
        tracked_from=draft.tracked_from,
        rows=tuple(rows),
        unread=upload.unread,
        waived=tuple(_waived(scheme, upload, draft.tracked_from)),
    )


def _award_term(code: str) -> AwardTerm:
    @cache
    def term(on: date) -> Span:
        return award_span(get_scheme(code, on), on)

    return term


def _waived(scheme: Scheme, upload: Upload[ImportDraft], tracked_from: date) -> Iterator[str]:
    """The labels of the requirements that the sheet does not record."""
    for waiver in waivers(scheme, upload.columns.values(), awarded_on=date.min, tracked_from=tracked_from):
        requirement = scheme.find(waiver.requirement)
        yield requirement.label if requirement and requirement.label else waiver.requirement


def _with_known_units(entries: list[Entry]) -> list[Entry]:
    """One spelling for each unit: that of the register, else that of its first row."""
    spelling = {plain(name): name for name in db.session.scalars(select(Unit.name).order_by(Unit.id))}
    return [
        replace(entry, unit=spelling.setdefault(plain(entry.unit), entry.unit)) if entry.unit else entry
        for entry in entries
    ]
