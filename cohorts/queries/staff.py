"""Who trains and assesses, and whom an assessor has trained.

Somebody with two records is one person here: every id that is compared is that of the record that counts.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import GrantRow, Person
from accreditation.people.queries import counted_id, merged_among
from cohorts.models import Cohort, CohortSession, CohortStaff, Enrolment, SessionTrainer


def staff_of(cohort_id: int) -> Sequence[CohortStaff]:
    """Those who train and assess the cohort now, by role and name. For who may see the cohort (`get_cohort`)."""
    found = select(CohortStaff).join(CohortStaff.person).options(joinedload(CohortStaff.person))
    found = found.where(CohortStaff.cohort_id == cohort_id, CohortStaff.ended_on.is_(None))
    return db.session.scalars(found.order_by(CohortStaff.role.desc(), Person.sort_name, CohortStaff.id)).all()


def get_staff(cohort_id: int, staff_id: int) -> CohortStaff:
    """Raises NotFound for somebody of another cohort, or who does not train or assess any more."""
    found = select(CohortStaff).where(
        CohortStaff.id == staff_id, CohortStaff.cohort_id == cohort_id, CohortStaff.ended_on.is_(None)
    )
    member = db.session.scalar(found)
    if member is None:
        raise NotFound("There is no such trainer or assessor.")
    return member


def people_of_provider(provider_id: int) -> list[Person]:
    """Those known to work for the provider, by name: who signs in for it, or trained or assessed a cohort of its."""
    signs_in = select(GrantRow.person_id).where(
        GrantRow.role == Role.TRAINING_PROVIDER.value,
        GrantRow.scope == Scope.PROVIDER.value,
        GrantRow.scope_id == provider_id,
    )
    worked = (
        select(CohortStaff.person_id)
        .join(Cohort, Cohort.id == CohortStaff.cohort_id)
        .where(Cohort.provider_id == provider_id)
    )
    found = select(Person).where(or_(Person.id.in_(signs_in), Person.id.in_(worked)))
    people = db.session.scalars(found.order_by(Person.sort_name, Person.id))
    return list({person.counted.id: person.counted for person in people}.values())


def trainers_of(cohort_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """By cohort, the ids of everybody who trains it as a whole or delivers one of its sessions.

    Who is taken off the cohort stays among them for the sessions they were to deliver.
    """
    whole = select(CohortStaff.cohort_id, CohortStaff.person_id).where(
        CohortStaff.cohort_id.in_(cohort_ids), CohortStaff.role == "trainer", CohortStaff.ended_on.is_(None)
    )
    sessions = (
        select(CohortSession.cohort_id, SessionTrainer.person_id)
        .join(CohortSession, CohortSession.id == SessionTrainer.session_id)
        .where(CohortSession.cohort_id.in_(cohort_ids), CohortSession.cancelled_at.is_(None))
    )
    rows = [*db.session.execute(whole), *db.session.execute(sessions)]
    merged = merged_among({person_id for _, person_id in rows})
    found: dict[int, set[int]] = defaultdict(set)
    for cohort_id, person_id in rows:
        found[cohort_id].add(merged.get(person_id, person_id))
    return {cohort_id: frozenset(found[cohort_id]) for cohort_id in cohort_ids}


def trainers_by_candidate(cohort_id: int) -> dict[int, frozenset[int]]:
    """By enrolment on the cohort, the ids of everybody who has trained that candidate.

    That is everybody who trains this cohort, and for who was transferred also those of the cohorts they came from.
    """
    places = db.session.execute(select(Enrolment.id, Enrolment.came_from_id).where(Enrolment.cohort_id == cohort_id))
    came_from: dict[int, int | None] = dict(places.all())
    cohort_of = dict.fromkeys(came_from, cohort_id)
    origins = dict(came_from)
    wanted = {earlier for earlier in came_from.values() if earlier is not None}
    while wanted:
        rows = db.session.execute(
            select(Enrolment.id, Enrolment.cohort_id, Enrolment.came_from_id).where(Enrolment.id.in_(wanted))
        )
        for enrolment_id, of_cohort, earlier in rows:
            cohort_of[enrolment_id], origins[enrolment_id] = of_cohort, earlier
        wanted = {earlier for earlier in origins.values() if earlier is not None and earlier not in cohort_of}
    trainers = trainers_of(set(cohort_of.values()) | {cohort_id})
    found = {}
    for enrolment_id in came_from:
        ids: set[int] = set()
        step: int | None = enrolment_id
        seen: set[int] = set()
        while step is not None and step not in seen:
            seen.add(step)
            ids |= trainers[cohort_of[step]]
            step = origins.get(step)
        found[enrolment_id] = frozenset(ids)
    return found


def trained_by(assessor_id: int, cohort_id: int) -> set[int]:
    """The enrolments on the cohort whose candidate this person has trained: who may not assess them independently."""
    who = counted_id(assessor_id)
    return {enrolment_id for enrolment_id, trainers in trainers_by_candidate(cohort_id).items() if who in trainers}


def has_trained(assessor_id: int, enrolment_id: int) -> bool:
    """Whether this person has trained that candidate."""
    cohort_id = db.session.get_one(Enrolment, enrolment_id).cohort_id
    return enrolment_id in trained_by(assessor_id, cohort_id)


def assessors_who_trained(cohort: Cohort) -> dict[int, list[str]]:
    """By enrolment, the names of the cohort's assessors who have trained that candidate themselves.

    Empty where the cohort's assessment does not ask for assessors who have not trained the candidate.
    """
    if cohort.assessment is None or not cohort.assessment.independent:
        return {}
    assessors = {one.person.counted.id: one.person.name for one in staff_of(cohort.id) if one.role == "assessor"}
    found = {}
    for enrolment_id, trainers in trainers_by_candidate(cohort.id).items():
        if both := sorted(assessors[who] for who in trainers & assessors.keys()):
            found[enrolment_id] = both
    return found
