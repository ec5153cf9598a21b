"""A clearance from its grant on. The days it is held are evidence: a change strikes them out and declares the new."""

from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.queries import lock_person
from accreditation.standing.services import declare, declaring_many, void_source
from vetting.models import Clearance, ClearanceChange
from vetting.rules.levels import levels, suggested_end
from vetting.rules.steps import (
    CLEARANCE_STATES,
    CLEARANCE_STEPS,
    GRANTING,
    STATES,
    Change,
    days_held,
    reasons_to_refuse_step,
)

SOURCE = "clearance"


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
) -> Clearance:
    """A clearance as the vetting unit gave it; `ends_on` is the first day on which it no longer holds.

    A date that is given wins. Without one the usual period of the level for this kind of holder is taken, and without
    that it is open. Evidence is declared when the day of the grant is known. Raises DomainError with every reason.
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
    ends_source = "vetting_unit" if ends_on else "not_stated"
    if ends_on is None and granted_on and (suggested := suggested_end(level, person.holder_kind, granted_on)):
        ends_on, ends_source = suggested.ends_on, "suggested"
    clearance = Clearance(
        person_id=person_id,
        level=level,
        sponsor=sponsor,
        state=state,
        state_on=granted_on,
        granted_on=granted_on,
        ends_on=ends_on,
        ends_source=ends_source,
        conditions=conditions,
        reference=reference,
        notes=notes,
        application_id=application_id,
    )
    db.session.add(clearance)
    db.session.flush()
    _declare(clearance, [], recorded_by)
    return clearance


def change_clearance(clearance_id: int, *, to: str, on: date, recorded_by: int | None) -> Clearance:
    """Suspend, withdraw, lapse or transfer out a clearance from `on` (inclusive), or lift its suspension.

    Raises DomainError when the step is not permitted or the day lies before the last step.
    """
    lock_person(db.session.get_one(Clearance, clearance_id).person_id)
    clearance = db.session.get_one(Clearance, clearance_id, with_for_update=True, populate_existing=True)
    if reasons := reasons_to_refuse_step(CLEARANCE_STEPS, clearance.state, to, on=on, last_on=clearance.state_on):
        raise DomainError(*reasons)
    clearance.state, clearance.state_on = to, on
    db.session.add(ClearanceChange(clearance_id=clearance_id, state=to, changed_on=on, recorded_by=recorded_by))
    db.session.flush()
    with declaring_many():
        void_source((SOURCE, clearance_id), reason=f"The clearance is now: {STATES[to]}.", recorded_by=recorded_by)
        _declare(clearance, _changes_of(clearance_id), recorded_by)
    return clearance


def lapse_clearances_of(person_id: int, *, on: date, recorded_by: int | None) -> int:
    """Every clearance somebody holds lapses: `on` is the first day without it, the day after their last. How many."""
    lock_person(person_id)
    held = select(Clearance).where(Clearance.person_id == person_id, Clearance.state.in_((*GRANTING, "suspended")))
    lapsing = [
        row.id
        for row in db.session.scalars(held.order_by(Clearance.id))
        if (row.ends_on is None or row.ends_on > on) and (row.state_on is None or row.state_on <= on)
    ]
    for clearance_id in lapsing:
        change_clearance(clearance_id, to="lapsed", on=on, recorded_by=recorded_by)
    return len(lapsing)


def _changes_of(clearance_id: int) -> list[Change]:
    rows = db.session.scalars(
        select(ClearanceChange).where(ClearanceChange.clearance_id == clearance_id).order_by(ClearanceChange.id)
    )
    return [Change(row.state, row.changed_on) for row in rows]


def _declare(clearance: Clearance, changes: list[Change], recorded_by: int | None) -> None:
    assert clearance.state in CLEARANCE_STATES
    if clearance.granted_on is None:
        return
    source = (SOURCE, clearance.id)
    for span in days_held(clearance.granted_on, clearance.ends_on, changes):
        declare(
            clearance.person_id,
            kind="clearance",
            code=clearance.level,
            starts_on=span.starts_on,
            ends_on=span.ends_on,
            source=source,
            recorded_by=recorded_by,
        )
