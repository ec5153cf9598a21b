"""Who trains, assesses and moderates a cohort. Callers hold the transaction; nothing here commits."""

from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.models import Person
from accreditation.people.queries import counted_id, lock_person
from accreditation.people.services import add_staff
from cohorts.models import Cohort, CohortStaff, Enrolment
from cohorts.queries.cohorts import lock_cohort
from cohorts.rules import states
from cohorts.rules.staff import STAFF_ROLES, STAFF_VERBS
from cohorts.services.giving import take_all_back


def add_to_staff(cohort_id: int, person_id: int, role: str, *, on: date, added_by: int | None) -> CohortStaff:
    """Somebody trains, assesses or moderates the cohort from now on; the same again changes nothing.

    Raises DomainError for who is a candidate of it, and for a cohort that is over.
    """
    cohort = lock_cohort(cohort_id)
    refuse_over(cohort)
    if role not in STAFF_ROLES:
        raise DomainError("Choose what they do.")
    person = lock_person(counted_id(person_id))
    held = select(CohortStaff).where(
        CohortStaff.cohort_id == cohort_id,
        CohortStaff.person_id == person.id,
        CohortStaff.role == role,
        CohortStaff.ended_on.is_(None),
    )
    if member := db.session.scalar(held):
        return member
    if _is_candidate(person, cohort_id):
        raise DomainError(f"{person.name} is a candidate on {cohort.title} and cannot {STAFF_VERBS[role]} it.")
    member = CohortStaff(cohort_id=cohort_id, person_id=person.id, role=role, added_on=on, added_by=added_by)
    db.session.add(member)
    db.session.flush()
    return member


def add_newcomer(
    cohort_id: int, role: str, *, given_name: str, family_name: str, on: date, added_by: int | None
) -> CohortStaff:
    """Somebody whom nobody here knows yet trains or assesses the cohort: they get a record as staff."""
    refuse_over(lock_cohort(cohort_id))
    person = add_staff(given_name=given_name, family_name=family_name)
    return add_to_staff(cohort_id, person.id, role, on=on, added_by=added_by)


def take_off_staff(staff_id: int, *, on: date) -> CohortStaff:
    """Somebody does not train, assess or moderate the cohort any more. What they delivered stays written down.

    Candidates that were given to them are taken back.
    """
    member = db.session.get_one(CohortStaff, staff_id)
    cohort = lock_cohort(member.cohort_id)
    refuse_over(cohort)
    member = db.session.get_one(CohortStaff, staff_id, populate_existing=True)
    if member.ended_on is None:
        member.ended_on = on
        take_all_back(cohort, on=on, person_id=member.person_id, role=member.role)
    return member


def refuse_over(cohort: Cohort) -> None:
    """Raises DomainError for a cohort whose staff, sessions and attendance are settled."""
    if cohort.state not in states.RUNNING:
        raise DomainError(f"{cohort.title} is {states.COHORT_LABELS[cohort.state].lower()}. It stays as it is.")


def _is_candidate(person: Person, cohort_id: int) -> bool:
    held = select(Enrolment.id).where(
        Enrolment.cohort_id == cohort_id,
        Enrolment.person_id == person.id,
        Enrolment.state.in_(states.HOLDS_A_PLACE),
    )
    return db.session.scalar(held) is not None
