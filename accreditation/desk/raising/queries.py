"""Raised corrections: one's own, and those that the office has to look at."""

from collections.abc import Callable

from flask import url_for
from sqlalchemy import ColumnElement, Select, func, select

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Permission
from accreditation.desk.raising.models import RaisedCorrection
from accreditation.desk.raising.rules import OF_KIND
from accreditation.people.models import Person
from accreditation.people.queries import of_one_person, subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.queries.corrections import Origin, tells_origins
from accreditation.standing.rules.in_words import KIND_WORDS
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of
from accreditation.web.words import day

NEWEST = [By(RaisedCorrection.id, int, descending=True)]
OLDEST = [By(RaisedCorrection.id, int)]
SHOWN = 3
"""So many of one's own stand on /me; all of them have a page."""


def in_words(fact: Evidence) -> str:
    """Such as "Refresher day, 14 March 2027"."""
    return f"{KIND_WORDS[fact.kind]}, {day(fact.starts_on)}"


def own_corrections(viewer: Viewer, place: str | None, address: Callable[[str | None], str]) -> Page[RaisedCorrection]:
    """What this very person raised, the latest first."""
    rows = select(RaisedCorrection).where(_own(viewer))
    page = page_of(rows, NEWEST, place=place, key=lambda row: (row[0].id,), address=address)
    return Page([row for (row,) in page.rows], page.next_token, page.previous_token, page.address)


def latest_own_corrections(viewer: Viewer) -> list[RaisedCorrection]:
    """The last few, whether answered or not."""
    rows = select(RaisedCorrection).where(_own(viewer)).order_by(RaisedCorrection.id.desc()).limit(SHOWN)
    return list(db.session.scalars(rows))


def find_own_fact(evidence_id: int | None, viewer: Viewer) -> Evidence | None:
    """A fact of this very person beside which they can raise a correction: not struck out, and no clearance."""
    scope_asked()
    return own_fact(viewer.person_id, evidence_id) if evidence_id is not None else None


def own_fact(person_id: int, evidence_id: int) -> Evidence | None:
    """The same of a person who has been settled on."""
    rows = (
        select(Evidence)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(Evidence.id == evidence_id, of_one_person(Evidence.person_id, person_id))
        .where(Evidence.kind.in_(OF_KIND), EvidenceVoid.id.is_(None))
    )
    return db.session.scalar(rows)


def corrections_page(
    viewer: Viewer, *, waiting: bool, place: str | None, address: Callable[[str | None], str]
) -> Page[RaisedCorrection]:
    """What this viewer has to look at, who has waited longest first; not `waiting`: answered ones too, latest first."""
    rows = _rows(viewer)
    if waiting:
        rows = rows.where(RaisedCorrection.answered_at.is_(None))
    page = page_of(rows, OLDEST if waiting else NEWEST, place=place, key=lambda row: (row[0].id,), address=address)
    return Page([row for (row,) in page.rows], page.next_token, page.previous_token, page.address)


def count_corrections_waiting(viewer: Viewer) -> int:
    """How many wait for an answer that this viewer may give."""
    rows = select(func.count(RaisedCorrection.id)).join(Person, Person.id == RaisedCorrection.person_id)
    rows = rows.where(visible_to(viewer), ~_own(viewer), RaisedCorrection.answered_at.is_(None))
    return db.session.scalar(rows) or 0


def waiting_about(person_id: int, viewer: Viewer) -> list[RaisedCorrection]:
    """What this person raised, under whichever record, that this viewer may answer; who waited longest first.

    The number stays small: one a fact at most waits, and the rest the mediator would have to write one by one.
    """
    if not viewer.may_somewhere(Permission.ANSWER_CORRECTION):
        return []
    rows = _rows(viewer.limited_to(Permission.ANSWER_CORRECTION))
    rows = rows.where(of_one_person(RaisedCorrection.person_id, person_id), RaisedCorrection.answered_at.is_(None))
    return list(db.session.scalars(rows.order_by(RaisedCorrection.id)))


def get_raised_correction(raised_id: int, viewer: Viewer) -> RaisedCorrection:
    """One that this viewer may answer. Raises NotFound, in the same words for their own and for one that is not."""
    found = db.session.scalar(_rows(viewer).where(RaisedCorrection.id == raised_id))
    if found is None:
        raise NotFound("There is no such correction for you to look at.")
    return found


def _rows(viewer: Viewer) -> Select[RaisedCorrection]:
    rows = select(RaisedCorrection).join(Person, Person.id == RaisedCorrection.person_id)
    return rows.where(visible_to(viewer), ~_own(viewer))


def _own(viewer: Viewer) -> ColumnElement[bool]:
    scope_asked()
    return of_one_person(RaisedCorrection.person_id, viewer.person_id)


@tells_origins
def from_the_mediator(evidence_id: int, viewer: Viewer) -> Origin | None:
    """That the mediator raised it; its page is for who may answer them."""
    rows = select(RaisedCorrection).where(RaisedCorrection.evidence_id == evidence_id).order_by(RaisedCorrection.id)
    found = db.session.scalars(rows).first()
    if found is None:
        return None
    answers = viewer.may(Permission.ANSWER_CORRECTION, subject_of(found.person.counted))
    opens = answers and found.person.counted.id != viewer.person_id
    return Origin("Raised by the mediator", url_for("raising.raised", raised_id=found.id) if opens else None)
