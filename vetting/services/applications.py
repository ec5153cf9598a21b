"""An application for a clearance, from asking for it to the decision. While it is open, that is evidence too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.queries import lock_person
from accreditation.standing.services import declaring_many
from vetting.models import ApplicationStep, Clearance, ClearanceApplication, ClearanceCorrection
from vetting.queries.records import find_open_application
from vetting.rules.levels import levels
from vetting.rules.steps import APPLICATION_STEPS, DECIDED, GRANTING, OPEN, reasons_to_refuse_step
from vetting.services.clearances import record_clearance
from vetting.services.declaring import declare_application_anew
from vetting.services.lead_times import renew_lead_time


def start_application(
    person_id: int,
    *,
    level: str,
    on: date,
    sponsor: str | None = None,
    reference: str | None = None,
    notes: str | None = None,
    recorded_by: int | None,
) -> ClearanceApplication:
    """Ask for a clearance on `on`. Raises DomainError when one of that level is under way."""
    lock_person(person_id)
    if level not in levels():
        raise DomainError(f"{level} is not a level of clearance that is known here.")
    if find_open_application(person_id, level):
        raise DomainError(f"An application for {level} is under way. Move that one on.")
    application = ClearanceApplication(
        person_id=person_id,
        level=level,
        sponsor=sponsor,
        state="initiated",
        state_on=on,
        initiated_on=on,
        reference=reference,
        notes=notes,
    )
    db.session.add(application)
    db.session.flush()
    _step(application, "initiated", on, recorded_by)
    declare_application_anew(application, reason="The application was made.", recorded_by=recorded_by)
    return application


@dataclass(frozen=True)
class Started:
    """What became of one of many: the application, or why there is none."""

    person_id: int
    application_id: int | None
    why_not: str | None


def start_applications(
    people: Iterable[tuple[int, str]], *, on: date, sponsor: str | None, recorded_by: int | None
) -> list[Started]:
    """Ask for clearances for many, each given as person and level, in the order of their ids.

    Whoever cannot have one keeps nobody else from theirs. Doing it twice starts nothing twice.
    """
    started = []
    with declaring_many():
        for person_id, level in sorted(set(people)):
            try:
                made = start_application(person_id, level=level, on=on, sponsor=sponsor, recorded_by=recorded_by)
            except DomainError as refusal:
                started.append(Started(person_id, None, " ".join(refusal.reasons)))
            else:
                started.append(Started(person_id, made.id, None))
    return started


def move_application(application_id: int, *, to: str, on: date, recorded_by: int | None) -> ClearanceApplication:
    """Take the next step on `on`; a refusal or a discontinuation closes the application on that day.

    Grants go through `grant_clearance`. Raises DomainError for a step that is not permitted or lies before the last.
    """
    if to in GRANTING:
        raise ValueError("a grant needs the dates of the clearance: grant_clearance")
    application = lock_application(application_id)
    if reasons := _reasons(application, to, on):
        raise DomainError(*reasons)
    _take(application, to, on, recorded_by)
    return application


def grant_clearance(
    application_id: int,
    *,
    on: date,
    ends_on: date | None,
    recorded_by: int | None,
    conditions: str | None = None,
    reference: str | None = None,
    notes: str | None = None,
) -> Clearance:
    """The decision: granted on `on`, with conditions if there are any; see record_clearance for the end.

    The application closes on the day and the clearance begins on it, in one. Raises DomainError with the reasons.
    """
    application = lock_application(application_id)
    to = "granted_with_conditions" if conditions else "granted"
    if reasons := _reasons(application, to, on):
        raise DomainError(*reasons)
    with declaring_many():
        _take(application, to, on, recorded_by)
        return record_clearance(
            application.person_id,
            level=application.level,
            granted_on=on,
            ends_on=ends_on,
            sponsor=application.sponsor,
            reference=reference or application.reference,
            recorded_by=recorded_by,
            state=to,
            conditions=conditions,
            notes=notes,
            application_id=application_id,
        )


def lock_application(application_id: int) -> ClearanceApplication:
    """The application, its person locked first. Raises DomainError for one that has been struck out."""
    lock_person(db.session.get_one(ClearanceApplication, application_id).person_id)
    application = db.session.get_one(ClearanceApplication, application_id, with_for_update=True, populate_existing=True)
    if application.struck_out_on:
        raise DomainError("This application has been struck out.")
    return application


def take_back_last_step(application_id: int, *, reason: str, on: date, recorded_by: int | None) -> None:
    """Strike out the last step: the application is where it was before it, and open again if that was the decision.

    Raises DomainError for the first step, and when another application of the level is under way by now.
    """
    application = lock_application(application_id)
    steps = steps_of(application_id)
    if len(steps) < 2:
        raise DomainError("This is its first step. Strike the application out if it should not be there.")
    other = find_open_application(application.person_id, application.level)
    if application.state not in OPEN and other is not None:
        raise DomainError(f"Another application for {application.level} is under way. One at a time can be open.")
    *before, last = steps
    db.session.add(
        ClearanceCorrection(
            person_id=application.person_id,
            kind="step_taken_back",
            application_id=application_id,
            step_id=last.id,
            reason=reason,
            corrected_on=on,
            recorded_by=recorded_by,
        )
    )
    application.state, application.state_on, application.decided_on = before[-1].state, before[-1].taken_on, None
    application.submitted_on = next((step.taken_on for step in before if step.state == "submitted"), None)
    declare_application_anew(application, reason="A step was recorded in error.", recorded_by=recorded_by)
    if last.state in DECIDED:
        renew_lead_time(application.level, last.taken_on)


def steps_of(application_id: int) -> list[ApplicationStep]:
    """The steps of an application in order, without those taken back."""
    taken_back = select(ClearanceCorrection.step_id).where(
        ClearanceCorrection.application_id == application_id, ClearanceCorrection.step_id.is_not(None)
    )
    query = select(ApplicationStep).where(
        ApplicationStep.application_id == application_id, ApplicationStep.id.not_in(taken_back)
    )
    return list(db.session.scalars(query.order_by(ApplicationStep.id)))


def _reasons(application: ClearanceApplication, to: str, on: date) -> list[str]:
    return reasons_to_refuse_step(APPLICATION_STEPS, application.state, to, on=on, last_on=application.state_on)


def _take(application: ClearanceApplication, to: str, on: date, recorded_by: int | None) -> None:
    application.state, application.state_on = to, on
    if to == "submitted" and application.submitted_on is None:
        application.submitted_on = on
    if to in DECIDED:
        application.decided_on = on
    _step(application, to, on, recorded_by)
    if to in DECIDED:
        declare_application_anew(application, reason="The application was decided.", recorded_by=recorded_by)
        renew_lead_time(application.level, on)


def _step(application: ClearanceApplication, state: str, on: date, recorded_by: int | None) -> None:
    db.session.add(ApplicationStep(application_id=application.id, state=state, taken_on=on, recorded_by=recorded_by))
    db.session.flush()
