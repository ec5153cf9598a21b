"""The practice log, for managers and for the mediator whose log it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import of_one_person, visible_to
from accreditation.people.rules import Viewer, plain
from accreditation.practice.models import PracticeEntry
from accreditation.standing.queries import Standing
from accreditation.standing.rules.engine import dossier_for
from accreditation.standing.rules.requirements import Accumulated
from accreditation.web.paging import By, Page, page_of


def entries_page(
    viewer: Viewer,
    *,
    state: str | None = None,
    kind: str | None = None,
    unit_id: int | None = None,
    words: str | None = None,
    place: str | None,
    address: Callable[[str | None], str],
) -> Page[PracticeEntry]:
    """Entries of the people this viewer may know of: those to be confirmed oldest first, any others latest first.

    `words` are the beginnings of words of a name, a reference or a pay number.
    """
    query = select(PracticeEntry).join(PracticeEntry.person).options(contains_eager(PracticeEntry.person))
    query = query.where(visible_to(viewer))
    if state is not None:
        query = query.where(PracticeEntry.state == state)
    if kind is not None:
        query = query.where(PracticeEntry.kind == kind)
    if unit_id is not None:
        query = query.where(Person.unit_id == unit_id)
    for word in plain(words or "").split():
        query = query.where(Person.search_text.contains(f" {word}", autoescape=True))
    order = [By(PracticeEntry.id, int, descending=state != "logged")]
    page = page_of(query, order, place=place, key=lambda row: (row[0].id,), address=address)
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, page.address)


def entries_of(person_id: int) -> list[PracticeEntry]:
    """The whole log of one person, the latest first: for the person, or for whom the caller has let see them."""
    query = select(PracticeEntry).where(of_one_person(PracticeEntry.person_id, person_id))
    return list(db.session.scalars(query.order_by(PracticeEntry.done_on.desc(), PracticeEntry.id.desc())))


def get_entry(entry_id: int, viewer: Viewer) -> PracticeEntry:
    """Raises NotFound, in the same words whether there is none or not for this viewer to know of."""
    query = select(PracticeEntry).join(PracticeEntry.person).where(PracticeEntry.id == entry_id, visible_to(viewer))
    entry = db.session.scalar(query)
    if entry is None:
        raise NotFound("There is no such entry.")
    return entry


def count_to_confirm(viewer: Viewer, *, logged_before: date | None = None) -> int:
    """Entries that wait for a manager, or those of them that were logged before that day."""
    query = select(func.count()).select_from(PracticeEntry).join(PracticeEntry.person)
    query = query.where(PracticeEntry.state == "logged", visible_to(viewer))
    if logged_before is not None:
        query = query.where(PracticeEntry.recorded_on < logged_before)
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class Progress:
    """How much counts towards a requirement on a day: `done` of `wanted`, hours or cases; `per_months` None: ever."""

    done: Decimal
    wanted: Decimal
    unit: str
    per_months: int | None

    @property
    def missing(self) -> Decimal:
        return max(self.wanted - self.done, Decimal(0))


def progress_of(standing: Standing) -> dict[str, Progress]:
    """For each requirement that asks for an amount of cases, CPD or supervision, how much of it counts on the day."""
    dossier = dossier_for(standing.scheme, standing.facts)
    return {
        requirement.code: Progress(
            done=sum(
                (
                    Decimal(1) if event.quantity is None else event.quantity
                    for event in rule.asked.among(dossier)
                    if event.starts_on <= standing.on < rule.counted_until(event, dossier)
                ),
                Decimal(0),
            ),
            wanted=rule.quantity,
            unit="case" if rule.asked.kind == "case" else "hour",
            per_months=rule.per_months,
        )
        for requirement in standing.scheme.requirements
        if isinstance(rule := requirement.rule, Accumulated)
    }
