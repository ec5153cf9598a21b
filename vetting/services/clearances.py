"""A clearance from its grant on. The days it is held are evidence: a change strikes them out and declares the new."""

from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.models import Person
from accreditation.people.queries import lock_person
from accreditation.standing.services import clear_deadline
from vetting.models import Clearance, ClearanceChange
from vetting.queries.leaving import clearances_lapsed, clearances_to_lapse
from vetting.queries.periods import overdue_blocks, reinstate_months, review_periods
from vetting.rules.levels import levels, suggested_end
from vetting.rules.steps import (
    CLEARANCE_STATES,
    CLEARANCE_STEPS,
    GRANTING,
    STATES,
    Change,
    reasons_against_reinstating,
    reasons_to_refuse_step,
)
from vetting.services.declaring import CLEARANCE, REVIEW, changes_of, declare_clearance, declare_clearance_anew


def record_clearance(
    person_id: int,
    *,
    level: str,
    granted_on: date | None,
    ends_on: date | None,
    sponsor: str | None = None,
    reference: str | None = None,
    recorded_by: int | None,
    state: str = "granted",
    conditions: str | None = None,
    notes: str | None = None,
    application_id: int | None = None,
    originally_granted_on: date | None = None,
    to_be_asked: bool = False,
) -> Clearance:
    """A clearance as the vetting unit gave it; `ends_on` is the first day on which it no longer holds.

    A date that is given wins. Without one the usual period of the level for this kind of holder is taken, and without
    that it is open. `to_be_asked`: a date is missing, and until it is corrected the clearance counts for nothing.
    Raises DomainError with every reason.
    """
    person = lock_person(person_id)
    reasons = []
    if level not in levels():
        reasons.append(f"{level} is not a level of clearance that is known here.")
    if state not in GRANTING:
        reasons.append("A clearance begins as granted, or granted with conditions.")
    if granted_on and ends_on and ends_on <= granted_on:
        reasons.append("The clearance must end after the day on which it was granted.")
    if reasons:
        raise DomainError(*reasons)
    if not to_be_asked:
        ends_on, ends_source = end_of(person, level, granted_on, ends_on)
    else:
        ends_source = "to_be_asked"
    clearance = Clearance(
        person_id=person_id,
        level=level,
        sponsor=sponsor,
        state=state,
        state_on=granted_on,
        granted_on=granted_on,
        ends_on=ends_on,
        ends_source=ends_source,
        holder_kind=person.holder_kind,
        originally_granted_on=originally_granted_on,
        blocks=overdue_blocks(),
        conditions=conditions,
        reference=reference,
        notes=notes,
        application_id=application_id,
    )
    db.session.add(clearance)
    db.session.flush()
    declare_clearance(clearance, recorded_by)
    if not clearance.blocks:
        _renewed(clearance)
    return clearance


def end_of(person: Person, level: str, granted_on: date | None, ends_on: date | None) -> tuple[date | None, str]:
    """The end and where it comes from: as given, else as is usual for the level and kind of holder, else open."""
    if ends_on:
        return ends_on, "vetting_unit"
    if granted_on and (suggested := suggested_end(review_periods(), level, person.holder_kind, granted_on)):
        return suggested.ends_on, "suggested"
    return None, "not_stated"


def _renewed(clearance: Clearance) -> None:
    """The review of the clearances that this one takes the place of is no longer owed."""
    earlier = select(Clearance.id).where(
        Clearance.person_id == clearance.person_id,
        Clearance.level == clearance.level,
        Clearance.id != clearance.id,
        Clearance.ends_on < (clearance.ends_on or date.max),
    )
    for clearance_id in db.session.scalars(earlier).all():
        clear_deadline(source=(CLEARANCE, clearance_id), kind=REVIEW)


def change_clearance(clearance_id: int, *, to: str, on: date, recorded_by: int | None) -> Clearance:
    """Suspend, withdraw, lapse or transfer out a clearance from `on` (inclusive), lift its suspension, or reinstate it.

    Raises DomainError when the step is not permitted or the day lies before the last step.
    """
    clearance = lock_clearance(clearance_id)
    reasons = reasons_to_refuse_step(CLEARANCE_STEPS, clearance.state, to, on=on, last_on=clearance.state_on)
    if clearance.state == "lapsed" and not reasons:
        changes = [Change(row.state, row.changed_on) for row in changes_of(clearance_id)]
        reasons = reasons_against_reinstating(changes, clearance.ends_on, on=on, within_months=reinstate_months())
    if reasons:
        raise DomainError(*reasons)
    clearance.state, clearance.state_on = to, on
    db.session.add(ClearanceChange(clearance_id=clearance_id, state=to, changed_on=on, recorded_by=recorded_by))
    assert clearance.state in CLEARANCE_STATES
    declare_clearance_anew(clearance, reason=f"The clearance is now: {STATES[to]}.", recorded_by=recorded_by)
    return clearance


def lock_clearance(clearance_id: int) -> Clearance:
    """The clearance, its person locked first. Raises DomainError for one that has been struck out."""
    lock_person(db.session.get_one(Clearance, clearance_id).person_id)
    clearance = db.session.get_one(Clearance, clearance_id, with_for_update=True, populate_existing=True)
    if clearance.struck_out_on:
        raise DomainError("This clearance has been struck out. Record the right one.")
    return clearance


def lapse_clearances_of(person_id: int, *, on: date, recorded_by: int | None) -> list[int]:
    """Every clearance somebody holds lapses: `on` is the first day without it, the day after their last. Which."""
    lock_person(person_id)
    lapsing = [row.id for row in clearances_to_lapse(person_id, on)]
    for clearance_id in lapsing:
        change_clearance(clearance_id, to="lapsed", on=on, recorded_by=recorded_by)
    return lapsing


def reinstate_clearances_of(
    person_id: int, *, on: date, lapsed_on: date | None = None, recorded_by: int | None
) -> list[int]:
    """Somebody who left is back: what lapsed (on that day) and can be taken up again is. Which.

    What cannot, because too long has gone by or its end has passed, stays lapsed: it needs an application.
    """
    lock_person(person_id)
    back = [row for row in clearances_lapsed(person_id, lapsed_on) if not reasons_to_stay_lapsed(row, on)]
    for row in back:
        to = "granted_with_conditions" if row.conditions else "granted"
        change_clearance(row.id, to=to, on=on, recorded_by=recorded_by)
    return [row.id for row in back]


def reasons_to_stay_lapsed(clearance: Clearance, on: date) -> list[str]:
    """Why a clearance that has lapsed cannot be taken up again on the day; none if it can."""
    changes = [Change(change.state, change.changed_on) for change in changes_of(clearance.id)]
    if clearance.state_on is not None and on < clearance.state_on:
        return ["The day lies before the one on which it lapsed."]
    return reasons_against_reinstating(changes, clearance.ends_on, on=on, within_months=reinstate_months())
