from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.people.models import Person, one_of
from cohorts.models.assessment import ResultPart
from cohorts.rules.assessment import PENDING
from cohorts.rules.results import OUTCOMES, RESULT_STATES


class Result(Record):
    """How somebody did at one attempt: recorded by one person, submitted, and released by a second one.

    Some are moderated before that. The outcome is `pending` while a draft lacks one of its parts.
    `event_on` is the day of the assessment, whenever it is recorded. `supersedes_id` is the released result that this
    one corrects. Without an enrolment it was passed before the register began.
    """

    __tablename__ = "result"
    __table_args__ = (
        CheckConstraint(one_of("outcome", [*OUTCOMES, PENDING]), name="known_outcome"),
        CheckConstraint(f"outcome <> '{PENDING}' OR state = 'draft'", name="pending_is_draft"),
        CheckConstraint(one_of("state", list(RESULT_STATES)), name="known_state"),
        CheckConstraint("attempt > 0", name="attempts_from_one"),
        CheckConstraint(
            "state = 'draft' OR submitted_at IS NOT NULL OR enrolment_id IS NULL", name="submitted_has_when"
        ),
        CheckConstraint(
            "(state IN ('released', 'superseded')) = (released_at IS NOT NULL OR enrolment_id IS NULL)",
            name="released_has_when",
        ),
        CheckConstraint("released_by <> submitted_by", name="second_person"),
        CheckConstraint("moderated_by <> submitted_by", name="moderated_by_another"),
        CheckConstraint("(moderated_by IS NULL) = (moderated_at IS NULL)", name="moderated_has_when"),
        Index(
            "uq_result_open",
            "enrolment_id",
            unique=True,
            **only_where("state IN ('draft', 'in_moderation', 'submitted')"),
        ),
        Index("uq_result_attempt", "enrolment_id", "attempt", unique=True, **only_where("supersedes_id IS NULL")),
        Index("uq_result_supersedes", "supersedes_id", unique=True),
        Index("ix_result_state_cohort", "state", "cohort_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    scheme: Mapped[str]
    course: Mapped[str | None]
    attempt: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[str]
    event_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(info={"sensitive": True})
    state: Mapped[str]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    moderated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    moderated_at: Mapped[datetime | None]
    moderation_note: Mapped[str | None] = mapped_column(info={"sensitive": True})
    released_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[datetime | None]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("result.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    parts: Mapped[list[ResultPart]] = relationship(order_by=ResultPart.component_id, cascade="all, delete-orphan")


class ResultUpload(Record):
    """A results workbook between its upload and its confirmation: read, not yet recorded.

    `content` is JSON: what the file said row by row, so that the preview can be found again and the error file be made.
    """

    __tablename__ = "result_upload"
    __table_args__ = (
        CheckConstraint(one_of("state", ["waiting", "recorded", "discarded", "undone"]), name="known_state"),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    file_name: Mapped[str]
    version: Mapped[int]
    content: Mapped[str] = mapped_column(info={"sensitive": True})
    state: Mapped[str]
    recorded_at: Mapped[datetime | None]
