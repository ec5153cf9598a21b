"""That somebody left, what became of what they had, and that they came back or never left."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.calendar import last_good_day
from accreditation.core.database import Record, only_where
from accreditation.people.models import Person


class Departure(Record):
    """Somebody's leaving: `left_on` is the first day out of the service, the day after their last.

    `done` holds the ids of what ended with it, so that undoing it can give back what can be given back. In force until
    they are back (`returned_on`, the first day) or it is taken back because it was recorded by mistake.
    """

    __tablename__ = "departure"
    __table_args__ = (
        CheckConstraint("returned_on >= left_on", name="back_after_leaving"),
        CheckConstraint("(returned_on IS NULL) = (returned_at IS NULL)", name="back_at_a_moment"),
        CheckConstraint("returned_at IS NULL OR cancelled_at IS NULL", name="back_or_never_gone"),
        Index(
            "uq_departure_in_force",
            "person_id",
            unique=True,
            **only_where("returned_at IS NULL AND cancelled_at IS NULL"),
        ),
        Index("ix_departure_order", "left_on", "id"),
        Index("ix_departure_person", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    left_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    form_key: Mapped[str] = mapped_column(unique=True)
    # What it says of clearances is for those alone who may know of them: data/field-access.csv.
    done: Mapped[dict[str, Any]] = mapped_column(JSON, info={"sensitive": True})
    returned_on: Mapped[date | None]
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_reason: Mapped[str | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)

    @property
    def last_on(self) -> date:
        """The last day in the service."""
        return last_good_day(self.left_on)

    @property
    def in_force(self) -> bool:
        return self.returned_at is None and self.cancelled_at is None
