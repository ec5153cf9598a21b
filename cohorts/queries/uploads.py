"""Workbooks that wait for confirmation, with what recording them would do."""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.rules import Viewer
from cohorts.models import Cohort, ResultUpload
from cohorts.queries.cohorts import cohorts_visible_to
from cohorts.queries.plans import REFUSED, Line, Plan, plan_results
from cohorts.rules.results import Fault
from cohorts.rules.workbook import SheetRow


def get_upload(cohort_id: int, upload_id: int, viewer: Viewer) -> ResultUpload:
    """Raises NotFound, in the same words whether there is no such upload or not for this viewer to know of."""
    found = select(ResultUpload).join(Cohort, Cohort.id == ResultUpload.cohort_id)
    upload = db.session.scalar(
        found.where(ResultUpload.id == upload_id, Cohort.id == cohort_id, cohorts_visible_to(viewer))
    )
    if upload is None:
        raise NotFound("There is no such upload.")
    return upload


def rows_of(upload: ResultUpload) -> list[SheetRow]:
    return [SheetRow.from_json(parts) for parts in json.loads(upload.content)]


@dataclass(frozen=True)
class ReadLine:
    """A row of the workbook beside what it would do; `faults` are those of reading and those of judging together."""

    row: SheetRow
    line: Line
    faults: tuple[Fault, ...]

    @property
    def change(self) -> str:
        return REFUSED if self.faults else self.line.change


@dataclass(frozen=True)
class UploadPlan:
    lines: tuple[ReadLine, ...]
    plan: Plan

    def count(self, change: str) -> int:
        return sum(line.change == change for line in self.lines)

    @property
    def changes(self) -> int:
        return self.count("added") + self.count("changed") + self.count("removed")

    @property
    def may_be_recorded(self) -> bool:
        return not self.count(REFUSED) and self.plan.may_be_recorded

    @property
    def may_be_recorded_in_part(self) -> bool:
        """Whether somebody may choose to record the rows that are right and leave out those to mend."""
        return bool(self.count(REFUSED) and self.changes) and not self.plan.closed and not self.plan.stale


def plan_upload(upload: ResultUpload, cohort: Cohort, *, on: date) -> UploadPlan:
    """What the workbook would do to the cohort as it is now."""
    rows = rows_of(upload)
    plan = plan_results(cohort, [row.entry for row in rows], version=upload.version, on=on)
    lines = []
    for row, line in zip(rows, plan.lines, strict=True):
        # What could not be read says it itself; the judgement of the blank in its place would only confuse.
        unread = {fault.field for fault in row.faults}
        judged = tuple(fault for fault in line.faults if fault.field not in unread)
        lines.append(ReadLine(row, line, (*row.faults, *judged)))
    return UploadPlan(tuple(lines), plan)
