"""Two records of one person: dated links that are only ever added, and what somebody said about a suggested pair."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Record, append_only, only_where


@append_only
class PersonMerge(Record):
    """From `merged_at` the record `merged_id` counts for `kept_id`, until a PersonUnmerge of this row.

    `turn` counts the merges of that record. The next one is added only when the one before is undone, so of two
    managers who merge a record at once one is refused whatever else fails. What follows for each record now is
    `Person.merged_into_id`.
    """

    __tablename__ = "person_merge"
    __table_args__ = (
        UniqueConstraint("merged_id", "turn", name="uq_person_merge_turn"),
        CheckConstraint("kept_id <> merged_id", name="two_records"),
        CheckConstraint("turn > 0", name="turn_counts"),
    )

    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turn: Mapped[int]
    merged_at: Mapped[datetime]
    merged_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(info={"sensitive": True})


@append_only
class PersonUnmerge(Record):
    """A merge undone: since when the two records are two again, by whom, and why."""

    __tablename__ = "person_unmerge"

    merge_id: Mapped[int] = mapped_column(ForeignKey("person_merge.id"), unique=True)
    unmerged_at: Mapped[datetime]
    unmerged_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(info={"sensitive": True})


class NotSamePerson(Record):
    """Somebody looked at a suggested pair and said that these are two people; in force while `reopened_at` is null."""

    __tablename__ = "not_same_person"
    __table_args__ = (
        CheckConstraint("one_id < other_id", name="in_order"),
        Index("uq_not_same_person_said", "one_id", "other_id", unique=True, **only_where("reopened_at IS NULL")),
    )

    one_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]
    said_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
