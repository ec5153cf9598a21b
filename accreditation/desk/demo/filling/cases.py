"""What does not go straight on: one who waits, one who defers, an appeal, a slip undone, an assessor for a while."""

from datetime import timedelta

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Role
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.filling.training import ASSESSOR
from accreditation.desk.undoing.queries.prospects import prospects_of
from accreditation.desk.undoing.services import undo
from cohorts.models import Cohort, CohortStaff, Enrolment, Result, ResultAct
from cohorts.queries.cohorts import lock_cohort, places_taken
from cohorts.queries.results import candidates_of
from cohorts.rules.results import Entry
from cohorts.services.appeals import open_appeal
from cohorts.services.cohorts import change_cohort
from cohorts.services.enrolments import enrol_person
from cohorts.services.giving import give_candidates
from cohorts.services.places import step_place
from cohorts.services.results import record_results


def fill_cases(ground: Ground) -> None:
    _wait_and_defer(ground)
    _appeal(ground)
    _slip_and_undo(ground)
    _give(ground)


def _cohort(ground: Ground, state: str) -> Cohort:
    """The first of the running cohorts in that state."""
    title = next(plan.title for plan in ground.plan.cohorts if plan.state == state)
    return db.session.get_one(Cohort, ground.cohorts[title])


def _wait_and_defer(ground: Ground) -> None:
    """The training that runs is full with somebody waiting, when one candidate defers: so a place is free for them."""
    cohort, on = _cohort(ground, "in_training"), ground.plan.on
    change_cohort(
        cohort.id,
        version=cohort.version,
        title=cohort.title,
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        assessment_on=cohort.assessment_on,
        results_due_on=cohort.results_due_on,
        capacity=places_taken(cohort.id),
        attendance_percent=cohort.attendance_percent,
    )
    waiting = ground.staff(Role.LINE_MANAGER)
    earlier = on - timedelta(9)
    enrol_person(waiting, cohort.id, else_waiting=True, on=earlier, at=moment(earlier), enrolled_by=ground.manager)
    held = select(Enrolment.id).where(Enrolment.cohort_id == cohort.id, Enrolment.state == "in_training")
    step_place(
        db.session.scalars(held.order_by(Enrolment.id)).all()[-1],
        "deferred",
        at=moment(on - timedelta(2)),
        by=ground.manager,
        reason="Called to a long inquiry; asks for a place in the autumn.",
    )


def _appeal(ground: Ground) -> None:
    """Against the last result that was no pass; where everybody passed, there is nothing to appeal against."""
    found = select(Result).where(Result.state == "released", Result.outcome.in_(("fail", "refer")))
    result = db.session.scalars(found.order_by(Result.event_on.desc(), Result.id).limit(1)).first()
    if result is None or result.cohort_id is None:
        return
    on = ground.plan.on - timedelta(3)
    open_appeal(
        result.id,
        grounds="The second role-play was cut short by a fire alarm, and the half hour was not given back.",
        on=on,
        at=moment(on),
        opened_by=result.person_id,
        late_because="The letter went to an address that had changed.",
    )


def _slip_and_undo(ground: Ground) -> None:
    """A result was typed into the wrong row, and taken back a little later."""
    cohort, on = _cohort(ground, "assessment"), ground.plan.on - timedelta(1)
    free = next((who for who in candidates_of(cohort.id) if who.open is None and who.released is None), None)
    if free is None:
        return
    by = ground.manager
    slip = Entry(free.person.reference, "fail", cohort.assessment_on, "Spoke for one of the parties.")
    record_results(cohort.id, [slip], version=cohort.version, on=on, recorded_by=by, door="form")
    newest = select(ResultAct).where(ResultAct.cohort_id == cohort.id).order_by(ResultAct.id.desc()).limit(1)
    act = db.session.scalars(newest).one()
    seen = prospects_of(act, lock_cohort(cohort.id), by=by).digest
    undo(act.id, reason="Typed into the row of somebody else.", seen=seen, at=moment(on, 11 * 60), undone_by=by)


def _give(ground: Ground) -> None:
    """The assessor of the late cohort may open those who have no result yet, until two weeks from now."""
    cohort = _cohort(ground, "assessment")
    assessor = ground.teachers.get(ASSESSOR)
    member = db.session.scalar(
        select(CohortStaff).where(
            CohortStaff.cohort_id == cohort.id, CohortStaff.role == "assessor", CohortStaff.person_id == assessor
        )
    )
    missing = [who.enrolment.id for who in candidates_of(cohort.id) if who.open is None and who.released is None]
    if member is not None and missing:
        give_candidates(
            member.id,
            missing,
            ends_on=ground.plan.on + timedelta(14),
            on=ground.plan.on,
            given_by=ground.manager,
        )
