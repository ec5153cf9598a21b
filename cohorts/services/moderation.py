"""Moderation: a second look at submitted results before they wait for release. Callers hold the transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.people.queries import counted_id, merged_among
from cohorts.models import Cohort, Result
from cohorts.queries.cohorts import lock_cohort
from cohorts.queries.results import results_by_ids
from cohorts.services.deadlines import keep_deadline
from cohorts.services.results import to_draft


def agree_results(cohort_id: int, result_ids: Collection[int], *, at: datetime, moderated_by: int) -> int:
    """The moderator agrees: these results wait for release from now on; how many.

    Raises NotAllowed when the moderator recorded or submitted one or is its candidate, Conflict when one does not wait
    for it any more. Those the same person has moderated already are passed over.
    """
    cohort, waiting = _to_moderate(cohort_id, result_ids, moderated_by)
    for result in waiting:
        result.state, result.moderated_by, result.moderated_at = "submitted", moderated_by, at
    if waiting:
        cohort.version += 1
    db.session.flush()
    return len(waiting)


def return_results(cohort_id: int, result_ids: Collection[int], *, note: str, moderated_by: int) -> int:
    """The moderator does not agree: drafts again, with the note that says why; how many. Raises as `agree_results`."""
    if not note.strip():
        raise DomainError("Write down what should be looked at again.")
    cohort, waiting = _to_moderate(cohort_id, result_ids, moderated_by)
    for result in waiting:
        to_draft(result)
        result.moderation_note = note.strip()
    if waiting:
        cohort.state = "assessment"
        cohort.version += 1
    db.session.flush()
    keep_deadline(cohort)
    return len(waiting)


def _to_moderate(cohort_id: int, result_ids: Collection[int], by: int) -> tuple[Cohort, Sequence[Result]]:
    cohort = lock_cohort(cohort_id)
    results = [result for result in results_by_ids(sorted(set(result_ids))) if result.cohort_id == cohort_id]
    if not results:
        raise DomainError("Choose the results to moderate.")
    waiting = [result for result in results if result.state == "in_moderation"]
    if any(result.moderated_by != by for result in results if result not in waiting):
        raise Conflict("Some of these results are no longer to be moderated. Nothing was changed. Look again.")
    ids = {person_id for result in waiting for person_id in _involved(result)}
    merged, who = merged_among(ids), counted_id(by)
    if any(merged.get(person_id, person_id) == who for person_id in ids):
        raise NotAllowed(
            "You recorded or submitted one of these results, or it is your own. Somebody else moderates it."
        )
    return cohort, waiting


def _involved(result: Result) -> set[int]:
    return {one for one in (result.recorded_by, result.submitted_by, result.person_id) if one is not None}
