"""Intakes: what people apply to, what they are asked, and by which criteria they are read."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record
from accreditation.people.models import Person, one_of
from cohorts.rules.intakes import PANEL_ROLES, QUESTION_KINDS, STEPS


class Intake(Record):
    """A call for applications, open on the days [opens_on, closes_on).

    `sifters` is how many people read each application, `scale_max` the highest mark (the lowest is 0), `wide_spread`
    how far apart two marks of one criterion may lie before the manager is asked to look. A line manager has
    `support_days` to answer, an applicant `offer_days`; the reserve list holds up to `reserve_until` (exclusive).
    """

    __tablename__ = "intake"
    __table_args__ = (
        CheckConstraint("closes_on > opens_on", name="closes_after_opening"),
        CheckConstraint("places > 0", name="has_places"),
        CheckConstraint("sifters >= 2", name="two_sifters"),
        CheckConstraint("scale_max BETWEEN 1 AND 10", name="usable_scale"),
        CheckConstraint("wide_spread > 0", name="spread_means_something"),
        CheckConstraint("support_days > 0 AND offer_days > 0", name="time_to_answer"),
        Index("ix_intake_order", "closes_on", "id"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(unique=True)
    scheme: Mapped[str]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    places: Mapped[int]
    introduction: Mapped[str] = mapped_column(default="")
    next_steps: Mapped[str] = mapped_column(default="")
    sifters: Mapped[int] = mapped_column(default=2)
    scale_max: Mapped[int] = mapped_column(default=4)
    wide_spread: Mapped[int] = mapped_column(default=2)
    support_days: Mapped[int] = mapped_column(default=10)
    offer_days: Mapped[int] = mapped_column(default=14)
    reserve_until: Mapped[date | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    criteria: Mapped[list["Criterion"]] = relationship(order_by="Criterion.position", back_populates="intake")
    questions: Mapped[list["Question"]] = relationship(order_by="Question.position", back_populates="intake")

    __mapper_args__ = {"version_id_col": version}

    def is_open(self, on: date) -> bool:
        return self.opens_on <= on < self.closes_on

    def criteria_at(self, step: str) -> list["Criterion"]:
        return [criterion for criterion in self.criteria if criterion.step == step]


class Criterion(Record):
    """What is marked at the sift or at the interview, and how much it weighs."""

    __tablename__ = "criterion"
    __table_args__ = (
        CheckConstraint(one_of("step", list(STEPS)), name="known_step"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="usable_weight"),
        UniqueConstraint("intake_id", "position"),
    )

    intake_id: Mapped[int] = mapped_column(ForeignKey("intake.id"))
    step: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    guidance: Mapped[str] = mapped_column(default="")
    weight: Mapped[int] = mapped_column(default=1)

    intake: Mapped[Intake] = relationship(back_populates="criteria")


class Question(Record):
    """What the form asks besides the motivation: `yes` and `no` name the answer that is needed, `text` takes words."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(QUESTION_KINDS)), name="known_kind"),
        UniqueConstraint("intake_id", "position"),
    )

    intake_id: Mapped[int] = mapped_column(ForeignKey("intake.id"))
    position: Mapped[int]
    kind: Mapped[str]
    text: Mapped[str]

    intake: Mapped[Intake] = relationship(back_populates="questions")


class PanelMember(Record):
    """Somebody who sifts or interviews for an intake, with the role that was granted to them for it."""

    __tablename__ = "panel_member"
    __table_args__ = (
        CheckConstraint(one_of("role", list(PANEL_ROLES)), name="known_role"),
        UniqueConstraint("intake_id", "person_id", "role"),
    )

    intake_id: Mapped[int] = mapped_column(ForeignKey("intake.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)
