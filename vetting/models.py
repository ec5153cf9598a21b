"""Clearances and applications for them: level, dates, decision, reference. Never the content of vetting."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, append_only, only_where
from accreditation.people.models import Person, one_of
from vetting.rules.levels import levels
from vetting.rules.steps import CLEARANCE_STATES, DECIDED, OPEN

END_SOURCES = ("vetting_unit", "suggested", "not_stated")


class ClearanceApplication(Record):
    """An application for a clearance, from asking for it to the decision. `state_on`: since when it is where it is."""

    __tablename__ = "clearance_application"
    __table_args__ = (
        CheckConstraint(one_of("level", list(levels())), name="known_level"),
        CheckConstraint(one_of("state", [*OPEN, *DECIDED]), name="known_state"),
        CheckConstraint(f"(decided_on IS NULL) = ({one_of('state', list(OPEN))})", name="decided_when_not_open"),
        CheckConstraint("decided_on >= initiated_on", name="decided_after_start"),
        Index("uq_clearance_application_open", "person_id", "level", unique=True, **only_where("decided_on IS NULL")),
        Index("ix_clearance_application_age", "initiated_on", "id", **only_where("decided_on IS NULL")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    level: Mapped[str]
    sponsor: Mapped[str | None]
    state: Mapped[str]
    state_on: Mapped[date]
    initiated_on: Mapped[date]
    decided_on: Mapped[date | None]
    reference: Mapped[str | None] = mapped_column(info={"sensitive": True})
    notes: Mapped[str | None] = mapped_column(info={"sensitive": True})

    person: Mapped[Person] = relationship()
    steps: Mapped[list["ApplicationStep"]] = relationship(
        "vetting.models.ApplicationStep", order_by="vetting.models.ApplicationStep.id", viewonly=True
    )


@append_only
class ApplicationStep(Record):
    """One dated step of an application."""

    __tablename__ = "clearance_application_step"

    application_id: Mapped[int] = mapped_column(ForeignKey("clearance_application.id"), index=True)
    state: Mapped[str]
    taken_on: Mapped[date]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Clearance(Record):
    """A clearance held by a person for a sponsor, for the days [granted_on, ends_on); `state` is its last change.

    `ends_on` null: no end is known or stated. `ends_source` says whether the vetting unit gave the end.
    """

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint(one_of("level", list(levels())), name="known_level"),
        CheckConstraint(one_of("state", list(CLEARANCE_STATES)), name="known_state"),
        CheckConstraint(one_of("ends_source", list(END_SOURCES)), name="known_source"),
        CheckConstraint("ends_on > granted_on", name="ends_after_start"),
        Index("ix_clearance_person_level", "person_id", "level", "ends_on"),
        Index("ix_clearance_end", "ends_on", "id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level: Mapped[str]
    sponsor: Mapped[str | None]
    state: Mapped[str]
    state_on: Mapped[date | None]
    granted_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    ends_source: Mapped[str]
    conditions: Mapped[str | None] = mapped_column(info={"sensitive": True})
    reference: Mapped[str | None] = mapped_column(info={"sensitive": True})
    notes: Mapped[str | None] = mapped_column(info={"sensitive": True})
    application_id: Mapped[int | None] = mapped_column(ForeignKey("clearance_application.id"))

    person: Mapped[Person] = relationship()
    changes: Mapped[list["ClearanceChange"]] = relationship(order_by="ClearanceChange.id", viewonly=True)


@append_only
class ClearanceChange(Record):
    """What became of a clearance after it was granted, and from which day."""

    __tablename__ = "clearance_change"

    clearance_id: Mapped[int] = mapped_column(ForeignKey("clearance.id"), index=True)
    state: Mapped[str]
    changed_on: Mapped[date]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
