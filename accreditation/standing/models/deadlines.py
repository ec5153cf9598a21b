"""Dated duties that no requirement of a scheme expresses."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Record


class Deadline(Record):
    """Something due by the day before `basis_date`, declared by the room whose record (`source`) it follows from.

    `person_id` is whom it is about, `owner_id` who has to see to it, `provider_id` the body that owes it.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("source_type", "source_id", "kind", "code", name="one_for_each_source"),
        CheckConstraint(
            "person_id IS NOT NULL OR owner_id IS NOT NULL OR provider_id IS NOT NULL", name="somebody_is_concerned"
        ),
        Index("ix_deadline_basis", "basis_date", "id"),
    )
    __audited__ = False  # it follows from a record that is audited

    kind: Mapped[str]
    code: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    basis_date: Mapped[date]
    source_type: Mapped[str]
    source_id: Mapped[int]
