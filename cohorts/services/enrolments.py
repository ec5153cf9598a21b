"""Places on a cohort: never more than it has. Callers hold the transaction; nothing here commits."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.queries import counted_id, find_person_by_pay_number, lock_person
from accreditation.people.services import change_details
from cohorts.models import Application, Cohort, Enrolment
from cohorts.queries.applications import lock_application
from cohorts.queries.cohorts import lock_cohort, places_taken
from cohorts.queries.waiting import waiting_list
from cohorts.rules import stages, states
from cohorts.services.applications import Placement
from cohorts.services.deadlines import keep_deadline
from cohorts.services.offers import close_offer
from cohorts.services.places import WAITLISTED, place_on, reason_closed
from cohorts.services.steps import step_application

PLACED = "email/cohorts/placed.txt"


def place_applicants(
    application_ids: Collection[int],
    cohort_id: int,
    *,
    waiting: bool = False,
    on: date,
    at: datetime,
    placed_by: int,
) -> list[Placement]:
    """Each applicant gets a place on the cohort while there is one, is accepted, and is told by letter.

    `waiting`: those for whom there is none go to its waiting list. One who cannot be placed does not keep the others
    from it: the answer says so for each, in order of application.
    """
    cohort = lock_cohort(cohort_id)
    placements = []
    for application_id in sorted(set(application_ids)):
        application = lock_application(application_id)
        answer = what_would_become(application, cohort, places_taken(cohort_id), waiting=waiting)
        if answer.refusal is None and answer.waits:
            _wait(application, cohort, on=on, at=at, by=placed_by)
        elif answer.refusal is None:
            _place(application, cohort, on=on, at=at, placed_by=placed_by)
        placements.append(answer)
    if any(placement.refusal is None for placement in placements):
        cohort.version += 1
        keep_deadline(cohort)
    return placements


def what_would_become(application: Application, cohort: Cohort, taken: int, *, waiting: bool) -> Placement:
    """A place, the waiting list, or the reason for neither. Reads only."""
    refusal = reason_not_to_place(application, cohort, taken)
    if refusal is None or not waiting or taken < cohort.capacity:
        return Placement(application.id, application.name, refusal)
    # There is no place: is it only that?
    refusal = reason_not_to_place(application, cohort, cohort.capacity - 1)
    if refusal is None and _state_on(application.person_id, cohort.id) == "waitlisted":
        refusal = f"Is on the waiting list of {cohort.title} already."
    return Placement(application.id, application.name, refusal, waits=refusal is None)


def reason_not_to_place(application: Application, cohort: Cohort, taken: int) -> str | None:
    """Why this applicant cannot have a place on this cohort now; None when they can. Reads only."""
    if application.identity_question:
        return "Settle first whether this is somebody the register already knows."
    if _state_on(application.person_id, cohort.id) in states.HOLDS_A_PLACE:
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
    return reason_closed(cohort, taken)


def _state_on(person_id: int, cohort_id: int) -> str | None:
    """The state of this person's place on the cohort."""
    held = select(Enrolment.state).where(Enrolment.person_id == person_id, Enrolment.cohort_id == cohort_id)
    return db.session.scalar(held)


def find_place_of(application_id: int) -> str | None:
    """The title of the cohort on which the application got somebody a place that they still have."""
    held = select(Cohort.title).join(Enrolment, Enrolment.cohort_id == Cohort.id)
    return db.session.scalar(
        held.where(Enrolment.application_id == application_id, Enrolment.state.in_(states.HOLDS_A_PLACE)).limit(1)
    )


def give_free_places(cohort_id: int, *, on: date, at: datetime, given_by: int | None) -> list[Enrolment]:
    """The free places go to the waiting list, whose turn it is first; each is told by letter. Who got one."""
    cohort = lock_cohort(cohort_id)
    if cohort.state not in states.TAKES_PEOPLE:
        raise DomainError(f"{cohort.title} takes nobody any more.")
    free = cohort.capacity - places_taken(cohort_id)
    placed = []
    for waiting in list(waiting_list(cohort_id))[: max(0, free)]:
        application = lock_application(waiting.application_id) if waiting.application_id else None
        if application and application.stage in stages.READY_FOR_A_PLACE:
            _place(application, cohort, on=on, at=at, placed_by=given_by)
        else:
            _enrol(waiting.person_id, cohort, application_id=waiting.application_id, on=on, at=at, by=given_by)
        placed.append(waiting)
    if placed:
        cohort.version += 1
        keep_deadline(cohort)
    return placed


def _place(application: Application, cohort: Cohort, *, on: date, at: datetime, placed_by: int | None) -> None:
    person = lock_person(application.person_id)
    if application.pay_number and person.pay_number is None:
        change_details(
            person.id,
            pay_number=application.pay_number,
            unit_id=person.unit_id,
            holder_kind=person.holder_kind,
        )
    _enrol(person.id, cohort, application_id=application.id, on=on, at=at, by=placed_by)
    if application.stage == stages.ACCEPTED:
        return
    close_offer(application, "accepted", at=at, words="Placed by the office.")
    if application.stage != stages.OFFERED_PLACE:
        step_application(application, stages.OFFERED_PLACE, at=at, by=placed_by, reason=None)
    step_application(application, stages.ACCEPTED, at=at, by=placed_by, reason=None)


def _wait(application: Application, cohort: Cohort, *, on: date, at: datetime, by: int) -> None:
    place = place_on(
        cohort, application.person_id, application_id=application.id, state="waitlisted", on=on, at=at, by=by
    )
    _tell_of_waiting(place, at)


def enrol_person(
    person_id: int,
    cohort_id: int,
    *,
    else_waiting: bool = False,
    on: date,
    at: datetime,
    enrolled_by: int | None,
) -> Enrolment:
    """A place for somebody who did not apply, such as a mediator who returns.

    `else_waiting`: while there is no place left, on the waiting list. Raises DomainError with the reason.
    """
    cohort = lock_cohort(cohort_id)
    taken = places_taken(cohort_id)
    if _state_on(person_id, cohort_id) in states.HOLDS_A_PLACE:
        raise DomainError(f"{lock_person(person_id).name} has a place on {cohort.title} already.")
    if else_waiting and cohort.state in states.TAKES_PEOPLE and taken >= cohort.capacity:
        place = place_on(cohort, person_id, application_id=None, state="waitlisted", on=on, at=at, by=enrolled_by)
        _tell_of_waiting(place, at)
    elif refusal := reason_closed(cohort, taken):
        raise DomainError(refusal)
    else:
        place = _enrol(person_id, cohort, application_id=None, on=on, at=at, by=enrolled_by)
    cohort.version += 1
    keep_deadline(cohort)
    return place


def _enrol(
    person_id: int, cohort: Cohort, *, application_id: int | None, on: date, at: datetime, by: int | None
) -> Enrolment:
    place = place_on(cohort, person_id, application_id=application_id, state="confirmed", on=on, at=at, by=by)
    outbox.queue(person_id, PLACED, about_id=place.id, key=f"placed:{place.id}:{at:%Y%m%dT%H%M%S}")
    return place


def _tell_of_waiting(place: Enrolment, at: datetime) -> None:
    outbox.queue(place.person_id, WAITLISTED, about_id=place.id, key=f"waitlisted:{place.id}:{at:%Y%m%dT%H%M%S}")
