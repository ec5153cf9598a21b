from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, append_only
from accreditation.people.models import Person, Provider, one_of
from cohorts.models.assessment import Assessment
from cohorts.rules.states import COHORT_STATES, ENROLMENT_STATES


class Cohort(Record):
    """People trained together by one provider for one scheme, on the days [starts_on, ends_on).

    `version` counts every change of its places and results: a workbook or a grid made from an older one is refused.
    `attendance_percent`: the share of the training hours that somebody must have attended before there can be a result
    of theirs; None where the scheme does not ask for it. `attendance_version` counts the changes of attendance.
    """

    __tablename__ = "cohort"
    __table_args__ = (
        CheckConstraint(one_of("state", list(COHORT_STATES)), name="known_state"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("assessment_on IS NULL OR assessment_on >= starts_on", name="assessed_after_start"),
        CheckConstraint("capacity > 0", name="has_places"),
        CheckConstraint("attendance_percent BETWEEN 1 AND 100", name="usable_attendance"),
        Index("ix_cohort_order", "starts_on", "id"),
        Index("ix_cohort_provider_order", "provider_id", "starts_on", "id"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    scheme: Mapped[str]
    title: Mapped[str] = mapped_column(unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    assessment_on: Mapped[date | None]
    results_due_on: Mapped[date]
    capacity: Mapped[int]
    attendance_percent: Mapped[int | None]
    joining_text: Mapped[str | None]
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"), index=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    attendance_version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    provider: Mapped[Provider] = relationship()
    assessment: Mapped[Assessment | None] = relationship()


class Enrolment(Record):
    """Somebody's place on a cohort, or what became of it. `came_from_id`: the place it was transferred from."""

    __tablename__ = "enrolment"
    __table_args__ = (
        CheckConstraint(one_of("state", list(ENROLMENT_STATES)), name="known_state"),
        UniqueConstraint("person_id", "cohort_id", name="enrolled_once"),
        Index("ix_enrolment_cohort_state", "cohort_id", "state"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    state: Mapped[str]
    enrolled_on: Mapped[date]
    enrolled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    came_from_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    cohort: Mapped[Cohort] = relationship()


@append_only
class EnrolmentStep(Record):
    """One step of a place, and who took it. The first has no state before it."""

    __tablename__ = "enrolment_step"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    before: Mapped[str | None]
    after: Mapped[str]
    at: Mapped[datetime]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(info={"sensitive": True})

    taker: Mapped[Person | None] = relationship(foreign_keys=taken_by)
