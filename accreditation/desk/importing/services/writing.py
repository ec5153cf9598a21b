"""Writing a plan through the services of the rooms that own each fact. Callers hold the transaction."""

from collections.abc import Iterable
from datetime import date

from accreditation.awards.services import record_past_award
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.desk.importing.rules.following import REASON, first_bad_day, waivers
from accreditation.desk.importing.rules.plan import Plan, PlannedRow
from accreditation.desk.importing.rules.rows import Entry
from accreditation.desk.importing.rules.steps import (
    AddAward,
    AddClearance,
    AddPerson,
    AddRefresher,
    AddResult,
    Change,
    GiveDates,
    Rename,
    Step,
)
from accreditation.people.models import Person
from accreditation.people.services import add_person, change_address, change_details, find_or_add_unit, rename_person
from accreditation.refreshers.services.attendance import record_past_attendance
from accreditation.standing.queries import get_scheme
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.services import declare, declaring_many
from cohorts.services.results import record_past_result
from vetting.services.applications import grant_clearance
from vetting.services.clearances import record_clearance
from vetting.services.corrections import correct_dates

BECAUSE = "As the imported register says."


def carry_out(
    plan: Plan, fields: Iterable[str], *, source: tuple[str, int], on: date, imported_by: int | None
) -> dict[int, str]:
    """Write every row of the plan; the reference of each row's person by row number.

    `fields` are those that the sheet records, `source` is what the waivers follow from. Raises DomainError naming the
    row when a room refuses it.
    """
    work = Work(get_scheme(plan.scheme, on), tuple(fields), plan.tracked_from, source, on, imported_by)
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

    def __init__(
        self,
        scheme: Scheme,
        fields: tuple[str, ...],
        tracked_from: date,
        source: tuple[str, int],
        on: date,
        by: int | None,
    ) -> None:
        self.scheme, self.fields, self.tracked_from = scheme, fields, tracked_from
        self.source, self.on, self.by = source, on, by

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
            case AddClearance():
                self._clear(step, person)
            case GiveDates(clearance_id=clearance_id, granted_on=granted_on, valid_through=valid_through):
                correct_dates(
                    clearance_id,
                    granted_on=granted_on,
                    ends_on=first_bad_day(valid_through),
                    reason=BECAUSE,
                    on=self.on,
                    recorded_by=self.by,
                )
            case AddRefresher(on=attended_on):
                record_past_attendance(person.id, attended_on=attended_on, recorded_by=self.by)

    def _clear(self, step: AddClearance, person: Person) -> None:
        ends_on = first_bad_day(step.valid_through)
        if step.application_id is not None:
            grant_clearance(step.application_id, on=step.granted_on, ends_on=ends_on, recorded_by=self.by)
            return
        record_clearance(person.id, level=step.level, granted_on=step.granted_on, ends_on=ends_on, recorded_by=self.by)

    def _waive(self, person: Person, awarded_on: date) -> None:
        for waiver in waivers(self.scheme, self.fields, awarded_on=awarded_on, tracked_from=self.tracked_from):
            declare(
                person.id,
                kind="waiver",
                code=waiver.requirement,
                scheme=self.scheme.code,
                starts_on=waiver.starts_on,
                ends_on=waiver.ends_on,
                source=self.source,
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
