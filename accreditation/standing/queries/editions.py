"""Which editions of the projections there are: the current ones that pages read, and those built beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.standing.models import Edition, EditionProgress, RehearsedChange, SchemeDraft
from accreditation.standing.queries.schemes import all_histories, rehearsed_history
from accreditation.standing.rules.history import History


@dataclass(frozen=True)
class Beside:
    """An edition that is built beside the current one of its scheme, and the draft it follows from."""

    edition: Edition
    draft: SchemeDraft
    history: History
    is_built: bool


def editions_beside(current: Mapping[str, History] | None = None) -> list[Beside]:
    """Every edition that is being rehearsed, with the versions it is made by."""
    query = (
        select(Edition, SchemeDraft, EditionProgress.built_at)
        .join(SchemeDraft, SchemeDraft.id == Edition.draft_id)
        .join(EditionProgress, EditionProgress.edition_id == Edition.id)
        .where(Edition.state == "building")
        .order_by(Edition.id)
    )
    rows = list(db.session.execute(query))
    if not rows:
        return []
    current = current if current is not None else all_histories()
    return [
        Beside(edition, draft, rehearsed_history(current[edition.scheme], draft, edition.key), built_at is not None)
        for edition, draft, built_at in rows
    ]


def hold_editions() -> None:
    """For services that write projections: no edition changes its place until the transaction ends.

    Ask for it before the versions are read: a switch that was under way is then seen whole, one that comes later waits.
    """
    query = select(Edition.id).where(Edition.state.in_(("current", "building"))).order_by(Edition.id)
    db.session.execute(query.with_for_update(read=True))


def find_edition_beside(draft_id: int) -> tuple[Edition, EditionProgress] | None:
    """The edition that rehearses this draft, and how far it is."""
    query = (
        select(Edition, EditionProgress)
        .join(EditionProgress, EditionProgress.edition_id == Edition.id)
        .where(Edition.draft_id == draft_id, Edition.state == "building")
    )
    found = db.session.execute(query).first()
    return (found[0], found[1]) if found else None


def current_key(scheme_code: str) -> str:
    """Under which key the current projections of the scheme are stored."""
    key = db.session.scalar(select(Edition.key).where(Edition.scheme == scheme_code, Edition.state == "current"))
    return key or scheme_code


def editions_are_old() -> bool:
    """Whether there are rows of an edition that nobody reads any more."""
    return db.session.scalar(select(Edition.id).where(Edition.state == "old").limit(1)) is not None


def rehearsed_counts(edition_id: int) -> dict[str, int]:
    """How many people each kind of change concerns."""
    query = (
        select(RehearsedChange.change, func.count())
        .where(RehearsedChange.edition_id == edition_id)
        .group_by(RehearsedChange.change)
    )
    return dict(db.session.execute(query).all())
