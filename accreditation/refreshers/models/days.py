"""Refresher days, who has a seat on them, and who was invited."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.people.models import Person, one_of
from accreditation.refreshers.rules import (
    BOOKING_STATES,
    DAY_STATES,
    ENDED,
    facts_of_attending,
    topic_label,
    topics_of,
)
from accreditation.standing.models import Amount
from accreditation.standing.models.columns import Codes
from accreditation.standing.rules.evidence import Fact

LIVE = "state NOT IN (" + ", ".join(f"'{state}'" for state in ENDED) + ")"


class RefresherDay(Record):
    """A refresher day. Times are moments; `held_on` is the day in London on which it counts.

    A day that came with somebody's past attendance has no times, no seats and a `recorded_key` of its own. Days that
    were planned together share the id of the first as their `series_id`.
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
    further_topics: Mapped[tuple[str, ...]] = mapped_column(Codes, default=())
    held_on: Mapped[date]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    venue: Mapped[str | None]
    link: Mapped[str | None]
    capacity: Mapped[int | None]
    minimum: Mapped[int] = mapped_column(default=0)
    trainer: Mapped[str | None]
    joining_text: Mapped[str | None]
    cost_code: Mapped[str | None]
    materials: Mapped[str | None]
    series_id: Mapped[int | None] = mapped_column(ForeignKey("refresher_day.id"), index=True)
    state: Mapped[str] = mapped_column(default="planned")
    cancelled_because: Mapped[str | None]
    recorded_key: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def topics(self) -> tuple[str | None, ...]:
        return topics_of(self.topic, self.further_topics)

    @property
    def topic_words(self) -> str:
        """The topics as people say them; empty for a day without any."""
        return ", ".join(label for topic in self.topics if (label := topic_label(topic)))

    @property
    def brings(self) -> list[Fact]:
        """What attending the day in full brings."""
        return facts_of_attending(self.topics, self.held_on)


class Booking(Record):
    """Somebody's place on a day, from asking for it to having been there. The row stays whatever becomes of it.

    A seat that is `offered` is held until `answer_by` (a moment, exclusive). Of a day that was moved, and of a seat
    that a plan kept for somebody, `confirm_by` is the last day on which the person should say that they come, and
    `confirmed_on` when they did; `moved_from` is the moment at which the day would have begun when they last knew of
    it, None where it was not moved.
    """

    __tablename__ = "refresher_booking"
    __table_args__ = (
        CheckConstraint(one_of("state", list(BOOKING_STATES)), name="known_state"),
        CheckConstraint("hours IS NULL OR state IN ('attended', 'part_attended')", name="hours_of_who_came"),
        CheckConstraint("state <> 'offered' OR answer_by IS NOT NULL", name="offer_has_an_end"),
        CheckConstraint("confirmed_on IS NULL OR confirm_by IS NOT NULL", name="confirmed_when_asked"),
        Index("ix_refresher_booking_offer", "answer_by", "day_id", **only_where("state = 'offered'")),
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
    first_in_line: Mapped[bool] = mapped_column(default=False)
    answer_by: Mapped[datetime | None]
    confirm_by: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    moved_from: Mapped[datetime | None]

    day: Mapped[RefresherDay] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)

    @property
    def unconfirmed(self) -> bool:
        """Whether we still wait for their word that they come: on the day as it was moved, or at all."""
        return self.state == "booked" and self.confirm_by is not None and self.confirmed_on is None

    @property
    def provisional(self) -> bool:
        """Whether a plan has kept this seat for them, and they have not said that they come."""
        return self.unconfirmed and self.moved_from is None


class Invitation(Record):
    """That somebody was asked to come to a day: once, however often the button is pressed."""

    __tablename__ = "refresher_invitation"
    __table_args__ = (UniqueConstraint("day_id", "person_id", name="invited_once"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("refresher_day.id"))
    invited_on: Mapped[date]
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    day: Mapped[RefresherDay] = relationship()
