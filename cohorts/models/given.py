"""Which candidates were given to somebody to assess, or their results to moderate, and until when."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record
from accreditation.people.models import one_of
from cohorts.models.cohorts import Enrolment
from cohorts.rules.staff import GIVEN_ROLES


class CandidateGiven(Record):
    """A candidate given to an assessor or a moderator of their cohort, on the days [starts_on, ends_on).

    One row for each of them: giving again moves the end, taking back brings it forward.
    """

    __tablename__ = "candidate_given"
    __table_args__ = (
        CheckConstraint(one_of("role", list(GIVEN_ROLES)), name="known_role"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        UniqueConstraint("enrolment_id", "person_id", "role", name="given_once"),
        Index("ix_candidate_given_person", "person_id", "role", "ends_on"),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    given_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    enrolment: Mapped[Enrolment] = relationship()
