"""What recording a past log would do: each row with the mediator it names, what is wrong with it, and what is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import or_, select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.sheets import Row, Sheet, Workbook
from accreditation.core.sheets.layout import Heading, Skipped, best_place, headings_at, split_rows
from accreditation.core.sheets.rows import Problem
from accreditation.helpline.models import Contact
from accreditation.helpline.rules.log import LABELS, LOG, LogRow, read_row
from accreditation.people.models import Person

AT_ONCE = 500
"""Values asked for in one statement: SQLite takes so many parameters and not many more."""


@dataclass(frozen=True)
class Table:
    """The table of the log in the workbook."""

    sheet: Sheet
    headings: Sequence[Heading]
    columns: Mapping[int, str]
    rows: Sequence[Row]
    skipped: Sequence[Skipped]

    @property
    def unread(self) -> list[str]:
        return [heading.text for heading in self.headings if heading.column not in self.columns]


@dataclass(frozen=True)
class Planned:
    """One row: `state` is "new", "there" (recorded before) or "wrong"."""

    row: LogRow
    person: Person | None
    problems: Sequence[Problem]
    there: bool

    @property
    def state(self) -> str:
        return "wrong" if self.problems else "there" if self.there else "new"

    @property
    def wrong(self) -> str:
        return " ".join(problem.sentence.strip() for problem in self.problems)


@dataclass(frozen=True)
class LogPlan:
    """Every row in the order of the sheet, and those that are no contact at all."""

    rows: Sequence[Planned]
    skipped: Sequence[Skipped] = field(default_factory=list)

    def having(self, state: str) -> list[Planned]:
        return [one for one in self.rows if one.state == state]

    @property
    def names(self) -> dict[int, tuple[str, ...]]:
        """Words that look like somebody's name, by the number of the row, of rows that would be recorded."""
        return {one.row.number: one.row.names for one in self.having("new") if one.row.names}


def table_of(workbook: Workbook) -> Table:
    """Raises DomainError where no sheet is a log, or one lacks a column."""
    place = best_place(workbook, LOG)
    sheet = workbook.sheets[place.sheet]
    headings = headings_at(sheet, place.header_row)
    columns = LOG.match(headings)
    if missing := LOG.problems_of(columns):
        raise DomainError(*missing)
    rows, skipped = split_rows(sheet, place.header_row, columns)
    return Table(sheet, headings, columns, rows, skipped)


def plan_log(table: Table, *, on: date, at: datetime) -> LogPlan:
    """What recording the log on the day `on`, at the moment `at`, would do. Nobody is found by a name: see 0006."""
    texts = {heading.column: heading.text for heading in table.headings}
    rows = [read_row(row, table.columns, texts, on=on, at=at) for row in table.rows]
    people = _people({row.mediator for row in rows if row.mediator})
    known = _recorded([row.key for row in rows if row.details])
    column = next((place for place, name in table.columns.items() if name == "mediator"), 0)
    letter = next((heading.letter for heading in table.headings if heading.column == column), "")
    first: dict[str, int] = {}
    planned = []
    for row in rows:
        found, problems = people.get(row.mediator, []), list(row.problems)
        heading = texts.get(column, LABELS["mediator"])
        if row.mediator and not found:
            problems.append(
                Problem(
                    letter,
                    heading,
                    f"Nobody has the reference or pay number “{row.mediator}”.",
                    "Write the mediator’s reference as the register has it; a name alone is never enough.",
                )
            )
        elif len(found) > 1:
            problems.append(
                Problem(
                    letter,
                    heading,
                    f"“{row.mediator}” is one person’s reference and another’s pay number.",
                    "Write the reference of whom you mean.",
                )
            )
        if row.details and (before := first.setdefault(row.key, row.number)) != row.number:
            problems.append(Problem("", "", f"Row {before} says the same.", "Remove one of them, or correct its time."))
        there = bool(row.details) and row.key in known
        planned.append(Planned(row, found[0] if len(found) == 1 else None, problems, there))
    return LogPlan(planned, table.skipped)


def _people(named: set[str]) -> dict[str, list[Person]]:
    """By reference or pay number, in capitals; two records of one person are the one that counts."""
    found: dict[str, list[Person]] = {}
    wanted = sorted(named)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = select(Person).where(or_(Person.reference.in_(some), Person.pay_number.in_(some)))
        for person in db.session.scalars(rows):
            for name in {person.reference, (person.pay_number or "").upper()} & set(some):
                if person.counted not in found.setdefault(name, []):
                    found[name].append(person.counted)
    return found


def _recorded(keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), AT_ONCE):
        rows = select(Contact.log_key).where(Contact.log_key.in_(keys[start : start + AT_ONCE]))
        found.update(key for key in db.session.scalars(rows) if key)
    return found
