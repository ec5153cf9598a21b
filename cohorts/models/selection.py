"""Selection: who reads what, the marks they give, interview slots, offers, and the links that letters carry."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.people.models import Person, one_of
from cohorts.models.applications import Application
from cohorts.models.intakes import Criterion, Intake, Question
from cohorts.rules.intakes import STEPS
from cohorts.rules.links import KINDS
from cohorts.rules.offers import ANSWERS, OFFER_STAGES

MARKING_STATES = ["given", "marked", "conflict", "taken_back"]


class ApplicationAnswer(Record):
    """What an applicant answered to a question of the intake: "yes", "no" or words."""

    __tablename__ = "application_answer"
    __table_args__ = (UniqueConstraint("application_id", "question_id"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    answer: Mapped[str] = mapped_column(info={"sensitive": True})

    question: Mapped[Question] = relationship()


class ApplicationLink(Record):
    """A link that a letter carries. Its token is worked out from this row and the secret key; none is stored."""

    __tablename__ = "application_link"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(KINDS)), name="known_kind"),
        Index("uq_application_link_open", "application_id", "kind", unique=True, **only_where("revoked_at IS NULL")),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    kind: Mapped[str]
    nonce: Mapped[str] = mapped_column(info={"sensitive": True})
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship()


class Marking(Record):
    """One application given to one person to mark. Who declares a conflict says why, and somebody else is found."""

    __tablename__ = "marking"
    __table_args__ = (
        CheckConstraint(one_of("step", list(STEPS)), name="known_step"),
        CheckConstraint(one_of("state", MARKING_STATES), name="known_state"),
        CheckConstraint("(state = 'marked') = (marked_at IS NOT NULL)", name="marked_has_when"),
        CheckConstraint("state <> 'conflict' OR conflict IS NOT NULL", name="conflict_has_words"),
        Index(
            "uq_marking_once",
            "application_id",
            "step",
            "marker_id",
            unique=True,
            **only_where("state <> 'taken_back'"),
        ),
        Index("ix_marking_marker_state", "marker_id", "step", "state", "id"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    marker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    step: Mapped[str]
    state: Mapped[str]
    given_at: Mapped[datetime]
    given_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    marked_at: Mapped[datetime | None]
    comment: Mapped[str | None] = mapped_column(info={"sensitive": True})
    conflict: Mapped[str | None] = mapped_column(info={"sensitive": True})

    application: Mapped[Application] = relationship()
    marker: Mapped[Person] = relationship(foreign_keys=marker_id)
    marks: Mapped[list["Mark"]] = relationship(order_by="Mark.criterion_id", back_populates="marking")


class Mark(Record):
    """The points that somebody gave for one criterion."""

    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("points >= 0", name="not_negative"),
        UniqueConstraint("marking_id", "criterion_id"),
    )

    marking_id: Mapped[int] = mapped_column(ForeignKey("marking.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    points: Mapped[int]

    marking: Mapped[Marking] = relationship(back_populates="marks")
    criterion: Mapped[Criterion] = relationship()


class InterviewSlot(Record):
    """A time [starts_at, ends_at) at which a panel can see one applicant."""

    __tablename__ = "interview_slot"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_interview_slot_order", "intake_id", "starts_at", "id"),
        Index("uq_interview_slot_applicant", "application_id", unique=True, **only_where("cancelled_at IS NULL")),
    )

    intake_id: Mapped[int] = mapped_column(ForeignKey("intake.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    cancelled_at: Mapped[datetime | None]

    intake: Mapped[Intake] = relationship()
    application: Mapped[Application | None] = relationship()
    panel: Mapped[list["SlotPanel"]] = relationship(order_by="SlotPanel.id", back_populates="slot")


class SlotPanel(Record):
    """Somebody who interviews at that time."""

    __tablename__ = "slot_panel"
    __table_args__ = (UniqueConstraint("slot_id", "interviewer_id"),)

    slot_id: Mapped[int] = mapped_column(ForeignKey("interview_slot.id"))
    interviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)

    slot: Mapped[InterviewSlot] = relationship(back_populates="panel")
    interviewer: Mapped[Person] = relationship()


class Offer(Record):
    """What an applicant was offered, to be answered before `answer_by` (exclusive), and what they said."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint(one_of("stage", list(OFFER_STAGES)), name="known_stage"),
        CheckConstraint(one_of("answer", list(ANSWERS)), name="known_answer"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_has_when"),
        Index("uq_offer_open", "application_id", unique=True, **only_where("answer IS NULL")),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    stage: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer_by: Mapped[date]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    words: Mapped[str | None] = mapped_column(info={"sensitive": True})

    application: Mapped[Application] = relationship()
