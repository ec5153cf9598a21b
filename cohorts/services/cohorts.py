"""Planning cohorts and moving them on. Callers hold the transaction; nothing here commits."""

from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.calendar import LONDON
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.settings import get_setting
from accreditation.standing.queries import get_scheme
from cohorts.models import Cohort, Enrolment, Result
from cohorts.queries.appeals import count_open_appeals
from cohorts.queries.assessment import usual_assessment
from cohorts.queries.attendance import attendance_of
from cohorts.queries.cohorts import lock_cohort, places_taken
from cohorts.queries.results import count_missing, count_unreleased, last_outcomes
from cohorts.rules import states
from cohorts.rules.places import final_state
from cohorts.services.deadlines import keep_deadline
from cohorts.services.giving import take_all_back
from cohorts.services.places import end_places, note_step


def plan_cohort(
    *,
    provider_id: int,
    scheme: str,
    title: str,
    starts_on: date,
    ends_on: date,
    results_due_on: date,
    assessment_on: date | None = None,
    capacity: int | None = None,
    attendance_percent: int | None = None,
    created_by: int | None,
) -> Cohort:
    """A cohort that trains on [starts_on, ends_on). `results_due_on` is the last good day for its results.

    `capacity` None: as many places as the service usually has. `attendance_percent` of the hours must be attended
    before there can be a result; None: what the scheme says on the first day, and where it says nothing, attendance
    is recorded and asks nothing of the results.
    Raises DomainError with everything that does not fit, NotFound for a scheme that is not installed.
    """
    asked = attendance_percent or get_scheme(scheme, starts_on).attendance_percent
    _refuse(title, starts_on, ends_on, assessment_on, results_due_on, cohort_id=None)
    assessed = usual_assessment(scheme)
    cohort = Cohort(
        provider_id=provider_id,
        scheme=scheme,
        title=title,
        starts_on=starts_on,
        ends_on=ends_on,
        assessment_on=assessment_on,
        results_due_on=results_due_on,
        capacity=usual_capacity() if capacity is None else capacity,
        attendance_percent=asked,
        assessment_id=assessed.id if assessed else None,
        state="planned",
        version=1,
        created_by=created_by,
    )
    db.session.add(cohort)
    db.session.flush()
    return cohort


def usual_capacity() -> int:
    """Places on a cohort unless somebody says otherwise: a setting of the service, at first 12 (DOMAIN.md 4)."""
    return int(get_setting("cohort_capacity"))


def change_cohort(
    cohort_id: int,
    *,
    version: int,
    title: str,
    starts_on: date,
    ends_on: date,
    assessment_on: date | None,
    results_due_on: date,
    capacity: int,
    attendance_percent: int | None,
) -> Cohort:
    """New dates, title, capacity or share of attendance (None: the scheme's).

    Raises Conflict when it changed since `version`, DomainError for a misfit.
    """
    cohort = lock_cohort(cohort_id)
    refuse_stale(cohort, version)
    if (taken := places_taken(cohort_id)) > capacity:
        raise DomainError(f"{taken} places are taken, so the capacity cannot be {capacity}.")
    _refuse(title, starts_on, ends_on, assessment_on, results_due_on, cohort_id=cohort_id)
    cohort.title, cohort.starts_on, cohort.ends_on = title, starts_on, ends_on
    cohort.assessment_on, cohort.results_due_on, cohort.capacity = assessment_on, results_due_on, capacity
    cohort.attendance_percent = attendance_percent or get_scheme(cohort.scheme, starts_on).attendance_percent
    cohort.version += 1
    keep_deadline(cohort)
    return cohort


def refuse_stale(cohort: Cohort, version: int | None) -> None:
    """Raises Conflict when the cohort is not the one that was shown."""
    if version != cohort.version:
        raise Conflict(
            f"{cohort.title} has changed since this page was made. Nothing was written. Look at it again and repeat "
            "what you wanted to do."
        )


def _refuse(
    title: str,
    starts_on: date,
    ends_on: date,
    assessment_on: date | None,
    results_due_on: date,
    *,
    cohort_id: int | None,
) -> None:
    reasons = []
    other = db.session.scalar(select(Cohort.id).where(Cohort.title == title))
    if other is not None and other != cohort_id:
        reasons.append(f"There is already a cohort called {title}.")
    if ends_on <= starts_on:
        reasons.append("The last day of training is before the first.")
    if assessment_on and assessment_on < starts_on:
        reasons.append("The assessment is before the training begins.")
    if results_due_on < (assessment_on or starts_on):
        reasons.append("The results are due before there can be any.")
    if reasons:
        raise DomainError(*reasons)


def step_cohort(cohort_id: int, to: str, *, at: datetime, by: int | None) -> Cohort:
    """The cohort goes to that state. It is closed only when every result is released, cancelled only without any.

    Its places go with it: training begins for those who have one, ends for each as it did, and a cancelled cohort has
    none. Whoever loses a place or still waits for one is told.

    Raises DomainError with the reasons.
    """
    cohort = lock_cohort(cohort_id)
    if to not in states.COHORT_STEPS[cohort.state]:
        raise DomainError(
            f"{cohort.title} is at “{states.COHORT_LABELS[cohort.state]}” and cannot become "
            f"“{states.COHORT_LABELS.get(to, to)}” from there."
        )
    if to == "closed" and (reasons := _reasons_to_keep_open(cohort_id)):
        raise DomainError(*reasons)
    if to == "cancelled" and db.session.scalar(select(Result.id).where(Result.cohort_id == cohort_id).limit(1)):
        raise DomainError(f"{cohort.title} has results, so it took place and cannot be cancelled.")
    _take_the_places_along(cohort, to, at=at, by=by)
    if to not in states.TAKES_RESULTS:
        take_all_back(cohort, on=at.astimezone(LONDON).date())
    cohort.state = to
    cohort.version += 1
    keep_deadline(cohort)
    return cohort


def _take_the_places_along(cohort: Cohort, to: str, *, at: datetime, by: int | None) -> None:
    if to == "cancelled":
        end_places(cohort, (*states.HOLDS_A_PLACE, "waitlisted"), at=at, by=by, reason="The cohort was cancelled.")
        return
    if to not in states.TAKES_PEOPLE:
        end_places(cohort, ("waitlisted",), at=at, by=by, reason="The cohort takes nobody any more.")
    if to == "in_training":
        for place in _places(cohort.id, "confirmed"):
            note_step(place, "in_training", at=at, by=by)
    if to == "closed":
        outcomes = last_outcomes(cohort.id)
        attended = attendance_of(cohort.id)
        for place in _places(cohort.id, "provisional", "confirmed", "in_training"):
            percent = attended[place.id].percent if attended[place.id].any_recorded else None
            note_step(place, final_state(outcomes.get(place.id), percent), at=at, by=by)


def _places(cohort_id: int, *wanted: str) -> list[Enrolment]:
    found = select(Enrolment).where(Enrolment.cohort_id == cohort_id, Enrolment.state.in_(wanted))
    return list(db.session.scalars(found.order_by(Enrolment.id)))


def _reasons_to_keep_open(cohort_id: int) -> list[str]:
    reasons = []
    if missing := count_missing(cohort_id):
        reasons.append(f"{missing} of its candidates have no result yet.")
    if waiting := count_unreleased(cohort_id):
        reasons.append(f"{waiting} of its results are not released yet.")
    if appealed := count_open_appeals(cohort_id):
        reasons.append(f"{appealed} of its results are appealed against, and nothing is decided yet.")
    return reasons
