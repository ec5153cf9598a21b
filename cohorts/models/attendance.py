"""Who was there, session by session."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Record
from accreditation.people.models import one_of
from cohorts.rules.attendance import MARKS


class Attendance(Record):
    """Whether somebody was at a session; `minutes` only of who was there in part."""

    __tablename__ = "attendance"
    __table_args__ = (
        CheckConstraint(one_of("mark", list(MARKS)), name="known_mark"),
        CheckConstraint("(mark = 'part') = (minutes IS NOT NULL)", name="time_of_who_was_there_in_part"),
        CheckConstraint("minutes > 0", name="some_time"),
        UniqueConstraint("enrolment_id", "session_id", name="recorded_once"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("cohort_session.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    mark: Mapped[str]
    minutes: Mapped[int | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class AttendanceUpload(Record):
    """A workbook of attendance between its upload and its confirmation: read, not yet recorded.

    `content` is JSON: what the file said row by row.
    """

    __tablename__ = "attendance_upload"
    __table_args__ = (CheckConstraint(one_of("state", ["waiting", "recorded", "discarded"]), name="known_state"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    file_name: Mapped[str]
    version: Mapped[int]
    content: Mapped[str]
    state: Mapped[str]
    recorded_at: Mapped[datetime | None]
