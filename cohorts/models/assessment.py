"""How people are assessed for a scheme, as data: parts, criteria, attempts; and what was recorded for each part."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.people.models import one_of
from cohorts.rules.assessment import ComponentRule, CriterionRule
from cohorts.rules.results import OUTCOMES


class Assessment(Record):
    """How one course of a scheme is assessed.

    Results that rest on it never change under it: once there are some, a change makes a new one with the next `version`
    that `replaces` this one, which is then no longer `active`. `attempts_max` None: as many as it takes;
    `cooling_off_days` lie between two attempts; an appeal can be made for `appeal_days` after the release.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("attempts_max > 0", name="some_attempt"),
        CheckConstraint("cooling_off_days >= 0", name="cooling_off_counts"),
        CheckConstraint("appeal_days >= 0", name="appeal_counts"),
        Index("uq_assessment_title", "scheme", "title", unique=True, **only_where("active")),
    )

    scheme: Mapped[str]
    title: Mapped[str]
    may_refer: Mapped[bool]
    attempts_max: Mapped[int | None]
    cooling_off_days: Mapped[int] = mapped_column(default=0)
    moderated: Mapped[bool]
    independent: Mapped[bool]
    appeal_days: Mapped[int] = mapped_column(default=28)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    components: Mapped[list["Component"]] = relationship(
        order_by="Component.position", back_populates="assessment", cascade="all, delete-orphan"
    )

    @property
    def rules(self) -> tuple[ComponentRule, ...]:
        return tuple(
            ComponentRule(
                part.id, part.title, part.required, tuple(CriterionRule(one.id, one.text) for one in part.criteria)
            )
            for part in self.components
        )


class Component(Record):
    """A part of the assessment, such as an observed role-play."""

    __tablename__ = "assessment_component"
    __table_args__ = (UniqueConstraint("assessment_id", "position"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    position: Mapped[int]
    title: Mapped[str]
    required: Mapped[bool]

    assessment: Mapped[Assessment] = relationship(back_populates="components")
    criteria: Mapped[list["ComponentCriterion"]] = relationship(
        order_by="ComponentCriterion.position", back_populates="component", cascade="all, delete-orphan"
    )


class ComponentCriterion(Record):
    """What is looked for in a part."""

    __tablename__ = "component_criterion"
    __table_args__ = (UniqueConstraint("component_id", "position"),)

    component_id: Mapped[int] = mapped_column(ForeignKey("assessment_component.id"))
    position: Mapped[int]
    text: Mapped[str]

    component: Mapped[Component] = relationship(back_populates="criteria")


class ResultPart(Record):
    """How somebody did in one part at one attempt. The outcome is None while only criteria have been looked at."""

    __tablename__ = "result_part"
    __table_args__ = (
        CheckConstraint(one_of("outcome", list(OUTCOMES)), name="known_outcome"),
        UniqueConstraint("result_id", "component_id"),
    )

    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    component_id: Mapped[int] = mapped_column(ForeignKey("assessment_component.id"))
    outcome: Mapped[str | None]

    marks: Mapped[list["PartMark"]] = relationship(
        order_by="PartMark.criterion_id", cascade="all, delete-orphan", back_populates="part"
    )


class PartMark(Record):
    """Whether one criterion of a part was met."""

    __tablename__ = "result_part_mark"
    __table_args__ = (UniqueConstraint("part_id", "criterion_id"),)

    part_id: Mapped[int] = mapped_column(ForeignKey("result_part.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("component_criterion.id"))
    met: Mapped[bool]

    part: Mapped[ResultPart] = relationship(back_populates="marks")
