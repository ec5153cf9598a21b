"""How long clearances usually run, and what an overdue one means: set by the service, with who says so."""

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.settings import set_setting
from accreditation.people.models import Person
from accreditation.standing.services import declaring_many
from vetting.models import Clearance, ReviewPeriod
from vetting.queries.periods import find_review_period, overdue_blocks
from vetting.rules.levels import CERTAINTIES, HOLDER_KINDS, levels
from vetting.services.declaring import declare_clearance_anew

AT_ONCE = 200
"""Clearances declared anew in one transaction: a few seconds, so that nobody else waits long for their turn."""


def set_review_period(level: str, holder_kind: str, *, months: int | None, certainty: str, source: str) -> ReviewPeriod:
    """From now on ends are suggested by this. What has been suggested before stays. Raises DomainError."""
    reasons = []
    if level not in levels() or holder_kind not in HOLDER_KINDS:
        reasons.append("There is no such level or kind of holder.")
    if months is not None and not 1 <= months <= 600:
        reasons.append("A period has between 1 and 600 months.")
    if certainty not in CERTAINTIES:
        reasons.append("Say how sure the figure is.")
    if not source.strip():
        reasons.append("Say where the figure comes from.")
    if reasons:
        raise DomainError(*reasons)
    row = find_review_period(level, holder_kind) or ReviewPeriod(level=level, holder_kind=holder_kind)
    row.months, row.certainty, row.source = months, certainty, source.strip()
    db.session.add(row)
    db.session.flush()
    return row


def set_overdue(*, blocks: bool) -> None:
    """What an overdue clearance means, from now on. Those that are there follow with `declare_next_anew`."""
    set_setting("clearance_overdue", "block" if blocks else "review")
    db.session.flush()


def declare_next_anew(recorded_by: int | None) -> int:
    """Declare the next clearances that still follow the other rule; how many. Call it until it is none."""
    blocks = overdue_blocks()
    found = db.session.execute(
        select(Clearance.id, Clearance.person_id)
        .where(Clearance.blocks.is_(not blocks))
        .order_by(Clearance.person_id, Clearance.id)
        .limit(AT_ONCE)
    ).all()
    people = sorted({person_id for _, person_id in found})
    db.session.execute(select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update())
    reason = "It ends on its date." if blocks else "It stays open, and its review date is a deadline."
    with declaring_many():
        for clearance_id, _ in found:
            clearance = db.session.get_one(Clearance, clearance_id, populate_existing=True)
            clearance.blocks = blocks
            declare_clearance_anew(clearance, reason=reason, recorded_by=recorded_by)
    return len(found)
