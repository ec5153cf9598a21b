"""Clearances and applications for them: level, dates, decision, reference, holder kind. Never the content of vetting.

Every column that data/field-access.csv keeps from the auditor is marked sensitive: the audit trail then names it and
does not show it. The steps, changes and corrections below are the history, for those who may read it.
"""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, append_only, only_where
from accreditation.core.uploads import Draft
from accreditation.people.models import Person, one_of
from vetting.rules.aftercare import ACTIONS, KINDS
from vetting.rules.fields import ADVERSE_DECISIONS, ADVERSE_STATES
from vetting.rules.levels import CERTAINTIES, HOLDER_KINDS, levels
from vetting.rules.steps import CLEARANCE_STATES, DECIDED, OPEN
from vetting.rules.transfers import DIRECTIONS, TRANSFER_STATES

END_SOURCES = ("vetting_unit", "suggested", "risk_owner", "not_stated", "to_be_asked")
"""Where the end comes from. `not_stated`: the level has no period, and none was given; `to_be_asked`: it is not known
yet, and until it is the clearance counts for nothing."""

CORRECTIONS = ("step_taken_back", "change_taken_back", "dates", "shortened", "struck_out")

HIDDEN: dict[str, Any] = {"sensitive": True}


class ClearanceApplication(Record):
    """An application for a clearance, from asking for it to the decision. `state_on`: since when it is where it is.

    `submitted_on` is the day the questionnaire was first handed in: from it the time to the decision is counted.
    `struck_out_on`: recorded in error; no list knows of it any more.
    """

    __tablename__ = "clearance_application"
    __table_args__ = (
        CheckConstraint(one_of("level", list(levels())), name="known_level"),
        CheckConstraint(one_of("state", [*OPEN, *DECIDED]), name="known_state"),
        CheckConstraint(f"(decided_on IS NULL) = ({one_of('state', list(OPEN))})", name="decided_when_not_open"),
        CheckConstraint("decided_on >= initiated_on", name="decided_after_start"),
        Index("uq_clearance_application_open", "person_id", "level", unique=True, **only_where("decided_on IS NULL")),
        Index("ix_clearance_application_age", "initiated_on", "id", **only_where("decided_on IS NULL")),
        Index("ix_clearance_application_decided", "level", "decided_on"),
        Index("ix_clearance_application_adverse", "person_id", **only_where(one_of("state", list(ADVERSE_DECISIONS)))),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    level: Mapped[str] = mapped_column(info=HIDDEN)
    sponsor: Mapped[str | None] = mapped_column(info=HIDDEN)
    state: Mapped[str] = mapped_column(info=HIDDEN)
    state_on: Mapped[date] = mapped_column(info=HIDDEN)
    initiated_on: Mapped[date] = mapped_column(info=HIDDEN)
    submitted_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    decided_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    struck_out_on: Mapped[date | None]
    reference: Mapped[str | None] = mapped_column(info=HIDDEN)
    notes: Mapped[str | None] = mapped_column(info=HIDDEN)

    person: Mapped[Person] = relationship()
    steps: Mapped[list["ApplicationStep"]] = relationship(
        "vetting.models.ApplicationStep", order_by="vetting.models.ApplicationStep.id", viewonly=True
    )


@append_only
class ApplicationStep(Record):
    """One dated step of an application."""

    __tablename__ = "clearance_application_step"

    application_id: Mapped[int] = mapped_column(ForeignKey("clearance_application.id"), index=True)
    state: Mapped[str] = mapped_column(info=HIDDEN)
    taken_on: Mapped[date] = mapped_column(info=HIDDEN)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Clearance(Record):
    """A clearance held by a person for a sponsor, for the days [granted_on, ends_on); `state` is its last change.

    `ends_on` null: no end is known or stated; `ends_source` says who gave it. `holder_kind` is the person's at the
    grant, and `originally_granted_on` the day on which another body granted what was taken over here. `blocks`: whether
    it is declared to end on `ends_on`, or open with a review by then. `struck_out_on`: recorded in error.
    """

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint(one_of("level", list(levels())), name="known_level"),
        CheckConstraint(one_of("state", list(CLEARANCE_STATES)), name="known_state"),
        CheckConstraint(one_of("ends_source", list(END_SOURCES)), name="known_source"),
        CheckConstraint(one_of("holder_kind", list(HOLDER_KINDS)), name="known_holder_kind"),
        CheckConstraint("ends_on > granted_on", name="ends_after_start"),
        Index("ix_clearance_person_level", "person_id", "level", "ends_on"),
        Index("ix_clearance_end", "ends_on", "id"),
        Index("ix_clearance_adverse", "person_id", **only_where(one_of("state", list(ADVERSE_STATES)))),
        Index("ix_clearance_to_be_asked", "id", **only_where("ends_source = 'to_be_asked'")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level: Mapped[str] = mapped_column(info=HIDDEN)
    sponsor: Mapped[str | None] = mapped_column(info=HIDDEN)
    state: Mapped[str] = mapped_column(info=HIDDEN)
    state_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    granted_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    ends_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    ends_source: Mapped[str] = mapped_column(info=HIDDEN)
    holder_kind: Mapped[str | None]
    originally_granted_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    blocks: Mapped[bool] = mapped_column(default=True, server_default=true())
    struck_out_on: Mapped[date | None]
    conditions: Mapped[str | None] = mapped_column(info=HIDDEN)
    reference: Mapped[str | None] = mapped_column(info=HIDDEN)
    notes: Mapped[str | None] = mapped_column(info=HIDDEN)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("clearance_application.id"))

    person: Mapped[Person] = relationship()
    changes: Mapped[list["ClearanceChange"]] = relationship(order_by="ClearanceChange.id", viewonly=True)


@append_only
class ClearanceChange(Record):
    """What became of a clearance after it was granted, and from which day."""

    __tablename__ = "clearance_change"

    clearance_id: Mapped[int] = mapped_column(ForeignKey("clearance.id"), index=True)
    state: Mapped[str] = mapped_column(info=HIDDEN)
    changed_on: Mapped[date] = mapped_column(info=HIDDEN)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


@append_only
class ClearanceCorrection(Record):
    """Something put right: a step or change taken back, other dates, an end brought forward, a clearance struck out.

    `was_…` is what stood before. The reason is for the vetting officer alone.
    """

    __tablename__ = "clearance_correction"
    __table_args__ = (CheckConstraint(one_of("kind", list(CORRECTIONS)), name="known_kind"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("clearance_application.id"), index=True)
    clearance_id: Mapped[int | None] = mapped_column(ForeignKey("clearance.id"), index=True)
    step_id: Mapped[int | None] = mapped_column(ForeignKey("clearance_application_step.id"), unique=True)
    change_id: Mapped[int | None] = mapped_column(ForeignKey("clearance_change.id"), unique=True)
    was_granted_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    was_ends_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    was_ends_source: Mapped[str | None] = mapped_column(info=HIDDEN)
    granted_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    ends_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    ends_source: Mapped[str | None] = mapped_column(info=HIDDEN)
    reason: Mapped[str] = mapped_column(info=HIDDEN)
    corrected_on: Mapped[date]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ClearanceTransfer(Record):
    """A clearance asked for from another body, or by one: requested, then accepted, refused or to be vetted anew.

    Between request and answer nobody is cleared here by it. `left_on`: the last day with the other body, where known.
    """

    __tablename__ = "clearance_transfer"
    __table_args__ = (
        CheckConstraint(one_of("level", list(levels())), name="known_level"),
        CheckConstraint(one_of("direction", list(DIRECTIONS)), name="known_direction"),
        CheckConstraint(one_of("state", list(TRANSFER_STATES)), name="known_state"),
        CheckConstraint("(state = 'requested') = (answered_on IS NULL)", name="answered_when_not_open"),
        CheckConstraint("answered_on >= requested_on", name="answered_after_request"),
        Index(
            "uq_clearance_transfer_open",
            "person_id",
            "level",
            "direction",
            unique=True,
            **only_where("answered_on IS NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    direction: Mapped[str] = mapped_column(info=HIDDEN)
    level: Mapped[str] = mapped_column(info=HIDDEN)
    other_body: Mapped[str] = mapped_column(info=HIDDEN)
    state: Mapped[str] = mapped_column(info=HIDDEN)
    requested_on: Mapped[date] = mapped_column(info=HIDDEN)
    answered_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    left_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    clearance_id: Mapped[int | None] = mapped_column(ForeignKey("clearance.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("clearance_application.id"))
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class AftercareFact(Record):
    """That something was reported to the vetting unit, on which day, and who does what next. Never what it was."""

    __tablename__ = "clearance_aftercare"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(KINDS)), name="known_kind"),
        CheckConstraint(one_of("next_action", list(ACTIONS)), name="known_action"),
        CheckConstraint("(next_action IS NULL) = (due_on IS NULL)", name="action_has_its_day"),
        Index("ix_clearance_aftercare_due", "due_on", "id", **only_where("done_on IS NULL")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(info=HIDDEN)
    reported_on: Mapped[date] = mapped_column(info=HIDDEN)
    next_action: Mapped[str | None] = mapped_column(info=HIDDEN)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    done_on: Mapped[date | None] = mapped_column(info=HIDDEN)
    struck_out_on: Mapped[date | None]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)


class ReviewPeriod(Record):
    """The usual period of a level for a kind of holder, as this service has set it; without a row: levels.json."""

    __tablename__ = "clearance_review_period"
    __table_args__ = (
        UniqueConstraint("level", "holder_kind", name="one_for_each_level_and_kind"),
        CheckConstraint(one_of("level", list(levels())), name="known_level"),
        CheckConstraint(one_of("holder_kind", list(HOLDER_KINDS)), name="known_holder_kind"),
        CheckConstraint(one_of("certainty", list(CERTAINTIES)), name="known_certainty"),
        CheckConstraint("months > 0", name="months_are_some"),
    )

    level: Mapped[str]
    holder_kind: Mapped[str]
    months: Mapped[int | None]
    certainty: Mapped[str]
    source: Mapped[str]


class BirthMark(Record):
    """What a date of birth comes to under this installation's key: two can be compared, none can be read."""

    __tablename__ = "clearance_birth_mark"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    mark: Mapped[str] = mapped_column(info=HIDDEN)


class ClearanceList(Draft, Record):
    """The vetting unit's list in a spreadsheet. `take_all`: what only differs from the register is taken from it."""

    __tablename__ = "clearance_list"

    level: Mapped[str]
    take_all: Mapped[bool] = mapped_column(default=False, server_default=false())
