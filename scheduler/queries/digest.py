"""What a manager's digest says: the figures that rooms above bring, and what is told in it in place of letters."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Permission
from accreditation.people.models import Person
from accreditation.people.queries import viewer_of, viewers_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.web.figures import Figure
from scheduler.models import DigestItem, Obligation
from scheduler.rules.ladders import DIGEST

Figures = Callable[[Viewer, date, datetime], Sequence[Figure]]
FIGURES: list[Figures] = []
"""What needs attention, each with the address of exactly the list it counts. The scheduler knows no room above it."""


def in_digest(function: Figures) -> Figures:
    """Decorator: these figures stand in the digest of whoever may see the attention list."""
    if function not in FIGURES:
        FIGURES.append(function)
    return function


def manager(person_id: int, on: date) -> Viewer | None:
    """The viewer as whom somebody reads their attention list; None for who has none on the day."""
    viewer = viewer_of(person_id, on).limited_to(Permission.VIEW_ATTENTION)
    return viewer if viewer.grants else None


def managers(person_ids: Collection[int], on: date) -> dict[int, Viewer]:
    """The same of many: those who have an attention list on the day."""
    found = {who: viewer.limited_to(Permission.VIEW_ATTENTION) for who, viewer in viewers_of(person_ids, on).items()}
    return {who: viewer for who, viewer in found.items() if viewer.grants}


def people_of(viewer: Viewer, person_ids: Collection[int]) -> dict[int, Person]:
    """Those of these people whom a digest to this viewer may name."""
    theirs = select(Person).where(Person.id.in_(person_ids), visible_to(viewer))
    return {person.id: person for person in db.session.scalars(theirs)} if person_ids else {}


def figures_for(viewer: Viewer, on: date, now: datetime) -> list[Figure]:
    """Those above nothing, in their order."""
    return [figure for figures in FIGURES for figure in figures(viewer, on, now) if figure.number]


def waiting_items(person_ids: Sequence[int] | None = None) -> list[DigestItem]:
    """What waits for the next digest, the oldest first: of these people, or of everybody."""
    waits = select(DigestItem).where(DigestItem.digest_id.is_(None)).order_by(DigestItem.id)
    return list(db.session.scalars(waits if person_ids is None else waits.where(DigestItem.person_id.in_(person_ids))))


def told_in(digest_id: int) -> list[int]:
    """The reminders, each the first of those that would have shared a letter, that this digest is to tell of."""
    return told_in_each([digest_id])[digest_id]


def told_in_each(digest_ids: Collection[int]) -> dict[int, list[int]]:
    """The same for each of these digests."""
    told: dict[int, list[int]] = {digest_id: [] for digest_id in digest_ids}
    items = select(DigestItem.digest_id, DigestItem.obligation_id).where(DigestItem.digest_id.in_(digest_ids))
    for digest_id, obligation_id in db.session.execute(items.order_by(DigestItem.id)) if told else ():
        if digest_id is not None:  # it is never: they were asked for by it
            told[digest_id].append(obligation_id)
    return told


def newest_digests(person_ids: Sequence[int]) -> dict[int, date]:
    """The Monday of the newest week for which each of them has a digest, whatever became of it."""
    rows = select(Obligation.person_id, Obligation.basis_date).where(
        Obligation.subject == DIGEST, Obligation.person_id.in_(person_ids)
    )
    newest: dict[int, date] = {}
    for person_id, week in db.session.execute(rows):
        if person_id is not None:  # it is never: the column is for reminders about nobody too
            newest[person_id] = max(week, newest.get(person_id, week))
    return newest
