"""Uploads of a register: kept between the preview and the confirmation, and what became of them."""

from datetime import date

from sqlalchemy.orm import Mapped

from accreditation.core.database import Record
from accreditation.core.uploads import Draft


class ImportDraft(Draft, Record):
    """A register in a spreadsheet. `tracked_from`: the first day from which the rest is recorded here."""

    __tablename__ = "import_draft"

    scheme: Mapped[str]
    tracked_from: Mapped[date]
