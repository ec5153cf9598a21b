"""Candidates given to those who assess or moderate: what each may open, and who has been given whom."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.people.models import Person
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked
from cohorts.models import CandidateGiven, Cohort, Enrolment
from cohorts.queries.acts import copy_of
from cohorts.queries.cohorts import HOLDS_A_PLACE
from cohorts.queries.results import Candidate, candidates_by_cohort, candidates_of
from cohorts.rules import states


@dataclass(frozen=True)
class Given:
    """One candidate as the one they were given to may see them: name, reference, course and result, nothing else."""

    given_id: int
    cohort: Cohort
    candidate: Candidate
    ends_on: date

    @property
    def to_moderate(self) -> bool:
        return self.candidate.open is not None and self.candidate.open.state == "in_moderation"


def _given(role: str, on: date) -> Select[CandidateGiven]:
    """What is given in that role on the day, of candidates who have a place on a cohort that takes results."""
    return (
        select(CandidateGiven)
        .join(CandidateGiven.enrolment)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            CandidateGiven.role == role,
            CandidateGiven.starts_on <= on,
            on < CandidateGiven.ends_on,
            HOLDS_A_PLACE,
            Cohort.state.in_(sorted(states.TAKES_RESULTS)),
        )
    )


def _given_to(viewer: Viewer, role: str, on: date) -> Select[CandidateGiven]:
    scope_asked()
    return _given(role, on).where(CandidateGiven.person_id.in_(viewer.ids(Scope.PERSON)))


def given_to(viewer: Viewer, role: str, on: date) -> list[Given]:
    """The candidates given to this viewer in that role, by cohort (the latest first) and name."""
    found = _given_to(viewer, role, on).add_columns(Cohort)
    rows = db.session.execute(found).all()
    given = {row.enrolment_id: row for row, _ in rows}
    cohorts = {cohort.id: cohort for _, cohort in rows}
    candidates = candidates_by_cohort(list(cohorts), among=Enrolment.id.in_(list(given)))
    return [
        Given(given[who.enrolment.id].id, cohorts[cohort_id], who, given[who.enrolment.id].ends_on)
        for cohort_id in sorted(cohorts, reverse=True)
        for who in candidates[cohort_id]
    ]


def get_given(given_id: int, viewer: Viewer, role: str, on: date) -> Given:
    """Raises NotFound, in the same words whether there is none, it is somebody else's, or it has ended."""
    row = db.session.scalar(_given_to(viewer, role, on).where(CandidateGiven.id == given_id))
    if row is None:
        raise NotFound("There is no such candidate.")
    return as_given(row)


def get_given_to_moderate(given_id: int, viewer: Viewer, on: date) -> Given:
    """Raises NotFound for what is not submitted, or moderated already, too: nothing of it is theirs to see."""
    found = get_given(given_id, viewer, "moderator", on)
    if not found.to_moderate:
        raise NotFound("There is no such candidate.")
    return found


def as_given(row: CandidateGiven) -> Given:
    cohort = db.session.get_one(Cohort, row.enrolment.cohort_id)
    [who] = candidates_of(cohort.id, among=Person.id == row.enrolment.person_id)
    return Given(row.id, cohort, who, row.ends_on)


def find_given(given_id: int, role: str, on: date) -> CandidateGiven | None:
    """For services, which act for nobody in particular; None when it is not given any more."""
    found = _given(role, on).where(CandidateGiven.id == given_id)
    return db.session.scalar(found.execution_options(populate_existing=True))


def stamp_of(candidate: Candidate) -> str:
    """What is recorded of this candidate now, as a short text: a form made from it is not stale while it is the same.

    The version of the cohort counts the changes of all its candidates, and several people assess at once.
    """
    said = copy_of(candidate.open).as_json() if candidate.open else ""
    released = candidate.released.id if candidate.released else 0
    return hashlib.sha256(f"{candidate.enrolment.id} {released} {said}".encode()).hexdigest()[:16]


# --- for the manager -------------------------------------------------------------------------------------------------


def given_rows(cohort_id: int, on: date) -> list[CandidateGiven]:
    """What is given on the day of this cohort's candidates. Callers have asked who may manage it."""
    found = select(CandidateGiven).join(CandidateGiven.enrolment)
    found = found.where(Enrolment.cohort_id == cohort_id, CandidateGiven.starts_on <= on, on < CandidateGiven.ends_on)
    return list(db.session.scalars(found.options(contains_eager(CandidateGiven.enrolment)).order_by(CandidateGiven.id)))


def given_in(rows: Collection[CandidateGiven], person_id: int, role: str) -> list[CandidateGiven]:
    return [row for row in rows if (row.person_id, row.role) == (person_id, role)]
