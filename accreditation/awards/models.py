"""Accreditations as awarded."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core import clock
from accreditation.core.database import Record, only_where
from accreditation.people.models import Person


class Award(Record):
    """An accreditation as awarded: to whom, in which scheme, for which days [starts_on, ends_on).

    `ends_on` null: for ever, where the scheme sets no term. `withdrawn_on` is the first day without it; an award that
    is withdrawn from its first day never held.
    """

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("withdrawn_on >= starts_on", name="withdrawn_after_start"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawal_reason IS NULL)", name="withdrawn_with_reason"),
        Index("uq_award_start", "person_id", "scheme", "starts_on", unique=True, **only_where("withdrawn_on IS NULL")),
        Index("uq_award_renews", "renews_id", unique=True, **only_where("withdrawn_on IS NULL")),
    )

    number: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scheme: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    awarded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    awarded_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(info={"sensitive": True})

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    awarder: Mapped[Person | None] = relationship(foreign_keys=awarded_by)
    withdrawer: Mapped[Person | None] = relationship(foreign_keys=withdrawn_by)
