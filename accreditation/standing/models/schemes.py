"""The versions of the schemes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core import clock
from accreditation.core.database import Record, append_only


@append_only
class SchemeVersion(Record):
    """One version of a scheme, for good: the definition is the JSON that `standing evaluate` reads.

    `effective_from` is the first day it is meant for. Changing a rule is a new version.
    """

    __tablename__ = "scheme_version"
    __table_args__ = (
        UniqueConstraint("scheme", "number", name="one_of_each_number"),
        CheckConstraint("number > 0", name="number_counts"),
    )

    scheme: Mapped[str]
    number: Mapped[int]
    effective_from: Mapped[date]
    activated_at: Mapped[datetime] = mapped_column(default=clock.now)
    activated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    definition: Mapped[str]
