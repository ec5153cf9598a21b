"""How long it takes from beginning to do something about a requirement until it is met."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core import clock
from accreditation.core.database import Record


class LeadTime(Record):
    """So many days, and in words what that rests on.

    `kind` and `code` name a kind of evidence and what exactly ("clearance", "CTC"; code "": any of that kind), or a
    scheme and one of its requirements ("INHOUSE-WPM", "refresher").
    """

    __tablename__ = "lead_time"
    __table_args__ = (
        UniqueConstraint("kind", "code", name="one_of_each"),
        CheckConstraint("days >= 0", name="days_count"),
    )

    kind: Mapped[str]
    code: Mapped[str] = mapped_column(default="")
    days: Mapped[int]
    basis: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
