"""The practice log."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record
from accreditation.people.models import Person, one_of
from accreditation.practice.rules import KINDS, STATES
from accreditation.standing.models import Amount


class PracticeEntry(Record):
    """A case, some CPD or a supervision session, logged by the mediator or the office. Only confirmed ones count."""

    __tablename__ = "practice_entry"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(KINDS)), name="known_kind"),
        CheckConstraint(one_of("state", list(STATES)), name="known_state"),
        CheckConstraint("(state = 'logged') = (decided_on IS NULL)", name="decided_unless_logged"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> person_id", name="not_confirmed_by_oneself"),
        Index("ix_practice_entry_person", "person_id", "done_on"),
        Index("ix_practice_entry_state", "state", "id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    code: Mapped[str | None]
    done_on: Mapped[date]
    quantity: Mapped[Decimal] = mapped_column(Amount)
    case_reference: Mapped[str | None]
    note: Mapped[str | None]
    state: Mapped[str]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_on: Mapped[date]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_on: Mapped[date | None]
    reason: Mapped[str | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
