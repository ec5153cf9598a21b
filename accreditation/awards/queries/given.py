"""What was awarded, for somebody."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from accreditation.awards.models import Award
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.queries import of_one_person, visible_to
from accreditation.people.rules import Viewer
from accreditation.web.paging import By, Page, page_of


def _awards(viewer: Viewer) -> Select[Award]:
    return select(Award).join(Award.person).options(contains_eager(Award.person)).where(visible_to(viewer))


NEWEST = (By(Award.id, int, descending=True),)


def awards_page(
    viewer: Viewer, *, place: str | None = None, address: Callable[[str | None], str] | None = None
) -> Page[Award]:
    """One page of awards, the last recorded first. Raises DamagedPlace."""
    page = page_of(_awards(viewer), NEWEST, place=place, key=lambda row: (row[0].id,), address=address)
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, address)


def get_award(viewer: Viewer, *, number: str | None = None, award_id: int | None = None) -> Award:
    """By its number or its id. Raises NotFound, in the same words whether there is none or not for this viewer."""
    wanted = Award.number == number if number is not None else Award.id == award_id
    award = db.session.scalar(_awards(viewer).where(wanted))
    if award is None:
        raise NotFound("There is no such accreditation.")
    return award


def awards_of(person_id: int) -> list[Award]:
    """Somebody's awards, the first one first."""
    found = select(Award).where(of_one_person(Award.person_id, person_id)).order_by(Award.starts_on, Award.id)
    return list(db.session.scalars(found))


def find_last_award(person_id: int, scheme_code: str) -> Award | None:
    """The award that lasts longest of those that ever held."""
    held = [award for award in awards_of(person_id) if award.scheme == scheme_code and not award.voided]
    return max(held, key=lambda award: award.term.ends_on, default=None)


@dataclass(frozen=True)
class Links:
    """The award before this one and the one after it, by their numbers: each supersedes what it renews."""

    renews: str | None
    renewed_by: tuple[str, ...]


def links_of(award: Award) -> Links:
    """What this award renews and what renews it, those voided since too."""
    before = db.session.scalar(select(Award.number).where(Award.id == award.renews_id))
    after = select(Award.number).where(Award.renews_id == award.id).order_by(Award.id)
    return Links(before, tuple(db.session.scalars(after)))
