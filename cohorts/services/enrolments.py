"""Places on a cohort: never more than it has. Callers hold the transaction; nothing here commits."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.models import Person
from accreditation.people.queries import counted_id, find_person_by_pay_number, lock_person
from accreditation.people.services import change_details
from cohorts.models import Application, Cohort, Enrolment, Result
from cohorts.queries.applications import lock_application
from cohorts.queries.cohorts import lock_cohort, places_taken
from cohorts.rules import stages, states
from cohorts.services.applications import Placement
from cohorts.services.deadlines import keep_deadline
from cohorts.services.offers import close_offer
from cohorts.services.steps import step_application

PLACED = "email/cohorts/placed.txt"


def place_applicants(
    application_ids: Collection[int], cohort_id: int, *, on: date, at: datetime, placed_by: int
) -> list[Placement]:
    """Each applicant gets a place on the cohort while there is one, is accepted, and is told by letter.

    One who cannot be placed does not keep the others from it: the answer says so for each, in order of application.
    """
    cohort = lock_cohort(cohort_id)
    placements = []
    for application_id in sorted(set(application_ids)):
        application = lock_application(application_id)
        refusal = reason_not_to_place(application, cohort, places_taken(cohort_id))
        if refusal is None:
            _place(application, cohort, on=on, at=at, placed_by=placed_by)
        placements.append(Placement(application_id, application.name, refusal))
    if any(placement.refusal is None for placement in placements):
        cohort.version += 1
        keep_deadline(cohort)
    return placements


def reason_not_to_place(application: Application, cohort: Cohort, taken: int) -> str | None:
    """Why this applicant cannot have a place on this cohort now; None when they can. Reads only."""
    if application.identity_question:
        return "Settle first whether this is somebody the register already knows."
    if db.session.scalar(
        select(Enrolment.id).where(Enrolment.person_id == application.person_id, Enrolment.cohort_id == cohort.id)
    ):
        return f"Has a place on {cohort.title} already."
    if application.stage == stages.ACCEPTED and (other := find_place_of(application.id)):
        return f"Has a place on {other} already. Transfer it there."
    if application.stage not in (*stages.READY_FOR_A_PLACE, stages.ACCEPTED):
        return f"Is at “{stages.label(application.stage)}”. A place needs a conditional offer first."
    if application.scheme != cohort.scheme:
        return f"Applied for {application.scheme}; this cohort trains for {cohort.scheme}."
    if (
        application.pay_number
        and (holder := find_person_by_pay_number(application.pay_number))
        and holder.counted.id != counted_id(application.person_id)
    ):
        return f"The pay number {application.pay_number} is {holder.counted.reference}'s. Settle who this is."
    return _reason_closed(cohort, taken)


def find_place_of(application_id: int) -> str | None:
    """The title of the cohort on which the application got somebody a place that they still have."""
    held = select(Cohort.title).join(Enrolment, Enrolment.cohort_id == Cohort.id)
    return db.session.scalar(
        held.where(Enrolment.application_id == application_id, Enrolment.state.in_(states.HOLDS_A_PLACE)).limit(1)
    )


def _reason_closed(cohort: Cohort, taken: int) -> str | None:
    if cohort.state not in states.TAKES_PEOPLE:
        return f"{cohort.title} takes nobody any more."
    if taken >= cohort.capacity:
        return f"{cohort.title} is full: all {cohort.capacity} places are taken."
    return None


def _place(application: Application, cohort: Cohort, *, on: date, at: datetime, placed_by: int) -> None:
    person = lock_person(application.person_id)
    if application.pay_number and person.pay_number is None:
        change_details(
            person.id,
            pay_number=application.pay_number,
            unit_id=person.unit_id,
            holder_kind=person.holder_kind,
        )
    _enrol(person, cohort, application_id=application.id, on=on, enrolled_by=placed_by)
    if application.stage == stages.ACCEPTED:
        return
    close_offer(application, "accepted", at=at, words="Placed by the office.")
    if application.stage != stages.OFFERED_PLACE:
        step_application(application, stages.OFFERED_PLACE, at=at, by=placed_by, reason=None)
    step_application(application, stages.ACCEPTED, at=at, by=placed_by, reason=None)


def enrol_person(person_id: int, cohort_id: int, *, on: date, enrolled_by: int | None) -> Enrolment:
    """A place for somebody who did not apply, such as a mediator who returns. Raises DomainError with the reason."""
    cohort = lock_cohort(cohort_id)
    person = lock_person(person_id)
    if db.session.scalar(
        select(Enrolment.id).where(Enrolment.person_id == person_id, Enrolment.cohort_id == cohort_id)
    ):
        raise DomainError(f"{person.name} has a place on {cohort.title} already.")
    if refusal := _reason_closed(cohort, places_taken(cohort_id)):
        raise DomainError(refusal)
    enrolment = _enrol(person, cohort, application_id=None, on=on, enrolled_by=enrolled_by)
    cohort.version += 1
    keep_deadline(cohort)
    return enrolment


def _enrol(
    person: Person, cohort: Cohort, *, application_id: int | None, on: date, enrolled_by: int | None
) -> Enrolment:
    enrolment = Enrolment(
        person_id=person.id,
        cohort_id=cohort.id,
        application_id=application_id,
        state="confirmed",
        enrolled_on=on,
        enrolled_by=enrolled_by,
    )
    db.session.add(enrolment)
    db.session.flush()
    outbox.queue(person.id, PLACED, about_id=enrolment.id, key=f"placed:{enrolment.id}")
    return enrolment


def change_enrolment(enrolment_id: int, to: str) -> Enrolment:
    """Another state for a place. One that holds a place again needs a free one; one with a result keeps its place.

    Raises DomainError with the reason.
    """
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    cohort = lock_cohort(enrolment.cohort_id)
    enrolment = db.session.get_one(Enrolment, enrolment_id, with_for_update=True, populate_existing=True)
    if to not in states.ENROLMENT_STATES:
        raise DomainError("Choose what becomes of the place.")
    if to == enrolment.state:
        return enrolment
    holds, held = to in states.HOLDS_A_PLACE, enrolment.state in states.HOLDS_A_PLACE
    if holds and not held and (refusal := _reason_closed(cohort, places_taken(cohort.id))):
        raise DomainError(refusal)
    if held and not holds and db.session.scalar(select(Result.id).where(Result.enrolment_id == enrolment_id)):
        raise DomainError("There is a result for this candidate, so the place cannot be taken back.")
    enrolment.state = to
    cohort.version += 1
    keep_deadline(cohort)
    return enrolment
