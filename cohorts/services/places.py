"""What becomes of a place: its history, deferring, withdrawing, moving to another cohort.

Callers hold the transaction; nothing here commits.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.queries import lock_person
from cohorts.models import Cohort, Enrolment, EnrolmentStep, Result
from cohorts.queries.cohorts import lock_cohort, places_taken
from cohorts.rules import places, states
from cohorts.services.deadlines import keep_deadline
from cohorts.services.joining import withdraw_invitations

PLACE_ENDED = "email/cohorts/place_ended.txt"
WAITLISTED = "email/cohorts/waitlisted.txt"


def note_step(place: Enrolment, to: str, *, at: datetime, by: int | None, reason: str | None = None) -> None:
    """The place is in that state from now on, and its history says so. Who calls has asked the rules."""
    before = place.state if place.id else None
    place.state = to
    db.session.add(place)
    db.session.flush()
    db.session.add(
        EnrolmentStep(enrolment_id=place.id, before=before, after=to, at=at, taken_by=by, reason=reason or None)
    )
    db.session.flush()


def reason_closed(cohort: Cohort, taken: int) -> str | None:
    """Why the cohort gives nobody a place now; None when it does."""
    if cohort.state not in states.TAKES_PEOPLE:
        return f"{cohort.title} takes nobody any more."
    if taken >= cohort.capacity:
        return f"{cohort.title} is full: all {cohort.capacity} places are taken."
    return None


def step_place(enrolment_id: int, to: str, *, at: datetime, by: int | None, reason: str | None = None) -> Enrolment:
    """Another state for a place. One that holds a place again needs a free one; one with a result keeps its place.

    Whoever leaves is told by letter, and the sessions to come leave their calendar. Raises DomainError.
    """
    cohort, place = _lock(enrolment_id)
    if to not in states.ENROLMENT_STATES:
        raise DomainError("Choose what becomes of the place.")
    if to == place.state:
        return place
    if to == "transferred":
        raise DomainError("Choose the cohort that the place is moved to.")
    refuse_step(place, to, reason)
    holds, held = to in states.HOLDS_A_PLACE, place.state in states.HOLDS_A_PLACE
    if holds and not held and (refusal := reason_closed(cohort, places_taken(cohort.id))):
        raise DomainError(refusal)
    if held and not holds:
        _refuse_with_result(place)
    note_step(place, to, at=at, by=by, reason=reason)
    if to in places.TOLD_BY_LETTER:
        tell_of_ending([place], cohort, at=at)
    cohort.version += 1
    keep_deadline(cohort)
    return place


def transfer_place(
    enrolment_id: int, to_cohort_id: int, *, on: date, at: datetime, by: int | None, reason: str
) -> Enrolment:
    """The place on another cohort of the same scheme, which has one free. The new place; the old one is kept.

    Raises DomainError with the reason.
    """
    from_id = db.session.get_one(Enrolment, enrolment_id).cohort_id
    if from_id == to_cohort_id:
        raise DomainError("The place is on this cohort already. Choose another one.")
    for cohort_id in sorted((from_id, to_cohort_id)):  # in one order, so that two transfers never wait for each other
        lock_cohort(cohort_id)
    cohort, place = _lock(enrolment_id)
    target = lock_cohort(to_cohort_id)
    refuse_step(place, "transferred", reason)
    _refuse_with_result(place)
    if target.scheme != cohort.scheme:
        raise DomainError(f"{target.title} trains for {target.scheme}, {cohort.title} for {cohort.scheme}.")
    if refusal := reason_closed(target, places_taken(target.id)):
        raise DomainError(refusal)
    new = place_on(target, place.person_id, application_id=place.application_id, state="confirmed", on=on, at=at, by=by)
    new.came_from_id = place.id
    note_step(place, "transferred", at=at, by=by, reason=reason)
    tell_of_ending([place], cohort, at=at)
    for changed in (cohort, target):
        changed.version += 1
        keep_deadline(changed)
    return new


def place_on(
    cohort: Cohort,
    person_id: int,
    *,
    application_id: int | None,
    state: str,
    on: date,
    at: datetime,
    by: int | None,
) -> Enrolment:
    """A place on the cohort, or on its waiting list; whoever was on it before gets their old place back.

    Who calls has asked whether there is one. Raises DomainError for who has it already.
    """
    person = lock_person(person_id)
    place = db.session.scalar(
        select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.cohort_id == cohort.id)
    )
    if place is None:
        place = Enrolment(person_id=person_id, cohort_id=cohort.id, state=state, enrolled_on=on)
    elif place.state in states.HOLDS_A_PLACE:
        raise DomainError(f"{person.name} has a place on {cohort.title} already.")
    elif place.state == state:
        raise DomainError(f"{person.name} is on the waiting list of {cohort.title} already.")
    else:
        refuse_step(place, state, None)
    place.application_id = application_id or place.application_id
    if place.state != "waitlisted" or not place.id:
        place.enrolled_on, place.enrolled_by = on, by
    note_step(place, state, at=at, by=by)
    return place


def refuse_step(place: Enrolment, to: str, reason: str | None) -> None:
    """Raises DomainError for a step that does not follow, or that lacks its reason."""
    if not places.may_step(place.state, to):
        raise DomainError(
            f"The place is “{states.ENROLMENT_LABELS[place.state]}” and cannot become "
            f"“{states.ENROLMENT_LABELS[to]}” from there."
        )
    if to in places.NEEDS_A_REASON and not (reason or "").strip():
        raise DomainError("Write down why. It is kept with the place.")


def tell_of_ending(ended: Collection[Enrolment], cohort: Cohort, *, at: datetime) -> None:
    """A letter to each that their place has ended; what their calendar has of the cohort goes with it."""
    withdraw_invitations([place.id for place in ended], cohort.id, at=at)
    for place in ended:
        step = db.session.scalar(
            select(EnrolmentStep.id).where(EnrolmentStep.enrolment_id == place.id).order_by(EnrolmentStep.id.desc())
        )
        outbox.queue(place.person_id, PLACE_ENDED, about_id=place.id, key=f"place-ended:{step}")


def end_places(cohort: Cohort, wanted: Collection[str], *, at: datetime, by: int | None, reason: str) -> None:
    """Every place in one of these states is cancelled: with its cohort, or a waiting list that leads nowhere."""
    found = select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.state.in_(wanted))
    ended = list(db.session.scalars(found.order_by(Enrolment.id)))
    for place in ended:
        note_step(place, "cancelled", at=at, by=by, reason=reason)
    tell_of_ending(ended, cohort, at=at)


def _refuse_with_result(place: Enrolment) -> None:
    if db.session.scalar(select(Result.id).where(Result.enrolment_id == place.id).limit(1)):
        raise DomainError("There is a result for this candidate, so the place cannot be taken back.")


def _lock(enrolment_id: int) -> tuple[Cohort, Enrolment]:
    cohort = lock_cohort(db.session.get_one(Enrolment, enrolment_id).cohort_id)
    return cohort, db.session.get_one(Enrolment, enrolment_id, with_for_update=True, populate_existing=True)
