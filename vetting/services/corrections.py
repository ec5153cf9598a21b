"""Putting right what was recorded wrongly. Nothing is deleted: each correction is a row with who, when and why."""

from datetime import date

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.standing.services import declaring_many
from vetting.models import Clearance, ClearanceCorrection
from vetting.rules.steps import OPEN
from vetting.services.applications import lock_application, take_back_last_step
from vetting.services.clearances import end_of, lock_clearance
from vetting.services.declaring import changes_of, declare_application_anew, declare_clearance_anew


def correct_dates(
    clearance_id: int, *, granted_on: date, ends_on: date | None, reason: str, on: date, recorded_by: int | None
) -> Clearance:
    """Other dates from the vetting unit, later or earlier; `ends_on` is exclusive, None takes the usual period.

    Raises DomainError with every reason.
    """
    clearance = lock_clearance(clearance_id)
    changes = changes_of(clearance_id)
    reasons = _without_a_reason(reason)
    if ends_on is not None and ends_on <= granted_on:
        reasons.append("The clearance must end after the day on which it was granted.")
    if changes and changes[0].changed_on < granted_on:
        reasons.append("Something is recorded of this clearance before that day of its grant. Take that back first.")
    if clearance.application_id and clearance.granted_on and granted_on != clearance.granted_on:
        reasons.append(
            "The grant is the decision on an application. Strike the clearance out, and record the decision anew."
        )
    if reasons:
        raise DomainError(*reasons)
    ends_on, ends_source = end_of(
        clearance.person, clearance.level, clearance.originally_granted_on or granted_on, ends_on
    )
    return _give_dates(clearance, "dates", granted_on, ends_on, ends_source, reason, on, recorded_by)


def shorten_clearance(clearance_id: int, *, ends_on: date, reason: str, on: date, recorded_by: int | None) -> Clearance:
    """The risk owner brings the end forward; `ends_on` is exclusive. Raises DomainError with every reason."""
    clearance = lock_clearance(clearance_id)
    reasons = _without_a_reason(reason)
    if clearance.granted_on is None or clearance.ends_source == "to_be_asked":
        reasons.append("Its dates are not known yet. Record those first.")
    elif ends_on <= clearance.granted_on:
        reasons.append("The clearance must end after the day on which it was granted.")
    if clearance.ends_on is not None and ends_on >= clearance.ends_on:
        reasons.append("That would not be sooner. A later end comes from the vetting unit: correct the dates.")
    if reasons:
        raise DomainError(*reasons)
    granted_on = clearance.granted_on
    assert granted_on is not None
    return _give_dates(clearance, "shortened", granted_on, ends_on, "risk_owner", reason, on, recorded_by)


def _give_dates(
    clearance: Clearance,
    kind: str,
    granted_on: date,
    ends_on: date | None,
    ends_source: str,
    reason: str,
    on: date,
    recorded_by: int | None,
) -> Clearance:
    db.session.add(
        ClearanceCorrection(
            person_id=clearance.person_id,
            kind=kind,
            clearance_id=clearance.id,
            was_granted_on=clearance.granted_on,
            was_ends_on=clearance.ends_on,
            was_ends_source=clearance.ends_source,
            granted_on=granted_on,
            ends_on=ends_on,
            ends_source=ends_source,
            reason=reason,
            corrected_on=on,
            recorded_by=recorded_by,
        )
    )
    if clearance.state_on is None or clearance.state_on == clearance.granted_on:
        clearance.state_on = granted_on
    clearance.granted_on, clearance.ends_on, clearance.ends_source = granted_on, ends_on, ends_source
    declare_clearance_anew(clearance, reason="Its dates were corrected.", recorded_by=recorded_by)
    return clearance


def take_back_change(clearance_id: int, *, reason: str, on: date, recorded_by: int | None) -> Clearance:
    """The last thing recorded of the clearance was recorded in error; it stands again as it did before."""
    clearance = lock_clearance(clearance_id)
    changes = changes_of(clearance_id)
    reasons = _without_a_reason(reason)
    if not changes:
        reasons.append("Nothing has been recorded of this clearance since its grant. Strike it out if it is wrong.")
    if reasons:
        raise DomainError(*reasons)
    *before, last = changes
    db.session.add(
        ClearanceCorrection(
            person_id=clearance.person_id,
            kind="change_taken_back",
            clearance_id=clearance_id,
            change_id=last.id,
            reason=reason,
            corrected_on=on,
            recorded_by=recorded_by,
        )
    )
    if before:
        clearance.state, clearance.state_on = before[-1].state, before[-1].changed_on
    else:
        granted_as = "granted_with_conditions" if clearance.conditions else "granted"
        clearance.state, clearance.state_on = granted_as, clearance.granted_on
    declare_clearance_anew(clearance, reason="What followed was recorded in error.", recorded_by=recorded_by)
    return clearance


def strike_out_clearance(clearance_id: int, *, reason: str, on: date, recorded_by: int | None) -> None:
    """It was never granted, or not to this person. An application that it was the decision on is open again."""
    clearance = lock_clearance(clearance_id)
    if reasons := _without_a_reason(reason):
        raise DomainError(*reasons)
    db.session.add(
        ClearanceCorrection(
            person_id=clearance.person_id,
            kind="struck_out",
            clearance_id=clearance_id,
            was_granted_on=clearance.granted_on,
            was_ends_on=clearance.ends_on,
            was_ends_source=clearance.ends_source,
            reason=reason,
            corrected_on=on,
            recorded_by=recorded_by,
        )
    )
    clearance.struck_out_on = on
    with declaring_many():
        declare_clearance_anew(clearance, reason="The clearance was recorded in error.", recorded_by=recorded_by)
        if clearance.application_id is not None:
            take_back_last_step(clearance.application_id, reason=reason, on=on, recorded_by=recorded_by)


def take_back_step(application_id: int, *, reason: str, on: date, recorded_by: int | None) -> None:
    """The last step was recorded in error: the application is where it was before. Raises DomainError."""
    application = lock_application(application_id)
    reasons = _without_a_reason(reason)
    if application.state in ("granted", "granted_with_conditions"):
        reasons.append("A clearance followed from this decision. Strike that out, and the application is open again.")
    if reasons:
        raise DomainError(*reasons)
    take_back_last_step(application_id, reason=reason, on=on, recorded_by=recorded_by)


def strike_out_application(application_id: int, *, reason: str, on: date, recorded_by: int | None) -> None:
    """It was never made, or not for this person. Raises DomainError once it has been decided."""
    application = lock_application(application_id)
    reasons = _without_a_reason(reason)
    if application.state not in OPEN:
        reasons.append("It has been decided. Take the decision back first.")
    if reasons:
        raise DomainError(*reasons)
    db.session.add(
        ClearanceCorrection(
            person_id=application.person_id,
            kind="struck_out",
            application_id=application_id,
            reason=reason,
            corrected_on=on,
            recorded_by=recorded_by,
        )
    )
    # Closed as well, so that another one of the level can be started; no list shows what is struck out.
    application.state, application.decided_on, application.struck_out_on = "discontinued", application.initiated_on, on
    declare_application_anew(application, reason="The application was recorded in error.", recorded_by=recorded_by)


def _without_a_reason(reason: str) -> list[str]:
    return [] if reason.strip() else ["Say why, in a few words and without any content of vetting."]
