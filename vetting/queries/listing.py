"""The vetting unit's list beside the register: what it would do, worked out from what is recorded now."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import defer

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.core.sheets.layout import split_rows
from accreditation.core.uploads import Upload, taken_apart
from accreditation.people.models import Person
from accreditation.people.rules import Viewer, sort_name
from accreditation.web.guards import scope_asked
from vetting.models import BirthMark, Clearance, ClearanceApplication, ClearanceList
from vetting.rules.listing.columns import CLEARANCES
from vetting.rules.listing.plan import Plan, skipped_row
from vetting.rules.listing.planning import Known, KnownApplication, KnownClearance, Register, plan_rows
from vetting.rules.listing.rows import Entry, read_row

AT_ONCE = 400
"""Values in one statement: well under what any SQLite takes."""


def upload_of(draft: ClearanceList) -> Upload[ClearanceList]:
    """Raises NotFound when its cells are no longer kept."""
    return taken_apart(draft, CLEARANCES)


def get_list(list_id: int, viewer: Viewer) -> ClearanceList:
    """Raises NotFound unless it is the viewer's own, and the viewer's grant is for the whole service."""
    scope_asked()
    draft = db.session.get(ClearanceList, list_id)
    if draft is None or not viewer.ids(Scope.SERVICE) or draft.owner_id != viewer.person_id:
        raise NotFound("There is no such import, or it has expired. Upload the file again.")
    return draft


def lists_of(viewer: Viewer, limit: int = 10) -> Sequence[ClearanceList]:
    """The viewer's own imports, newest first, without their cells."""
    query = select(ClearanceList).where(ClearanceList.owner_id == viewer.person_id).order_by(ClearanceList.id.desc())
    return db.session.scalars(query.options(defer(ClearanceList.content)).limit(limit)).all()


def plan_of(upload: Upload[ClearanceList], *, on: date) -> Plan:
    """What importing the list would do now. Reads the register; writes nothing."""
    draft = upload.draft
    people, skipped = split_rows(upload.sheet, draft.header_row, upload.columns)
    headings = {heading.column: heading.text for heading in upload.headings}
    entries = [read_row(row, upload.columns, headings, on=on, level=draft.level) for row in people]
    decisions = {int(number): choice for number, choice in draft.decisions.items()}
    planned = plan_rows(entries, register_for(entries), decisions, take_all=draft.take_all)
    rows = sorted([*planned, *map(skipped_row, skipped)], key=lambda row: row.number)
    return Plan(tuple(rows), unread=upload.unread)


def birth_mark(born_on: date) -> str:
    """What stands for a date of birth: the same for the same day under this key, and for nobody to read."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"date of birth " + born_on.isoformat().encode(), hashlib.sha256).hexdigest()


def register_for(entries: Sequence[Entry]) -> Register:
    """Everybody in the register whom one of the entries may be about, with what is recorded of their vetting."""
    found: dict[int, Person] = {}
    for column, values in (
        (func.upper(Person.reference), {entry.reference for entry in entries if entry.reference}),
        (Person.pay_number, {entry.pay_number for entry in entries if entry.pay_number}),
        (Person.sort_name, {sort_name(entry.given_name, entry.family_name) for entry in entries if entry.name}),
    ):
        for batch in _batches(values):
            for person in db.session.scalars(select(Person).where(column.in_(batch))):
                found[person.id] = person
    for batch in _batches({entry.case_number for entry in entries if entry.case_number}):
        holders = select(Clearance.person_id).where(Clearance.reference.in_(batch))
        for person in db.session.scalars(select(Person).where(Person.id.in_(holders))):
            found[person.id] = person
    marks = {entry.born_on: birth_mark(entry.born_on) for entry in entries if entry.born_on}
    return Register(_known(found), marks)


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _known(people: dict[int, Person]) -> list[Known]:
    clearances: dict[int, list[KnownClearance]] = {}
    applications: dict[int, list[KnownApplication]] = {}
    marks: dict[int, str] = {}
    for batch in _batches(people):
        for person_id, held in _clearances(batch):
            clearances.setdefault(person_id, []).append(held)
        row = ClearanceApplication
        waiting = select(row.person_id, row.id, row.level, row.state, row.state_on).where(
            row.person_id.in_(batch), row.decided_on.is_(None)
        )
        for person_id, number, level, state, state_on in db.session.execute(waiting):
            applications.setdefault(person_id, []).append(KnownApplication(number, level, state, state_on))
        for person_id, mark in db.session.execute(
            select(BirthMark.person_id, BirthMark.mark).where(BirthMark.person_id.in_(batch))
        ):
            marks[person_id] = mark
    return [
        Known(
            person_id=person.id,
            reference=person.reference,
            given_name=person.given_name,
            family_name=person.family_name,
            pay_number=person.pay_number or "",
            birth_mark=marks.get(person.id, ""),
            clearances=tuple(clearances.get(person.id, ())),
            applications=tuple(applications.get(person.id, ())),
        )
        for person in people.values()
    ]


def _clearances(person_ids: list[int]) -> Iterator[tuple[int, KnownClearance]]:
    row = Clearance
    query = select(
        row.person_id,
        row.id,
        row.level,
        row.state,
        row.state_on,
        row.granted_on,
        row.ends_on,
        row.reference,
        row.sponsor,
        row.application_id,
    ).where(row.person_id.in_(person_ids), row.struck_out_on.is_(None))
    for (
        person_id,
        number,
        level,
        state,
        state_on,
        granted_on,
        ends_on,
        reference,
        sponsor,
        application_id,
    ) in db.session.execute(query):
        yield (
            person_id,
            KnownClearance(
                number,
                level,
                state,
                state_on,
                granted_on,
                ends_on,
                reference or "",
                sponsor or "",
                application_id is not None,
            ),
        )
