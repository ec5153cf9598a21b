"""Awards, and who is ready for one, for somebody."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from accreditation.awards.queries.candidates import Found, found_ready
from accreditation.awards.rules.dates import (
    LISTED,
    Dates,
    award_dates,
    awards_held,
    reasons_to_refuse,
    withdrawals,
)
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import found_by, subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.queries import facts_of_all, get_scheme, history_of, standing_from
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.history import History
from accreditation.standing.rules.scheme import Scheme
from accreditation.web.paging import By, Page, page_of

AT_ONCE = 500
"""People in one page of an export."""


@dataclass(frozen=True)
class Readiness:
    """Whether somebody can be awarded on a day: with which dates, or for which reasons not."""

    person: Person
    dates: Dates
    reasons: tuple[str, ...] = ()


def readiness(person: Person, facts: Sequence[Fact], history: History, on: date) -> Readiness:
    """What if: the standing on the day with the award supposed. `facts` are the person's, voided ones among them.

    The dates are those of the version in effect on the day; the version that would judge the new award decides.
    """
    stand = known(facts, None)
    scheme = history.version_on(on).scheme
    dates = award_dates(scheme, on, awards_held(stand, scheme.code), withdrawals(stand, scheme.code))
    fact = Fact("award", scheme.code, dates.span.starts_on, dates.ends_on)
    standing = standing_from(history, subject_of(person), [*stand, fact], on)
    reasons = reasons_to_refuse(standing.scheme, dates, standing.verdict, standing.failing)
    return Readiness(person, dates, tuple(reasons))


def readiness_of(person_ids: Collection[int], viewer: Viewer, scheme: Scheme, on: date) -> list[Readiness]:
    """Of those of these people whom the viewer may see, by name. A few statements for any number of them."""
    people = db.session.scalars(
        select(Person)
        .options(joinedload(Person.unit))
        .where(Person.id.in_(person_ids), visible_to(viewer))
        .order_by(Person.sort_name, Person.id)
    ).all()
    return list(_judged(people, scheme, on))


def _judged(people: Sequence[Person], scheme: Scheme, on: date) -> Iterator[Readiness]:
    facts, history = facts_of_all(person.id for person in people), history_of(scheme.code)
    for person in people:
        yield readiness(person, facts.get(person.id, ()), history, on)


@dataclass(frozen=True)
class ReadyAsked:
    """Which of those who can be accredited a list is to hold. `kind`: one of rules.dates.LISTED, None for all."""

    scheme: str
    on: date
    kind: str | None = None
    unit_id: int | None = None
    words: str = ""


BY_NAME = (By(Person.sort_name, str), By(Person.id, int))


def ready_page(
    viewer: Viewer,
    asked: ReadyAsked,
    *,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
    size: int | None = None,
) -> Page[Readiness]:
    """A page of everybody who meets everything but the award, or whose award can be renewed now, by name.

    The projections say who; the engine is asked for the dates of those on the page. Raises DamagedPlace.
    """
    scheme = get_scheme(asked.scheme, asked.on)
    people = _found(viewer, asked, scheme).people.add_columns(Person).options(joinedload(Person.unit))
    page = page_of(
        people, BY_NAME, place=place, key=lambda row: (row[0].sort_name, row[0].id), address=address, size=size
    )
    judged = list(_judged([row[0] for row in page.rows], scheme, asked.on))
    return Page(judged, page.next_token, page.previous_token, address)


def every_ready(viewer: Viewer, asked: ReadyAsked) -> Iterator[Readiness]:
    """The same people in the same order, all of them: for an export, and for choosing all."""
    place: str | None = None
    while True:
        page = ready_page(viewer, asked, place=place, size=AT_ONCE)
        yield from page.rows
        if (place := page.next_token) is None:
            return


def count_ready(viewer: Viewer, asked: ReadyAsked) -> dict[str, int]:
    """How many `ready_page` lists, by kind."""
    found = _found(viewer, asked, get_scheme(asked.scheme, asked.on))
    listed = found.people.add_columns(found.kind.label("kind")).subquery()
    counted: dict[str, int] = dict(
        db.session.execute(select(listed.c.kind, func.count()).group_by(listed.c.kind)).all()
    )
    return {kind: counted.get(kind, 0) for kind in ([asked.kind] if asked.kind else LISTED)}


def _found(viewer: Viewer, asked: ReadyAsked, scheme: Scheme) -> Found:
    """Those of them whom the viewer may know of."""
    found = found_ready(scheme, asked.on, asked.kind)
    narrowed = [visible_to(viewer), found_by(asked.words, anywhere=True)]
    if asked.unit_id is not None:
        narrowed.append(Person.unit_id == asked.unit_id)
    return Found(found.people.where(*narrowed), found.kind)
