"""Releasing results: the second person's act, from which the candidates know and the register counts.

Callers hold the transaction; nothing here commits.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.people.queries import counted_id, lock_person, merged_among
from accreditation.standing.services import declaring_many, void_source
from cohorts.models import Result, ResultPart
from cohorts.queries.acts import copy_of
from cohorts.queries.appeals import find_open_appeal
from cohorts.queries.cohorts import lock_cohort
from cohorts.queries.plans import frame_of
from cohorts.queries.results import results_by_ids
from cohorts.rules.assessment import PartEntry
from cohorts.rules.results import OPEN_STATES, Entry, faults_of, release_refusals
from cohorts.services.acts import keep_act
from cohorts.services.results import declare_pass, put_parts

RELEASED = "email/cohorts/result_released.txt"


def release_results(cohort_id: int, result_ids: Collection[int], *, at: datetime, released_by: int) -> int:
    """The submitted results are released: passes become training evidence, each candidate is told by letter; how many.

    All of them or none. Raises NotAllowed with the reason when the releaser submitted one or is one of the candidates,
    Conflict when one is no longer waiting. Those the same person has released already are passed over.
    """
    cohort = lock_cohort(cohort_id)
    results = [result for result in results_by_ids(sorted(set(result_ids))) if result.cohort_id == cohort_id]
    if not results:
        raise DomainError("Choose the results to release.")
    waiting = [result for result in results if result.state == "submitted"]
    if any(result.released_by != released_by for result in results if result not in waiting):
        raise Conflict("Some of these results are no longer waiting for release. Nothing was released. Look again.")
    if reasons := release_refusals(
        released_by, _people(result.submitted_by for result in waiting), _people(result.person_id for result in waiting)
    ):
        raise NotAllowed(*reasons)
    for result in waiting:  # in order of person, so that two releases never wait for each other
        lock_person(result.person_id)
    if not waiting:
        return 0
    before = [copy_of(result) for result in waiting]
    for result in waiting:
        result.state, result.released_by, result.released_at = "released", released_by, at
    act = keep_act(
        cohort,
        [
            (result.enrolment_id or 0, result.person_id, result.id, copied, copy_of(result))
            for result, copied in zip(waiting, before, strict=True)
        ],
        kind="released",
        door="release",
        state_before=cohort.state,
        done_by=released_by,
        done_at=at,
    )
    with declaring_many():
        for result in waiting:
            _follow(result, act.id, released_by=released_by)
    cohort.version += 1
    return len(waiting)


def _follow(result: Result, act_id: int, *, released_by: int) -> None:
    """What a release brings: the corrected result is superseded, a pass becomes evidence, a letter is owed."""
    if result.supersedes_id is not None:
        corrected = db.session.get_one(Result, result.supersedes_id)
        corrected.state = "superseded"
        void_source(("result", corrected.id), reason="The result was corrected.", recorded_by=released_by)
    db.session.flush()
    declare_pass(result, recorded_by=released_by)
    outbox.queue(result.person_id, RELEASED, about_id=result.id, key=letter_key(result.id, act_id))


def letter_key(result_id: int, act_id: int) -> str:
    """Of the letter that a release owes: a result that is released again, after an undoing, is told again."""
    return f"result-released:{result_id}:{act_id}"


def correct_result(
    result_id: int,
    *,
    outcome: str,
    event_on: date,
    note: str,
    on: date,
    at: datetime,
    corrected_by: int,
    appeal_id: int | None = None,
) -> Result:
    """A released result was wrong: the right one, which a second person releases. Until then the old one stands.

    The note says why. While an appeal is open, only upholding it (`appeal_id`) does this. Raises DomainError with what
    does not fit.
    """
    wrong = db.session.get_one(Result, result_id)
    if wrong.cohort_id is None or wrong.enrolment_id is None:
        raise DomainError("This result was recorded with the register. It is corrected there.")
    cohort = lock_cohort(wrong.cohort_id)
    wrong = db.session.get_one(Result, result_id, populate_existing=True)
    if wrong.state != "released":
        raise Conflict("This result is no longer the one that stands. Look at the cohort again.")
    if db.session.scalar(
        select(Result.id).where(Result.enrolment_id == wrong.enrolment_id, Result.state.in_(OPEN_STATES))
    ):
        raise DomainError("Another result of this candidate is not released yet. Finish that one first.")
    appealed = find_open_appeal(result_id)
    if appealed is not None and appealed.id != appeal_id:
        raise DomainError("An appeal against this result is open. Decide about it on its own page.")
    faults = faults_of(Entry("", outcome, event_on, note), replace(frame_of(cohort, on), components=()))
    if not note.strip():
        faults = [fault for fault in faults if fault.field != "note"]
        raise DomainError(*[fault.text for fault in faults], "Write down why the result is corrected.")
    if faults:
        raise DomainError(*[fault.text for fault in faults])
    if counted_id(wrong.person_id) == corrected_by:
        raise NotAllowed("This result is your own. Somebody else must correct it.")
    correction = Result(
        person_id=wrong.person_id,
        cohort_id=wrong.cohort_id,
        enrolment_id=wrong.enrolment_id,
        scheme=wrong.scheme,
        course=wrong.course,
        attempt=wrong.attempt,
        outcome=outcome,
        event_on=event_on,
        note=note.strip(),
        state="submitted",
        recorded_by=corrected_by,
        submitted_by=corrected_by,
        submitted_at=at,
        supersedes_id=wrong.id,
    )
    put_parts(correction, [copy_part(part) for part in wrong.parts])
    db.session.add(correction)
    cohort.version += 1
    db.session.flush()
    return correction


def copy_part(part: ResultPart) -> PartEntry:
    return PartEntry(part.component_id, part.outcome, tuple((mark.criterion_id, mark.met) for mark in part.marks))


def _people(person_ids: Iterable[int | None]) -> set[int]:
    """The records that count for these people: nobody becomes a second person by having two records."""
    ids = {person_id for person_id in person_ids if person_id is not None}
    merged = merged_among(ids)
    return {merged.get(person_id, person_id) for person_id in ids}
