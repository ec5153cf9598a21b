"""What came of proving that the pages read what the engine says."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Record, append_only
from accreditation.people.models import one_of
from accreditation.standing.models.columns import Codes

CHANNELS = ["scheduler", "command"]


@append_only
class CheckRun(Record):
    """Everybody recomputed and the audit trail walked, once, to the end.

    `differing` people have projections that are not what the engine says; `first_ids` names the first of them.
    `trail_broken_at` is the first entry of the trail that does not hold, None when all hold.
    """

    __tablename__ = "check_run"
    __table_args__ = (CheckConstraint(one_of("channel", CHANNELS), name="known_channel"),)
    __audited__ = False  # rows are only added, and each says itself when and how

    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    channel: Mapped[str]
    people: Mapped[int]
    differing: Mapped[int]
    first_ids: Mapped[tuple[str, ...]] = mapped_column(Codes)
    trail_entries: Mapped[int]
    trail_broken_at: Mapped[int | None]
    trail_reason: Mapped[str | None]

    @property
    def all_well(self) -> bool:
        return not self.differing and self.trail_broken_at is None

    @property
    def person_ids(self) -> list[int]:
        """The first of those whose projections differ."""
        return [int(person_id) for person_id in self.first_ids]
