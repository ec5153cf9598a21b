"""Keeping an upload, and carrying out what its preview showed. Callers hold the transaction; nothing here commits."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import delete

from accreditation.awards.services import record_past_award
from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.numbers import next_number
from accreditation.core.sheets import Workbook
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.queries import plan_of, upload_of
from accreditation.desk.importing.rules.columns import NOT_READ, match_columns, problems_of_match
from accreditation.desk.importing.rules.following import REASON, first_bad_day, waivers
from accreditation.desk.importing.rules.layout import best_place, headings_at
from accreditation.desk.importing.rules.plan import Plan, PlannedRow
from accreditation.desk.importing.rules.rows import Entry
from accreditation.desk.importing.rules.steps import (
    AddAward,
    AddClearance,
    AddPerson,
    AddRefresher,
    AddResult,
    Change,
    Rename,
    Step,
)
from accreditation.people.models import Person
from accreditation.people.services import (
    add_person,
    change_address,
    change_details,
    find_or_add_unit,
    rename_person,
)
from accreditation.refreshers.services.attendance import record_past_attendance
from accreditation.standing.queries import get_scheme
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.services import declare, declaring_many
from cohorts.services.results import record_past_result
from vetting.services import record_clearance

KEPT_HOURS = 24
"""How long a draft waits for its owner: long enough for a question to a colleague, no longer than needed."""


def keep_draft(
    workbook: Workbook, *, file_name: str, scheme: str, tracked_from: date, owner_id: int | None, at: datetime
) -> ImportDraft:
    """The upload with the best guess of its table and columns. Drafts that have expired are deleted on the way.

    Raises NoTable when no sheet looks like a register, NotFound for a scheme that there is not.
    """
    db.session.execute(delete(ImportDraft).where(ImportDraft.state == "open", ImportDraft.expires_at <= at))
    get_scheme(scheme)
    place = best_place(workbook)
    columns = match_columns(headings_at(workbook.sheets[place.sheet], place.header_row))
    draft = ImportDraft(
        owner_id=owner_id,
        created_at=at,
        expires_at=at + timedelta(hours=KEPT_HOURS),
        file_name=file_name,
        scheme=scheme,
        tracked_from=tracked_from,
        sheet=place.sheet,
        header_row=place.header_row,
        columns={str(column): field for column, field in columns.items()},
        decisions={},
        content=json.dumps(workbook.as_json()),
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def lock_draft(draft_id: int) -> ImportDraft:
    return db.session.get_one(ImportDraft, draft_id, with_for_update=True)


def choose_table(draft_id: int, *, sheet: int, header_row: int) -> None:
    """Another sheet or row of headings; its columns are matched anew and decisions forgotten.

    Raises DomainError when that row holds no headings.
    """
    draft = lock_draft(draft_id)
    workbook = upload_of(draft).workbook
    headings = headings_at(workbook.sheets[sheet], header_row) if 0 <= sheet < len(workbook.sheets) else []
    if not headings:
        raise DomainError("That row is blank. Choose the row that names the columns.")
    draft.sheet, draft.header_row = sheet, header_row
    draft.columns = {str(column): field for column, field in match_columns(headings).items()}
    draft.decisions = {}


def choose_columns(draft_id: int, columns: Mapping[int, str]) -> None:
    """Which column holds what, as the owner says. Raises DomainError when rows could not be read so."""
    draft = lock_draft(draft_id)
    chosen = {column: field for column, field in columns.items() if field and field != NOT_READ}
    if problems := problems_of_match(chosen):
        raise DomainError(*problems)
    draft.columns = {str(column): field for column, field in chosen.items()}


def decide(draft_id: int, decisions: Mapping[int, str]) -> None:
    """Answers to rows that need a decision; "" takes an answer back."""
    draft = lock_draft(draft_id)
    kept = {**draft.decisions, **{str(number): choice for number, choice in decisions.items()}}
    draft.decisions = {number: choice for number, choice in kept.items() if choice}


def discard(draft_id: int) -> None:
    """The upload is forgotten. What has been imported stays."""
    draft = lock_draft(draft_id)
    if draft.state == "open":
        db.session.delete(draft)


def import_draft(draft_id: int, *, digest: str | None, on: date, at: datetime, imported_by: int | None) -> ImportDraft:
    """Carry out the plan, all of it or nothing. Doing it twice changes nothing: the second time finds it done.

    The plan is made again here. Raises Conflict when it is no longer the one that was shown (`digest`; None: none was
    shown), DomainError naming the row when a room refuses what the plan holds.
    """
    draft = lock_draft(draft_id)
    if draft.state == "done":
        return draft
    next_number("register import")  # one import at a time: the next waits here, and then plans on what this one wrote
    upload = upload_of(draft)
    if problems := problems_of_match(upload.columns):
        raise DomainError(*problems)
    plan = plan_of(upload, on=on)
    if digest is not None and plan.digest != digest:
        raise Conflict(
            "The register has changed since this preview was made, and the import would now do something else. "
            "Nothing was imported. Look at the preview again, and confirm it then."
        )
    references = _carry_out(plan, draft, upload.columns.values(), on=on, imported_by=imported_by)
    draft.state, draft.imported_at, draft.content = "done", at, None
    draft.outcome = _outcome(plan, references)
    draft.decisions = {}
    db.session.flush()
    audit.note(
        "register imported",
        subject=("import_draft", draft.id),
        rows_written=len(plan.to_write),
        scheme=plan.scheme,
        **{f"rows_{status.value}": count for status, count in sorted(plan.counts.items())},
    )
    return draft


def _carry_out(
    plan: Plan, draft: ImportDraft, fields: Iterable[str], *, on: date, imported_by: int | None
) -> dict[int, str]:
    """The reference of the person of each row that was written."""
    scheme = get_scheme(plan.scheme, on)
    work = Work(scheme, draft, tuple(fields), imported_by)
    references = {}
    with declaring_many():
        # Rows that bring a reference come first: one that is allocated must not take theirs.
        for row in sorted(plan.to_write, key=lambda row: (not row.reference, row.number)):
            try:
                references[row.number] = work.write(row)
            except DomainError as refusal:
                raise DomainError(*(f"Row {row.number}: {reason}" for reason in refusal.reasons)) from refusal
    return references


class Work:
    """Writes planned rows through the services of the rooms that own each fact."""

    def __init__(self, scheme: Scheme, draft: ImportDraft, fields: tuple[str, ...], by: int | None) -> None:
        self.scheme, self.draft, self.fields, self.by = scheme, draft, fields, by

    def write(self, row: PlannedRow) -> str:
        assert row.entry is not None
        person = self._add(row.entry) if row.person_id is None else db.session.get_one(Person, row.person_id)
        for step in row.steps:
            self._do(step, person)
        return person.reference

    def _add(self, entry: Entry) -> Person:
        return add_person(
            given_name=entry.given_name,
            family_name=entry.family_name,
            reference=entry.reference or None,
            pay_number=entry.pay_number or None,
            unit_id=find_or_add_unit(entry.unit).id if entry.unit else None,
            holder_kind=entry.holder_kind or None,
            email=entry.email or None,
        )

    def _do(self, step: Step, person: Person) -> None:
        match step:
            case AddPerson():
                return  # done first, whatever the order
            case Rename(given_name=given_name, family_name=family_name):
                rename_person(person.id, given_name=given_name, family_name=family_name)
            case Change():
                self._change(step, person)
            case AddResult(outcome=outcome, on=on, course=course):
                record_past_result(
                    person.id,
                    scheme=self.scheme.code,
                    course=course or None,
                    outcome=outcome,
                    event_on=on,
                    recorded_by=self.by,
                )
            case AddAward(starts_on=starts_on):
                record_past_award(person.id, self.scheme.code, on=starts_on, recorded_by=self.by)
                self._waive(person, starts_on)
            case AddClearance(level=level, granted_on=granted_on, valid_through=valid_through):
                record_clearance(
                    person.id,
                    level=level,
                    granted_on=granted_on,
                    ends_on=first_bad_day(valid_through),
                    recorded_by=self.by,
                )
            case AddRefresher(on=attended_on):
                record_past_attendance(person.id, attended_on=attended_on, recorded_by=self.by)

    def _waive(self, person: Person, awarded_on: date) -> None:
        for waiver in waivers(self.scheme, self.fields, awarded_on=awarded_on, tracked_from=self.draft.tracked_from):
            declare(
                person.id,
                kind="waiver",
                code=waiver.requirement,
                scheme=self.scheme.code,
                starts_on=waiver.starts_on,
                ends_on=waiver.ends_on,
                source=("import_draft", self.draft.id),
                recorded_by=self.by,
                reason=REASON,
            )

    def _change(self, change: Change, person: Person) -> None:
        if change.detail == "email":
            change_address(person.id, change.new)
            return
        change_details(
            person.id,
            pay_number=change.new if change.detail == "pay_number" else person.pay_number,
            unit_id=find_or_add_unit(change.new).id if change.detail == "unit" else person.unit_id,
            holder_kind=change.new if change.detail == "holder_kind" else person.holder_kind,
        )


def _outcome(plan: Plan, references: Mapping[int, str]) -> dict[str, object]:
    """What the result page tells: numbers and references, no cell of the file."""
    return {
        "counts": {status.value: count for status, count in plan.counts.items()},
        "awards": plan.awards,
        "rows": [[row.number, row.status.value, references.get(row.number, row.reference)] for row in plan.rows],
    }
