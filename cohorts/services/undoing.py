"""Taking back what was done to results: the cohorts' part of undoing. What others built on it is the desk's to settle.

Callers hold the transaction, the cohort's lock and the people's; nothing here commits.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.standing.services import void_source
from cohorts.models import Cohort, Result, ResultAct, ResultUpload
from cohorts.queries.acts import Reversal
from cohorts.rules.acts import Copy
from cohorts.services.deadlines import keep_deadline
from cohorts.services.results import declare_pass, put_parts


def reverse(
    act: ResultAct, cohort: Cohort, reversals: Sequence[Reversal], *, at: datetime, by: int, reason: str
) -> int:
    """Reverse these lines, all of which can be (`reversals_of`): how many facts of the ledger were struck out.

    A recording: drafts are as they were before it. A release: the results wait for release again, whatever followed
    from them is struck out with the reason, and what they had superseded stands again.
    """
    struck = 0
    for reversal in reversals:
        if act.kind == "recorded":
            _take_back(reversal, cohort)
        else:
            struck += _hold_again(reversal, by=by, reason=reason)
        reversal.line.reversed_at = at
    db.session.flush()
    if act.kind == "recorded":
        _as_before(act, cohort)
    elif cohort.state == "closed":
        cohort.state = "moderation"
    cohort.version += 1
    keep_deadline(cohort)
    return struck


def _take_back(reversal: Reversal, cohort: Cohort) -> None:
    before = reversal.before
    if before is None:
        if reversal.result is not None:
            db.session.delete(reversal.result)
            db.session.flush()
        return
    result = reversal.result or Result(
        person_id=reversal.line.person_id,
        cohort_id=cohort.id,
        enrolment_id=reversal.line.enrolment_id,
        scheme=cohort.scheme,
        course=cohort.title,
        state="draft",
    )
    _put(result, before)
    db.session.add(result)
    result.parts.clear()
    db.session.flush()
    put_parts(result, before.part_entries)
    db.session.flush()


def _put(result: Result, copy: Copy) -> None:
    result.attempt, result.outcome, result.event_on = copy.attempt, copy.outcome, copy.event_on
    result.note, result.recorded_by = copy.note, copy.recorded_by


def _hold_again(reversal: Reversal, *, by: int, reason: str) -> int:
    result = reversal.result
    if result is None:
        raise AssertionError("a release without its result")
    result.state, result.released_by, result.released_at = "submitted", None, None
    struck = void_source(("result", result.id), reason=f"The release was undone: {reason}", recorded_by=by)
    if result.supersedes_id is not None:
        corrected = db.session.get_one(Result, result.supersedes_id)
        corrected.state = "released"
        db.session.flush()
        declare_pass(corrected, recorded_by=by)
    return struck


def _as_before(act: ResultAct, cohort: Cohort) -> None:
    """The upload and the cohort itself, when nothing of the act is left."""
    if any(line.reversed_at is None for line in act.lines):
        return
    if act.upload_id is not None:
        db.session.get_one(ResultUpload, act.upload_id).state = "undone"
    left = select(Result.id).where(Result.cohort_id == cohort.id).limit(1)
    if cohort.state == "assessment" and db.session.scalar(left) is None:
        cohort.state = act.state_before
