"""An upload on its way into the register: kept between the preview and the confirmation, and what became of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Record


class ImportDraft(Record):
    """A spreadsheet as it was read, with what its owner has said about it. Only the owner sees it.

    `content` holds the cells (JSON of `sheets.Workbook`); once the import is done, only those of rows that were not
    imported, with what is `wrong` with each, so that the error file can be fetched. `columns` is column to field,
    `decisions` row number to choice, `outcome` numbers and references of what was written. After `expires_at` a draft
    that nobody confirmed is deleted, and one that is done loses its cells.
    """

    __tablename__ = "import_draft"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done')", name="known_state"),
        CheckConstraint("(state = 'done') = (outcome IS NOT NULL)", name="done_has_outcome"),
    )
    # Not audited: it repeats a file that changes nothing. The import itself is noted in the trail, and each person,
    # result, award and clearance that it adds is audited like any other.
    __audited__ = False

    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    file_name: Mapped[str]
    scheme: Mapped[str]
    tracked_from: Mapped[date]
    sheet: Mapped[int]
    header_row: Mapped[int]
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    decisions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    content: Mapped[str | None]
    wrong: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(default="open")
    imported_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
