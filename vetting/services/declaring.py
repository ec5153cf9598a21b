"""What a clearance or an application means for standing: declared, struck out and declared anew in one place."""

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.standing.services import clear_deadline, declare, declaring_many, set_deadline, void_source
from vetting.models import Clearance, ClearanceApplication, ClearanceChange, ClearanceCorrection
from vetting.rules.steps import HELD, OPEN, Change, days_held

CLEARANCE, APPLICATION = "clearance", "clearance_application"
"""The source types under which evidence and deadlines follow from our records."""

REVIEW = "clearance_review"
"""The deadline that stands in for an end, where overdue clearances do not block."""


def changes_of(clearance_id: int) -> list[ClearanceChange]:
    """What became of a clearance, in order, without what was taken back."""
    taken_back = select(ClearanceCorrection.change_id).where(
        ClearanceCorrection.clearance_id == clearance_id, ClearanceCorrection.change_id.is_not(None)
    )
    query = select(ClearanceChange).where(
        ClearanceChange.clearance_id == clearance_id, ClearanceChange.id.not_in(taken_back)
    )
    return list(db.session.scalars(query.order_by(ClearanceChange.id)))


def declare_clearance(clearance: Clearance, recorded_by: int | None) -> None:
    """Declare the days on which it is held. One with dates still to be asked for, or struck out, counts for nothing."""
    if clearance.granted_on is None or clearance.ends_source == "to_be_asked" or clearance.struck_out_on:
        return
    source = (CLEARANCE, clearance.id)
    changes = [Change(row.state, row.changed_on) for row in changes_of(clearance.id)]
    for span in days_held(clearance.granted_on, clearance.ends_on if clearance.blocks else None, changes):
        declare(
            clearance.person_id,
            kind="clearance",
            code=clearance.level,
            starts_on=span.starts_on,
            ends_on=span.ends_on,
            source=source,
            recorded_by=recorded_by,
        )
    if not clearance.blocks and clearance.ends_on and clearance.state in HELD:
        set_deadline(
            kind=REVIEW,
            code=clearance.level,
            person_id=clearance.person_id,
            basis_date=clearance.ends_on,
            source=source,
        )


def declare_clearance_anew(clearance: Clearance, *, reason: str, recorded_by: int | None) -> None:
    """What followed from it is struck out, and what follows now is declared."""
    db.session.flush()
    with declaring_many():
        void_source((CLEARANCE, clearance.id), reason=reason, recorded_by=recorded_by)
        clear_deadline(source=(CLEARANCE, clearance.id), kind=REVIEW)
        declare_clearance(clearance, recorded_by)


def declare_application_anew(application: ClearanceApplication, *, reason: str, recorded_by: int | None) -> None:
    """The days of being pending: open while it is, and none when it was decided on the day it began."""
    db.session.flush()
    source = (APPLICATION, application.id)
    with declaring_many():
        void_source(source, reason=reason, recorded_by=recorded_by)
        if application.struck_out_on:
            return
        ends_on = None if application.state in OPEN else application.decided_on
        if ends_on is None or ends_on > application.initiated_on:
            declare(
                application.person_id,
                kind="clearance_application",
                code=application.level,
                starts_on=application.initiated_on,
                ends_on=ends_on,
                source=source,
                recorded_by=recorded_by,
            )
