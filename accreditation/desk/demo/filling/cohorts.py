"""Cohorts as they were run: planned, filled, assessed by the provider, released by a second person, closed."""

from datetime import date, timedelta

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Role
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.filling.training import fill_training
from accreditation.desk.demo.plan.applicants import Applicant
from accreditation.desk.demo.plan.cohorts import Candidate, CohortPlan
from accreditation.desk.demo.plan.people import SCHEME
from accreditation.people.models import Person
from cohorts.models import Result
from cohorts.queries.cohorts import lock_cohort
from cohorts.rules.results import Entry
from cohorts.services.applications import move_application, submit_application
from cohorts.services.cohorts import plan_cohort, step_cohort
from cohorts.services.enrolments import enrol_person, place_applicants
from cohorts.services.release import release_results
from cohorts.services.results import record_results, submit_results

STEPS = {
    "planned": (),
    "open": ("open",),
    "in_training": ("open", "in_training"),
    "cancelled": ("open", "cancelled"),
}
"""The way to each state that results do not lead to."""


def fill_cohorts(ground: Ground) -> None:
    for plan in ground.plan.cohorts:
        cohort_id = _plan(ground, plan)
        for candidate in plan.candidates:
            enrol_person(
                ground.id_of(candidate.person),
                cohort_id,
                on=plan.starts_on - timedelta(30),
                at=moment(plan.starts_on - timedelta(30)),
                enrolled_by=ground.manager,
            )
        fill_training(ground, cohort_id, plan)
        if plan.state in STEPS:
            for step in STEPS[plan.state]:
                _step(ground, cohort_id, step, plan.starts_on)
        else:
            for step in ("open", "in_training", "assessment"):
                _step(ground, cohort_id, step, plan.starts_on)
            _assess(ground, cohort_id, plan)


def _plan(ground: Ground, plan: CohortPlan) -> int:
    cohort = plan_cohort(
        provider_id=ground.providers[plan.provider],
        scheme=SCHEME,
        title=plan.title,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        assessment_on=plan.assessment_on,
        results_due_on=plan.results_due_on,
        created_by=ground.manager,
    )
    ground.cohorts[plan.title] = cohort.id
    return cohort.id


def _assess(ground: Ground, cohort_id: int, plan: CohortPlan) -> None:
    """Record and submit what there is; when the cohort is closed, all of it was released by a second person."""
    on = min(plan.assessment_on + timedelta(9), ground.plan.on - timedelta(1))
    recorder = _recorder(ground, plan)
    entries = [entry for candidate in plan.candidates if (entry := _entry(ground, candidate))]
    record_results(cohort_id, entries, version=lock_cohort(cohort_id).version, on=on, recorded_by=recorder)
    submit_results(cohort_id, version=lock_cohort(cohort_id).version, at=moment(on, 16 * 60), submitted_by=recorder)
    if plan.state != "closed":
        return
    submitted = db.session.scalars(select(Result.id).where(Result.cohort_id == cohort_id)).all()
    release_results(cohort_id, submitted, at=moment(on + timedelta(2)), released_by=ground.second_manager)
    _step(ground, cohort_id, "closed", on + timedelta(2))


def _step(ground: Ground, cohort_id: int, to: str, on: date) -> None:
    step_cohort(cohort_id, to, at=moment(min(on, ground.plan.on)), by=ground.manager)


def _recorder(ground: Ground, plan: CohortPlan) -> int:
    """The provider's own person where one signs in, else the practice manager on the provider's behalf."""
    return ground.staff(Role.TRAINING_PROVIDER) if plan.provider == 0 else ground.manager


def _entry(ground: Ground, candidate: Candidate) -> Entry | None:
    if candidate.outcome is None:
        return None
    person = db.session.get_one(Person, ground.id_of(candidate.person))
    return Entry(person.reference, candidate.outcome, None, candidate.note)


def fill_applicants(ground: Ground) -> None:
    for applicant in ground.plan.applicants:
        _apply(ground, applicant)


def _apply(ground: Ground, applicant: Applicant) -> None:
    person, manager = applicant.person, applicant.line_manager
    (_, submitted_on), *later = applicant.route
    application = submit_application(
        form_key=f"demo-{person.key}",
        scheme=SCHEME,
        given_name=person.given,
        family_name=person.family,
        email=person.email,
        pay_number=person.pay_number,
        unit_id=ground.units[person.unit],
        motivation=applicant.motivation,
        line_manager_name=manager.name,
        line_manager_email=manager.email,
        at=moment(submitted_on, 12 * 60 + person.key % 300),
        recorded_by=None if person.key % 4 else ground.manager,
    )
    for stage, on in later:
        last = stage == later[-1][0]
        move_application(
            application.id, stage, at=moment(on), by=ground.manager, reason=applicant.reason if last else None
        )
    if applicant.cohort:
        _place(ground, application.id, ground.cohorts[applicant.cohort], later[-1][1])


def _place(ground: Ground, application_id: int, cohort_id: int, on: date) -> None:
    placements = place_applicants([application_id], cohort_id, on=on, at=moment(on, 15 * 60), placed_by=ground.manager)
    for placement in placements:
        if placement.refusal:
            raise AssertionError(f"{placement.name}: {placement.refusal}")
