"""Giving candidates to assessors and moderators, with the role to open them for as long as that lasts.

Callers hold the transaction; nothing here commits.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.people.queries import counted_id, grants_of, lock_person
from accreditation.people.services import end_grant, grant_role
from cohorts.models import CandidateGiven, Cohort, CohortStaff, Enrolment
from cohorts.queries.cohorts import HOLDS_A_PLACE, lock_cohort
from cohorts.queries.given import given_rows
from cohorts.rules import states
from cohorts.rules.staff import GIVEN_ROLES, STAFF_VERBS


def give_candidates(
    staff_id: int, enrolment_ids: Collection[int], *, ends_on: date | None, on: date, given_by: int | None
) -> int:
    """From now on up to `ends_on` (exclusive) exactly these candidates are theirs to assess, or to moderate; how many.

    Whoever else was given to them is taken back, and the role to sign in with lasts as long as anything of it does.
    Raises DomainError with every reason.
    """
    cohort = lock_cohort(db.session.get_one(CohortStaff, staff_id).cohort_id)
    member = db.session.get_one(CohortStaff, staff_id, populate_existing=True)
    if cohort.state not in states.TAKES_RESULTS:
        raise DomainError(f"{cohort.title} takes no results any more.")
    if member.ended_on is not None or member.role not in GIVEN_ROLES:
        raise DomainError("Candidates are given to those who assess or moderate this cohort.")
    held = select(Enrolment).join(Enrolment.person).where(Enrolment.cohort_id == cohort.id, HOLDS_A_PLACE)
    places = {place.id: place for place in db.session.scalars(held)}
    chosen = sorted(set(enrolment_ids))
    if chosen and (ends_on is None or ends_on <= on):
        raise DomainError("Enter the last day on which they may open them: today or later.")
    now = given_rows(cohort.id, on)
    reasons = []
    for enrolment_id in chosen:
        if enrolment_id not in places:
            raise DomainError("Somebody you chose has no place on this cohort any more. Look at it again.")
        who = places[enrolment_id].person
        if counted_id(who.id) == counted_id(member.person_id):
            reasons.append(f"{who.name} cannot {STAFF_VERBS[member.role]} their own result.")
        for row in now:
            same = counted_id(row.person_id) == counted_id(member.person_id)
            if row.enrolment_id == enrolment_id and same and row.role != member.role:
                reasons.append(
                    f"{member.person.name} is to {STAFF_VERBS[row.role]} {who.name} already. "
                    f"Somebody else must {STAFF_VERBS[member.role]} them."
                )
    if reasons:
        raise DomainError(*reasons)
    known = select(CandidateGiven).where(
        CandidateGiven.person_id == member.person_id,
        CandidateGiven.role == member.role,
        CandidateGiven.enrolment_id.in_(select(Enrolment.id).where(Enrolment.cohort_id == cohort.id)),
    )
    rows = {row.enrolment_id: row for row in db.session.scalars(known.order_by(CandidateGiven.id))}
    for enrolment_id, row in rows.items():
        if enrolment_id not in chosen and row.ends_on > on:
            row.ends_on = on
    for enrolment_id in chosen:
        assert ends_on is not None
        if known_row := rows.get(enrolment_id):
            if known_row.ends_on <= on:
                known_row.starts_on = on
            known_row.ends_on = ends_on
        else:
            db.session.add(
                CandidateGiven(
                    enrolment_id=enrolment_id,
                    person_id=member.person_id,
                    role=member.role,
                    starts_on=on,
                    ends_on=ends_on,
                    given_by=given_by,
                )
            )
    db.session.flush()
    keep_role(member.person_id, member.role, on=on, by=given_by)
    return len(chosen)


def take_all_back(cohort: Cohort, *, on: date, person_id: int | None = None, role: str | None = None) -> None:
    """Nothing of this cohort is given to that person in that role any more; None: to nobody in none.

    The caller holds the cohort's lock.
    """
    ended = set()
    for row in given_rows(cohort.id, on):
        if person_id in (None, row.person_id) and role in (None, row.role):
            row.ends_on = on
            ended.add((row.person_id, row.role))
    db.session.flush()
    for one, in_role in sorted(ended):
        keep_role(one, in_role, on=on, by=None)


def keep_role(person_id: int, role: str, *, on: date, by: int | None) -> None:
    """The role, in the scope of their own person, lasts as long as the last of what is given in it."""
    lock_person(person_id)
    until = db.session.scalar(
        select(func.max(CandidateGiven.ends_on)).where(
            CandidateGiven.person_id == person_id, CandidateGiven.role == role, CandidateGiven.ends_on > on
        )
    )
    held = [grant for grant in grants_of(person_id, on) if grant.role == role]
    if until is None:
        for grant in held:
            end_grant(grant.id, on=on)
    elif held:
        held[0].ends_on = until
    else:
        grant_role(person_id, Role(role), Scope.PERSON, person_id, on=on, ends_on=until, granted_by=by)
    db.session.flush()
