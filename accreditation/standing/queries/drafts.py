"""Drafts of changes to the schemes."""

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.standing.models import Edition, EditionProgress, SchemeDraft


def find_open_draft(scheme_code: str) -> SchemeDraft | None:
    """The change to the scheme that is being prepared, if there is one."""
    return db.session.scalar(select(SchemeDraft).where(SchemeDraft.scheme == scheme_code, SchemeDraft.state == "open"))


def open_drafts() -> list[SchemeDraft]:
    return list(db.session.scalars(select(SchemeDraft).where(SchemeDraft.state == "open").order_by(SchemeDraft.scheme)))


def get_open_draft(scheme_code: str) -> SchemeDraft:
    """Raises NotFound."""
    draft = find_open_draft(scheme_code)
    if draft is None:
        raise NotFound("No change to this scheme is being prepared.")
    return draft


def lock_draft(draft_id: int) -> SchemeDraft:
    """For services: nobody else changes or activates it until the transaction ends."""
    return db.session.get_one(SchemeDraft, draft_id, with_for_update=True, populate_existing=True)


def drafts_being_rehearsed() -> list[int]:
    """The drafts with an edition that is not complete yet."""
    from_edition = (
        select(Edition.draft_id)
        .join(EditionProgress, EditionProgress.edition_id == Edition.id)
        .where(Edition.state == "building", EditionProgress.built_at.is_(None), Edition.draft_id.is_not(None))
        .order_by(Edition.id)
    )
    return [int(draft_id) for draft_id in db.session.scalars(from_edition) if draft_id is not None]
