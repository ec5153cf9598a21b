"""Deadlines: dated duties that the rooms declare for the scheduler to see to."""

from datetime import date

from sqlalchemy import delete, select

from accreditation.core.database import db
from accreditation.standing.models import Deadline


def set_deadline(
    *,
    kind: str,
    basis_date: date,
    source: tuple[str, int],
    code: str = "",
    person_id: int | None = None,
    owner_id: int | None = None,
    provider_id: int | None = None,
) -> Deadline:
    """The duty that follows from this record, due before `basis_date` (exclusive). Setting it again moves it."""
    found = db.session.scalar(
        select(Deadline).where(
            Deadline.source_type == source[0],
            Deadline.source_id == source[1],
            Deadline.kind == kind,
            Deadline.code == code,
        )
    )
    deadline = found or Deadline(kind=kind, code=code, source_type=source[0], source_id=source[1])
    deadline.basis_date = basis_date
    deadline.person_id, deadline.owner_id, deadline.provider_id = person_id, owner_id, provider_id
    db.session.add(deadline)
    db.session.flush()
    return deadline


def clear_deadline(*, source: tuple[str, int], kind: str | None = None) -> None:
    """The duties that follow from this record (of one kind, or all) are done or no longer owed."""
    gone = delete(Deadline).where(Deadline.source_type == source[0], Deadline.source_id == source[1])
    if kind is not None:
        gone = gone.where(Deadline.kind == kind)
    db.session.execute(gone)
