"""An application for a clearance, from asking for it to the decision. While it is open, that is evidence too."""

from datetime import date

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.queries import lock_person
from accreditation.standing.services import declare, declaring_many, void_source
from vetting.models import ApplicationStep, Clearance, ClearanceApplication
from vetting.queries.records import find_open_application
from vetting.rules.levels import levels
from vetting.rules.steps import APPLICATION_STEPS, DECIDED, GRANTING, reasons_to_refuse_step
from vetting.services.clearances import record_clearance

SOURCE = "clearance_application"


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
    declare(
        person_id,
        kind="clearance_application",
        code=level,
        starts_on=on,
        source=(SOURCE, application.id),
        recorded_by=recorded_by,
    )
    return application


def move_application(application_id: int, *, to: str, on: date, recorded_by: int | None) -> ClearanceApplication:
    """Take the next step on `on`; a refusal or a discontinuation closes the application on that day.

    Grants go through `grant_clearance`. Raises DomainError for a step that is not permitted or lies before the last.
    """
    if to in GRANTING:
        raise ValueError("a grant needs the dates of the clearance: grant_clearance")
    application = _locked(application_id)
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
    application = _locked(application_id)
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


def _locked(application_id: int) -> ClearanceApplication:
    lock_person(db.session.get_one(ClearanceApplication, application_id).person_id)
    return db.session.get_one(ClearanceApplication, application_id, with_for_update=True, populate_existing=True)


def _reasons(application: ClearanceApplication, to: str, on: date) -> list[str]:
    return reasons_to_refuse_step(APPLICATION_STEPS, application.state, to, on=on, last_on=application.state_on)


def _take(application: ClearanceApplication, to: str, on: date, recorded_by: int | None) -> None:
    application.state, application.state_on = to, on
    if to in DECIDED:
        application.decided_on = on
    _step(application, to, on, recorded_by)
    if to in DECIDED:
        _close(application, on, recorded_by)


def _step(application: ClearanceApplication, state: str, on: date, recorded_by: int | None) -> None:
    db.session.add(ApplicationStep(application_id=application.id, state=state, taken_on=on, recorded_by=recorded_by))
    db.session.flush()


def _close(application: ClearanceApplication, on: date, recorded_by: int | None) -> None:
    """The interval of being pending gets its end; one that was decided on the day it began was no interval at all."""
    source = (SOURCE, application.id)
    with declaring_many():
        void_source(source, reason="The application was decided.", recorded_by=recorded_by)
        if on > application.initiated_on:
            declare(
                application.person_id,
                kind="clearance_application",
                code=application.level,
                starts_on=application.initiated_on,
                ends_on=on,
                source=source,
                recorded_by=recorded_by,
            )
