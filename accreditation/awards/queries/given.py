"""What was awarded, for somebody."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from accreditation.awards.models import Award, AwardBatch
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
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


@dataclass(frozen=True)
class Outcome:
    """What became of one person: the award, or every reason why there is none."""

    person: Person
    award: Award | None
    reasons: tuple[str, ...]


def get_batch(batch_id: int, viewer: Viewer) -> tuple[AwardBatch, list[Outcome]]:
    """One decision about several people, with what became of those whom the viewer may see, by name.

    Raises NotFound, in the same words whether there is none or it concerns nobody this viewer may know of.
    """
    batch = db.session.get(AwardBatch, batch_id)
    outcomes: dict[int, tuple[int | None, list[str]]] = {}
    for who, award_id, reasons in batch.outcomes if batch else ():
        outcomes[who] = award_id, reasons
    people = db.session.scalars(
        select(Person).where(Person.id.in_(outcomes), visible_to(viewer)).order_by(Person.sort_name, Person.id)
    ).all()
    if batch is None or not people:
        raise NotFound("There is no such decision.")
    ids = [award_id for award_id, _ in outcomes.values() if award_id is not None]
    awards = {award.id: award for award in db.session.scalars(select(Award).where(Award.id.in_(ids)))}
    return batch, [
        Outcome(person, awards.get(outcomes[person.id][0] or 0), tuple(outcomes[person.id][1])) for person in people
    ]
