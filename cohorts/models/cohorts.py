from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record
from accreditation.people.models import Person, Provider, one_of
from cohorts.rules.states import COHORT_STATES, ENROLMENT_STATES

CAPACITY = 12  # DOMAIN.md section 4: "up to 12"


class Cohort(Record):
    """People trained together by one provider for one scheme, on the days [starts_on, ends_on).

    `version` counts every change of its places and results: a workbook or a grid made from an older one is refused.
    """

    __tablename__ = "cohort"
    __table_args__ = (
        CheckConstraint(one_of("state", list(COHORT_STATES)), name="known_state"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("assessment_on IS NULL OR assessment_on >= starts_on", name="assessed_after_start"),
        CheckConstraint("capacity > 0", name="has_places"),
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
    capacity: Mapped[int] = mapped_column(default=CAPACITY)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    provider: Mapped[Provider] = relationship()


class Enrolment(Record):
    """Somebody's place on a cohort, or what became of it."""

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

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    cohort: Mapped[Cohort] = relationship()
