"""What a cohort is taught: by whom, in which sessions, and what people's calendars were told of them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, append_only, only_where
from accreditation.people.models import Person, one_of
from cohorts.models.cohorts import Cohort, Enrolment
from cohorts.rules.staff import STAFF_ROLES


class CohortStaff(Record):
    """Somebody who trains or assesses a cohort; `ended_on` is the first day on which they no longer do."""

    __tablename__ = "cohort_staff"
    __table_args__ = (
        CheckConstraint(one_of("role", list(STAFF_ROLES)), name="known_role"),
        Index("uq_cohort_staff_once", "cohort_id", "person_id", "role", unique=True, **only_where("ended_on IS NULL")),
        Index("ix_cohort_staff_person", "person_id", "role"),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    added_on: Mapped[date]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_on: Mapped[date | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class CohortSession(Record):
    """One stretch of training, at the moments [starts_at, ends_at), in a room or behind a link or both.

    `minutes` is what counts as attended by whoever was there throughout: breaks are not in it.
    """

    __tablename__ = "cohort_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("minutes > 0", name="some_time"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_because IS NULL)", name="cancelled_has_why"),
        Index("ix_cohort_session_order", "cohort_id", "starts_at", "id"),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    title: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    minutes: Mapped[int]
    venue: Mapped[str | None]
    link: Mapped[str | None]
    uid: Mapped[str] = mapped_column(unique=True)
    cancelled_at: Mapped[datetime | None]
    cancelled_because: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    cohort: Mapped[Cohort] = relationship()
    trainers: Mapped[list["SessionTrainer"]] = relationship(order_by="SessionTrainer.id", back_populates="session")


class SessionTrainer(Record):
    """Somebody who delivers that session."""

    __tablename__ = "session_trainer"
    __table_args__ = (UniqueConstraint("session_id", "person_id", name="trains_once"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("cohort_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)

    session: Mapped[CohortSession] = relationship(back_populates="trainers")
    person: Mapped[Person] = relationship()


@append_only
class SessionNotice(Record):
    """What somebody's calendar was told of a session: `request` or `cancel`, each with the next `sequence` from 0."""

    __tablename__ = "session_notice"
    __table_args__ = (
        CheckConstraint("kind IN ('request', 'cancel')", name="known_kind"),
        CheckConstraint("sequence >= 0", name="sequence_counts"),
        UniqueConstraint("session_id", "enrolment_id", "sequence", name="told_once"),
        Index("ix_session_notice_enrolment", "enrolment_id", "session_id"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("cohort_session.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    sequence: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]

    session: Mapped[CohortSession] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
