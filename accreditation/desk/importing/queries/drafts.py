"""Uploads that wait for their owner, and those that are done."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.core.uploads import Upload, taken_apart
from accreditation.desk.importing.models import ImportDraft
from accreditation.desk.importing.rules.columns import REGISTER
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked


def upload_of(draft: ImportDraft) -> Upload[ImportDraft]:
    """Raises NotFound when its cells are no longer kept."""
    return taken_apart(draft, REGISTER)


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
