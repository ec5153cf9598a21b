"""Reading a draft, and what the register knows of the people in it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import func, select

from accreditation.core.calendar import FOREVER, Span
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.core.sheets import Sheet, Workbook
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.rules.columns import NOT_READ, Heading, field_of
from accreditation.desk.importing.rules.following import waivers
from accreditation.desk.importing.rules.known import Known, Register
from accreditation.desk.importing.rules.layout import headings_at, split_rows
from accreditation.desk.importing.rules.plan import Plan, skipped_row
from accreditation.desk.importing.rules.planning import plan_rows
from accreditation.desk.importing.rules.rows import Entry, read_row
from accreditation.people.models import ContactAddress, Person, Unit
from accreditation.people.rules import Viewer, plain, sort_name
from accreditation.standing.queries import facts_of_all, get_scheme
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.scheme import Scheme
from accreditation.web.guards import scope_asked
from cohorts.models import Result

AT_ONCE = 400
"""Values in one statement: well under what any SQLite takes."""


@dataclass(frozen=True)
class Upload:
    """A draft taken apart: the table in the workbook and what its columns hold."""

    draft: ImportDraft
    workbook: Workbook

    @cached_property
    def sheet(self) -> Sheet:
        return self.workbook.sheets[self.draft.sheet]

    @cached_property
    def headings(self) -> list[Heading]:
        return headings_at(self.sheet, self.draft.header_row)

    @cached_property
    def columns(self) -> dict[int, str]:
        return {int(column): field for column, field in self.draft.columns.items()}

    @property
    def unread(self) -> tuple[str, ...]:
        """The headings of columns that stay behind, those of our own error file left out."""
        return tuple(
            f"{heading.text} (column {heading.letter})"
            for heading in self.headings
            if heading.column not in self.columns and field_of(heading.text) != NOT_READ
        )


def upload_of(draft: ImportDraft) -> Upload:
    """Raises NotFound when the import is done and the cells are gone."""
    if draft.content is None:
        raise NotFound("This import is done. Its file is no longer kept.")
    return Upload(draft, Workbook.from_json(json.loads(draft.content)))


def get_draft(draft_id: int, viewer: Viewer) -> ImportDraft:
    """Raises NotFound unless it is the viewer's own, and the viewer's grant is for the whole service."""
    scope_asked()
    draft = db.session.get(ImportDraft, draft_id)
    if draft is None or not viewer.ids(Scope.SERVICE) or draft.owner_id != viewer.person_id:
        raise NotFound("There is no such import, or it has expired. Upload the file again.")
    return draft


def drafts_of(viewer: Viewer, limit: int = 10) -> Sequence[ImportDraft]:
    """The viewer's own imports, newest first, without their cells."""
    query = select(ImportDraft).where(ImportDraft.owner_id == viewer.person_id).order_by(ImportDraft.id.desc())
    return db.session.scalars(query.limit(limit)).all()


def plan_of(upload: Upload, *, on: date) -> Plan:
    """What importing the draft would do now. Reads the register; writes nothing."""
    draft = upload.draft
    scheme = get_scheme(draft.scheme, on)
    people, skipped = split_rows(upload.sheet, draft.header_row, upload.columns)
    headings = {heading.column: heading.text for heading in upload.headings}
    entries = _with_known_units(
        [read_row(row, upload.columns, headings, on=on, outcomes=scheme.outcomes) for row in people]
    )
    decisions = {int(number): choice for number, choice in draft.decisions.items()}
    planned = plan_rows(entries, register_for(entries, scheme), scheme, decisions)
    rows = sorted([*planned, *map(skipped_row, skipped)], key=lambda row: row.number)
    return Plan(
        scheme=scheme.code,
        tracked_from=draft.tracked_from,
        rows=tuple(rows),
        unread=upload.unread,
        waived=tuple(_waived(scheme, upload, draft.tracked_from)),
    )


def _waived(scheme: Scheme, upload: Upload, tracked_from: date) -> Iterator[str]:
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


def register_for(entries: Iterable[Entry], scheme: Scheme) -> Register:
    """Everybody in the register whom one of the entries may be about, with the facts that a file could repeat."""
    entries = list(entries)
    found: dict[int, Person] = {}
    for column, values in (
        (func.upper(Person.reference), {entry.reference for entry in entries if entry.reference}),
        (Person.pay_number, {entry.pay_number for entry in entries if entry.pay_number}),
        (Person.sort_name, {sort_name(entry.given_name, entry.family_name) for entry in entries if entry.name}),
    ):
        for person in _people_where(column, values):
            found[person.id] = person
    addresses = {entry.email.lower() for entry in entries if entry.email}
    for batch in _batches(addresses):
        holders = select(ContactAddress.person_id).where(
            ContactAddress.ended_at.is_(None), ContactAddress.address.in_(batch)
        )
        for person in db.session.scalars(select(Person).where(Person.id.in_(holders))):
            found[person.id] = person
    return Register(_known(found, scheme))


def _people_where(column: Any, values: set[str]) -> Iterator[Person]:
    for batch in _batches(values):
        yield from db.session.scalars(select(Person).where(column.in_(batch)))


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _known(people: dict[int, Person], scheme: Scheme) -> list[Known]:
    ids = sorted(people)
    facts = facts_of_all(ids)
    results: dict[int, set[tuple[str, date]]] = {}
    addresses: dict[int, str] = {}
    for start in range(0, len(ids), AT_ONCE):
        batch = ids[start : start + AT_ONCE]
        released = select(Result.person_id, Result.outcome, Result.event_on).where(
            Result.person_id.in_(batch), Result.scheme == scheme.code, Result.state == "released"
        )
        for person_id, outcome, event_on in db.session.execute(released):
            results.setdefault(person_id, set()).add((outcome, event_on))
        current = select(ContactAddress.person_id, ContactAddress.address).where(
            ContactAddress.person_id.in_(batch), ContactAddress.ended_at.is_(None)
        )
        addresses.update((person_id, address) for person_id, address in db.session.execute(current))
    return [
        _person(
            people[person_id], facts.get(person_id, []), results.get(person_id, set()), addresses.get(person_id), scheme
        )
        for person_id in ids
    ]


def _person(
    person: Person, facts: list[Fact], results: set[tuple[str, date]], address: str | None, scheme: Scheme
) -> Known:
    standing = [fact for fact in facts if fact.voided_at is None]
    return Known(
        person_id=person.id,
        reference=person.reference,
        given_name=person.given_name,
        family_name=person.family_name,
        pay_number=person.pay_number,
        email=address,
        unit=person.unit.name if person.unit else None,
        holder_kind=person.holder_kind,
        results=frozenset(results),
        awards=tuple(
            sorted(
                Span(fact.starts_on, fact.ends_on or FOREVER)
                for fact in standing
                if fact.kind == "award" and fact.code == scheme.code
            )
        ),
        clearances=tuple(
            sorted(
                (fact.code or "", Span(fact.starts_on, fact.ends_on or FOREVER))
                for fact in standing
                if fact.kind == "clearance"
            )
        ),
        refreshers=frozenset(fact.starts_on for fact in standing if fact.kind == "refresher"),
    )
