"""Refresher days, who has a seat on them, and who was invited."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.people.models import Person, one_of
from accreditation.refreshers.rules import BOOKING_STATES, DAY_STATES, ENDED
from accreditation.standing.models import Amount

LIVE = "state NOT IN (" + ", ".join(f"'{state}'" for state in ENDED) + ")"


class RefresherDay(Record):
    """A refresher day. Times are moments; `held_on` is the day in London on which it counts.

    A day that came with somebody's past attendance has no times, no seats and a `recorded_key` of its own.
    """

    __tablename__ = "refresher_day"
    __table_args__ = (
        CheckConstraint(one_of("state", list(DAY_STATES)), name="known_state"),
        CheckConstraint("capacity > 0", name="some_seats"),
        CheckConstraint("minimum >= 0", name="minimum_counts"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("(capacity IS NULL) = (recorded_key IS NOT NULL)", name="seats_unless_recorded"),
        Index("ix_refresher_day_held_on", "held_on", "id"),
    )

    title: Mapped[str]
    topic: Mapped[str | None]
    held_on: Mapped[date]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    venue: Mapped[str | None]
    link: Mapped[str | None]
    capacity: Mapped[int | None]
    minimum: Mapped[int] = mapped_column(default=0)
    trainer: Mapped[str | None]
    joining_text: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="planned")
    cancelled_because: Mapped[str | None]
    recorded_key: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1)


class Booking(Record):
    """Somebody's place on a day, from asking for it to having been there. The row stays whatever becomes of it."""

    __tablename__ = "refresher_booking"
    __table_args__ = (
        CheckConstraint(one_of("state", list(BOOKING_STATES)), name="known_state"),
        CheckConstraint("hours IS NULL OR state IN ('attended', 'part_attended')", name="hours_of_who_came"),
        Index("uq_refresher_booking_live", "day_id", "person_id", unique=True, **only_where(LIVE)),
        Index("ix_refresher_booking_day_state", "day_id", "state"),
        Index("ix_refresher_booking_person", "person_id", "day_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day_id: Mapped[int] = mapped_column(ForeignKey("refresher_day.id"))
    state: Mapped[str]
    hours: Mapped[Decimal | None] = mapped_column(Amount)
    booked_on: Mapped[date]
    booked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    attendance_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    day: Mapped[RefresherDay] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)


class Invitation(Record):
    """That somebody was asked to come to a day: once, however often the button is pressed."""

    __tablename__ = "refresher_invitation"
    __table_args__ = (UniqueConstraint("day_id", "person_id", name="invited_once"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("refresher_day.id"))
    invited_on: Mapped[date]
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    day: Mapped[RefresherDay] = relationship()
