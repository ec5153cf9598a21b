"""Recording and submitting results: one way for the grid, the workbook, and whatever comes later.

Callers hold the transaction; nothing here commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.people.queries import lock_person, of_one_person
from accreditation.standing.services import declare
from cohorts.models import Cohort, PartMark, Result, ResultPart
from cohorts.queries.acts import copy_of
from cohorts.queries.cohorts import lock_cohort
from cohorts.queries.plans import ADDED, CHANGED, REFUSED, REMOVED, UNCHANGED, Line, Plan, plan_results
from cohorts.queries.results import Candidate, count_missing
from cohorts.rules.acts import Copy
from cohorts.rules.assessment import PENDING, PartEntry
from cohorts.rules.results import OUTCOMES, Entry
from cohorts.services.acts import keep_act
from cohorts.services.cohorts import refuse_stale
from cohorts.services.deadlines import keep_deadline

Touched = tuple[Candidate, Result | None, int | None, Copy | None]
BEFORE_ASSESSMENT = frozenset({"planned", "open", "in_training"})


@dataclass(frozen=True)
class Recorded:
    """How many results were added, changed and removed, and how many entries changed nothing."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class ResultsRefused(DomainError):
    """Nothing was recorded. `plan` says for each entry what is wrong with it."""

    def __init__(self, plan: Plan, *reasons: str) -> None:
        super().__init__(*reasons)
        self.plan = plan


class StaleResults(Conflict):
    """The entries were made from an older state of the cohort and would change something."""


def record_results(
    cohort_id: int,
    entries: Sequence[Entry],
    *,
    version: int | None,
    on: date,
    recorded_by: int,
    door: str = "office",
    upload_id: int | None = None,
) -> Recorded:
    """All the entries as drafts, or none of them. `version` is that of the cohort they were made from.

    The one way in, whatever the `door` (rules/acts.py); what was changed is kept as an act, which can be undone.

    What says nothing new changes nothing, also from an older version. An entry without outcome takes the draft back;
    candidates that no entry names are left alone. Raises ResultsRefused with a reason for each field that is wrong,
    StaleResults when somebody changed the cohort in between.
    """
    cohort = lock_cohort(cohort_id)
    plan = plan_results(cohort, entries, version=version, on=on)
    refuse_plan(plan, cohort)
    touched = [found for line in plan.lines if (found := _record(line, cohort, recorded_by))]
    db.session.flush()
    changes = [
        (
            candidate.enrolment.id,
            candidate.person.id,
            result.id if result else gone_id or 0,
            before,
            copy_of(result) if result else None,
        )
        for candidate, result, gone_id, before in touched
    ]
    done = Recorded(plan.count(ADDED), plan.count(CHANGED), plan.count(REMOVED), plan.count(UNCHANGED))
    if done.anything:
        keep_act(
            cohort,
            changes,
            kind="recorded",
            door=door,
            state_before=cohort.state,
            done_by=recorded_by,
            upload_id=upload_id,
        )
        cohort.version += 1
        if cohort.state in BEFORE_ASSESSMENT:
            cohort.state = "assessment"
        db.session.flush()
    return done


def refuse_plan(plan: Plan, cohort: Cohort) -> None:
    """Raises what `record_results` raises for a plan that cannot be recorded."""
    if plan.closed:
        raise ResultsRefused(plan, plan.closed)
    if reasons := [
        f"{line.candidate.person.name if line.candidate else line.entry.reference}: {fault.text}"
        for line in plan.lines
        if line.change == REFUSED
        for fault in line.faults
    ]:
        raise ResultsRefused(plan, *reasons)
    if plan.stale:
        raise StaleResults(
            f"{cohort.title} has changed since these results were made ready, so nothing was recorded. "
            "Compare them with what is recorded now, and enter them again or download a new workbook."
        )


def _record(line: Line, cohort: Cohort, recorded_by: int) -> Touched | None:
    """Do what the plan says: whose result, the draft (None: taken back, then its number), and what was before."""
    entry, candidate = line.entry, line.candidate
    if candidate is None or line.change == UNCHANGED:
        return None
    before = copy_of(candidate.open) if candidate.open else None
    if line.change == REMOVED and candidate.open:
        db.session.delete(candidate.open)
        return candidate, None, candidate.open.id, before
    if entry.outcome is None or line.event_on is None:
        raise AssertionError("a planned line without outcome or day")
    result = candidate.open or Result(
        person_id=candidate.person.id,
        cohort_id=cohort.id,
        enrolment_id=candidate.enrolment.id,
        scheme=cohort.scheme,
        course=cohort.title,
        attempt=candidate.attempt,
        state="draft",
    )
    result.outcome, result.event_on = entry.outcome, line.event_on
    result.note, result.recorded_by = (entry.note or "").strip() or None, recorded_by
    if entry.parts is not None:
        put_parts(result, entry.parts)
    db.session.add(result)
    return candidate, result, None, before


def put_parts(result: Result, parts: Sequence[PartEntry]) -> None:
    """What is said of these parts, in place of what was recorded; criteria of which nothing is said stay."""
    there = {part.component_id: part for part in result.parts}
    for said in parts:
        part = there.get(said.component_id)
        marks = said.marks
        if marks is None:
            marks = tuple((mark.criterion_id, mark.met) for mark in part.marks) if part else ()
        if said.outcome is None and not marks:
            if part is not None:
                result.parts.remove(part)
            continue
        if part is None:
            part = ResultPart(component_id=said.component_id)
            result.parts.append(part)
        part.outcome = said.outcome
        known, wanted = {mark.criterion_id: mark for mark in part.marks}, dict(marks)
        for criterion_id, mark in known.items():
            if criterion_id not in wanted:
                part.marks.remove(mark)
        for criterion_id, met in wanted.items():
            if criterion_id in known:
                known[criterion_id].met = met
            else:
                part.marks.append(PartMark(criterion_id=criterion_id, met=met))


def submit_results(cohort_id: int, *, version: int, at: datetime, submitted_by: int) -> int:
    """Every complete draft of the cohort goes to the service; how many. Nothing more can be typed into them.

    Where the assessment says so they are moderated first, else they wait for release.

    Raises Conflict when the cohort is not as it was shown, DomainError when there is nothing to submit.
    """
    cohort = lock_cohort(cohort_id)
    found = db.session.scalars(select(Result).where(Result.cohort_id == cohort_id, Result.state == "draft")).all()
    drafts = [result for result in found if result.outcome != PENDING]
    if not found and _submitted_by(cohort_id, submitted_by):
        return 0  # the same click twice
    refuse_stale(cohort, version)
    if found and not drafts:
        raise DomainError("None of the drafts is complete: a part of each has no outcome yet. Enter it first.")
    if not drafts:
        raise DomainError("There is nothing to submit. Record results first.")
    moderated = cohort.assessment is not None and cohort.assessment.moderated
    for result in drafts:
        result.state, result.moderation_note = "in_moderation" if moderated else "submitted", None
        result.submitted_by, result.submitted_at = submitted_by, at
    cohort.version += 1
    db.session.flush()
    if not count_missing(cohort_id):
        cohort.state = "moderation"
    keep_deadline(cohort)
    return len(drafts)


def _submitted_by(cohort_id: int, person_id: int) -> bool:
    own = select(Result.id).where(
        Result.cohort_id == cohort_id,
        Result.state.in_(("in_moderation", "submitted")),
        of_one_person(Result.submitted_by, person_id),
    )
    return db.session.scalar(own.limit(1)) is not None


def send_back(cohort_id: int, *, version: int) -> int:
    """Submitted results become drafts again, so that they can be corrected before their release; how many.

    Raises Conflict when the cohort is not as it was shown.
    """
    cohort = lock_cohort(cohort_id)
    refuse_stale(cohort, version)
    waiting = db.session.scalars(
        select(Result).where(
            Result.cohort_id == cohort_id,
            Result.state.in_(("in_moderation", "submitted")),
            Result.supersedes_id.is_(None),
        )
    ).all()
    if not waiting:
        raise DomainError("No submitted results wait for release.")
    for result in waiting:
        to_draft(result)
    cohort.state = "assessment"
    cohort.version += 1
    db.session.flush()
    keep_deadline(cohort)
    return len(waiting)


def to_draft(result: Result) -> None:
    """As it was before it was submitted."""
    result.state, result.submitted_by, result.submitted_at = "draft", None, None
    result.moderated_by, result.moderated_at = None, None


def record_past_result(
    person_id: int, *, scheme: str, course: str | None, outcome: str, event_on: date, recorded_by: int | None
) -> Result:
    """A result from before the register began, released as it stands; a pass is declared as training.

    Raises DomainError for an outcome that is none.
    """
    if outcome not in OUTCOMES:
        raise DomainError(f"“{outcome}” is not a result. Use one of: {', '.join(OUTCOMES)}.")
    lock_person(person_id)
    result = Result(
        person_id=person_id,
        scheme=scheme,
        course=course,
        attempt=1,
        outcome=outcome,
        event_on=event_on,
        state="released",
        recorded_by=recorded_by,
    )
    db.session.add(result)
    db.session.flush()
    declare_pass(result, recorded_by=recorded_by)
    return result


def declare_pass(result: Result, *, recorded_by: int | None) -> None:
    """A released pass is training evidence from the day of the assessment; any other result declares nothing."""
    if result.outcome == "pass":
        declare(
            result.person_id,
            kind="training",
            code=result.scheme,
            starts_on=result.event_on,
            source=("result", result.id),
            recorded_by=recorded_by,
        )
