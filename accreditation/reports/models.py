"""Reports that were prepared, commented and signed off."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record
from accreditation.people.models import Person, one_of
from accreditation.reports.rules.periods import Period

CLASSIFICATIONS = ("OFFICIAL", "OFFICIAL-SENSITIVE")
STATES = ("draft", "signed_off")


class SteeringReport(Record):
    """A report for the steering group on the days [starts_on, ends_on).

    While it is a draft its figures are read anew each time; `contents` holds them as they stood when it was signed
    off, by another person than whoever prepared it.
    """

    __tablename__ = "steering_report"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint(one_of("state", list(STATES)), name="known_state"),
        CheckConstraint(one_of("classification", list(CLASSIFICATIONS)), name="known_classification"),
        CheckConstraint("(state = 'signed_off') = (signed_off_at IS NOT NULL)", name="signed_off_has_when"),
        CheckConstraint("(state = 'signed_off') = (contents IS NOT NULL)", name="signed_off_is_kept"),
        CheckConstraint("signed_off_by <> prepared_by", name="second_person"),
        Index("ix_steering_report_order", "starts_on", "id"),
    )

    title: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    classification: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    prepared_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime]
    commentary: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    signed_off_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_off_at: Mapped[datetime | None]
    contents: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    author: Mapped[Person] = relationship(foreign_keys=prepared_by)
    signatory: Mapped[Person | None] = relationship(foreign_keys=signed_off_by)

    __mapper_args__ = {"version_id_col": version}

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)

    @property
    def is_draft(self) -> bool:
        return self.state == "draft"
