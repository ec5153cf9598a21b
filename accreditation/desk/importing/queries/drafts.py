"""Uploads that wait for their owner, and those that are done."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import defer

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.core.sheets import Sheet, Workbook
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.rules.columns import NOT_READ, Heading, field_of
from accreditation.desk.importing.rules.layout import headings_at
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked


@dataclass(frozen=True)
class Upload:
    """A draft taken apart: the table in the workbook and what its columns hold."""

    draft: ImportDraft
    workbook: Workbook

    @cached_property
    def sheet(self) -> Sheet:
        return self.workbook.sheets[self.draft.sheet]

    @cached_property
    def headings(self) -> list[Heading]:
        return headings_at(self.sheet, self.draft.header_row)

    @cached_property
    def columns(self) -> dict[int, str]:
        return {int(column): field for column, field in self.draft.columns.items()}

    @property
    def unread(self) -> tuple[str, ...]:
        """The headings of columns that stay behind, those of our own error file left out."""
        return tuple(
            f"{heading.text} (column {heading.letter})"
            for heading in self.headings
            if heading.column not in self.columns and field_of(heading.text) != NOT_READ
        )


def upload_of(draft: ImportDraft) -> Upload:
    """Raises NotFound when its cells are no longer kept."""
    if draft.content is None:
        raise NotFound("The file of this import is no longer kept.")
    return Upload(draft, Workbook.from_json(json.loads(draft.content)))


def get_draft(draft_id: int, viewer: Viewer) -> ImportDraft:
    """Raises NotFound unless it is the viewer's own, and the viewer's grant is for the whole service."""
    scope_asked()
    draft = db.session.get(ImportDraft, draft_id)
    if draft is None or not viewer.ids(Scope.SERVICE) or draft.owner_id != viewer.person_id:
        raise NotFound("There is no such import, or it has expired. Upload the file again.")
    return draft


def drafts_of(viewer: Viewer, limit: int = 10) -> Sequence[ImportDraft]:
    """The viewer's own imports, newest first, without their cells."""
    query = select(ImportDraft).where(ImportDraft.owner_id == viewer.person_id).order_by(ImportDraft.id.desc())
    return db.session.scalars(query.options(defer(ImportDraft.content)).limit(limit)).all()
