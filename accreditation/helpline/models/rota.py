"""Who answers the helpline when, and who asked whom to take a shift."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.people.models import Person, one_of

ANSWERS = ["agreed", "declined", "taken_back"]


class Shift(Record):
    """The moments [starts_at, ends_at) in which an adviser answers. `form_key` is shared by those of one pattern.

    Whose it is can change by a swap; `version` rises with every change, so that calendars follow.
    """

    __tablename__ = "helpline_shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("uq_helpline_shift_start", "adviser_id", "starts_at", unique=True, **only_where("cancelled_at IS NULL")),
        Index("ix_helpline_shift_when", "starts_at", "id", **only_where("cancelled_at IS NULL")),
        Index("ix_helpline_shift_form", "form_key", "starts_at"),
    )

    adviser_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    form_key: Mapped[str]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    adviser: Mapped[Person] = relationship(foreign_keys=adviser_id)


class Swap(Record):
    """An adviser asks another one to take a shift, perhaps in return for one of theirs; the other answers.

    Without an answer it is open for as long as the shifts are to come. Rows are never removed: they are the history.
    """

    __tablename__ = "helpline_swap"
    __table_args__ = (
        CheckConstraint(one_of("answer", ANSWERS), name="known_answer"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_some_time"),
        CheckConstraint("asked_by <> asked_of", name="two_advisers"),
        Index("uq_helpline_swap_open", "shift_id", unique=True, **only_where("answered_at IS NULL")),
        Index("ix_helpline_swap_asked_of", "asked_of", "id"),
    )

    shift_id: Mapped[int] = mapped_column(ForeignKey("helpline_shift.id"))
    in_return_id: Mapped[int | None] = mapped_column(ForeignKey("helpline_shift.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_of: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]

    shift: Mapped[Shift] = relationship(foreign_keys=shift_id)
    in_return: Mapped[Shift | None] = relationship(foreign_keys=in_return_id)
    asker: Mapped[Person] = relationship(foreign_keys=asked_by)
    asked: Mapped[Person] = relationship(foreign_keys=asked_of)
