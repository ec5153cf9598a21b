"""Corrections that mediators raised, and what they were answered."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.desk.raising.rules import ABOUT, OUTCOMES
from accreditation.people.models import Person, one_of
from accreditation.standing.models import Evidence


class RaisedCorrection(Record):
    """What a mediator says is wrong in their own record. `evidence_id`: the fact beside which they said so, if any.

    Answered once, by somebody else: `outcome` says what came of it, `answer` is what the mediator reads.
    `forgotten_on`: the day on which both texts were removed by schedule; what it was about and what came of it stay.
    """

    __tablename__ = "raised_correction"
    __table_args__ = (
        CheckConstraint(one_of("about", list(ABOUT)), name="known_about"),
        CheckConstraint(one_of("outcome", list(OUTCOMES)), name="known_outcome"),
        CheckConstraint("text <> '' OR forgotten_on IS NOT NULL", name="has_its_text"),
        CheckConstraint(
            "forgotten_on IS NULL OR (answered_at IS NOT NULL AND text = '' AND answer = '')",
            name="forgotten_has_no_text",
        ),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (outcome IS NULL) "
            "AND (answered_at IS NULL) = (answer IS NULL)",
            name="answered_as_a_whole",
        ),
        CheckConstraint("answered_by <> person_id", name="answered_by_another"),
        Index("ix_raised_correction_person", "person_id", "id"),
        Index("ix_raised_correction_waiting", "id", **only_where("answered_at IS NULL")),
        Index("ix_raised_correction_text", "answered_at", "id", **only_where("forgotten_on IS NULL")),
        Index("ix_raised_correction_fact", "evidence_id", **only_where("evidence_id IS NOT NULL")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    about: Mapped[str]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    text: Mapped[str] = mapped_column(info={"sensitive": True})
    raised_at: Mapped[datetime]
    form_key: Mapped[str] = mapped_column(unique=True)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str | None]
    answer: Mapped[str | None] = mapped_column(info={"sensitive": True})
    forgotten_on: Mapped[date | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    answerer: Mapped[Person | None] = relationship(foreign_keys=answered_by)
    fact: Mapped[Evidence | None] = relationship()

    @property
    def waits(self) -> bool:
        return self.answered_at is None
