"""Equality monitoring: answers that know no applicant, and the figures that were published.

None of it is in the audit trail row by row: an entry would say when somebody answered, and what. Services note that
something was done, and nothing of whose it was.
"""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Base, Record


class EqualityForm(Base):
    """One returned form. The token is all that ties it to an application, and only with the key outside the database.

    No number that grows, no moment, no hidden row number on SQLite: in the order of the tokens, which is no order.
    `answers` is JSON. `delete_on` is there once the tie is cut, the same for everybody of an intake.
    """

    __tablename__ = "equality_form"
    __table_args__ = (Index("ix_equality_form_delete_on", "delete_on"), {"sqlite_with_rowid": False})
    __audited__ = False

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    answers: Mapped[str] = mapped_column(info={"sensitive": True})
    delete_on: Mapped[date | None]


class EqualityCollection(Record):
    """The applications of an intake, or of a year without intakes: when their figures were last looked at.

    `cut_on`: the day on which the tie was cut; from then on its figures stay as they are.
    """

    __tablename__ = "equality_collection"
    __audited__ = False

    key: Mapped[str] = mapped_column(unique=True)
    looked_on: Mapped[date | None]
    cut_on: Mapped[date | None]


class EqualityColumn(Record):
    """One characteristic at one stage, as published. The newest of each is shown; the older ones are still known.

    `marks` and `ratios` are what anybody may read. `counts` are exact: they hold figures to come to what was published
    before, no page reads them, and they go when the tie is cut. `base_id`: the column of those who applied with which
    it was compared. Who reached the stage before `counted_before` is in it.
    """

    __tablename__ = "equality_column"
    __table_args__ = (Index("ix_equality_column_of", "collection_id", "characteristic", "id"),)
    __audited__ = False

    collection_id: Mapped[int] = mapped_column(ForeignKey("equality_collection.id"))
    characteristic: Mapped[str]
    stage: Mapped[str]
    published_on: Mapped[date]
    counted_before: Mapped[date]
    total: Mapped[str]
    marks: Mapped[str]
    ratios: Mapped[str]
    counts: Mapped[str | None] = mapped_column(info={"sensitive": True})
    base_id: Mapped[int | None] = mapped_column(ForeignKey("equality_column.id"))
