"""What was proposed and decided about accreditations, for somebody who may take part in deciding."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from accreditation.awards.models import Award, AwardDecision
from accreditation.awards.queries.seconders import Deciders, who_decides
from accreditation.awards.rules.ending import OPEN, reasons_not_to_confirm, seconders
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Permission
from accreditation.people.models import Person
from accreditation.people.queries import counted_id, of_one_person, subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.web.paging import By, Page, page_of


@dataclass(frozen=True)
class DecisionsAsked:
    """Which decisions a list is to hold: by state, by what was proposed, those confirmed by an administrator alone."""

    state: str | None = None
    act: str | None = None
    alone: bool = False


def decisions_page(
    viewer: Viewer,
    asked: DecisionsAsked,
    on: date,
    *,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[AwardDecision]:
    """One page, the last proposed first. Raises DamagedPlace."""
    query = _rows(viewer, asked, on).options(
        contains_eager(AwardDecision.person),
        joinedload(AwardDecision.award),
        joinedload(AwardDecision.proposer),
        joinedload(AwardDecision.decider),
    )
    newest = (By(AwardDecision.id, int, descending=True),)
    page = page_of(query, newest, place=place, key=lambda row: (row[0].id,), address=address)
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, address)


def count_decisions(viewer: Viewer, asked: DecisionsAsked, on: date) -> int:
    """How many `decisions_page` lists."""
    rows = _rows(viewer, asked, on).with_only_columns(func.count(AwardDecision.id), maintain_column_froms=True)
    return db.session.scalar(rows.order_by(None)) or 0


def get_decision(decision_id: int, viewer: Viewer, on: date) -> AwardDecision:
    """Raises NotFound, in the same words whether there is none or it is not for this viewer to know of."""
    found: AwardDecision | None = db.session.scalar(
        _rows(viewer, DecisionsAsked(), on)
        .options(contains_eager(AwardDecision.person))
        .where(AwardDecision.id == decision_id)
    )
    if found is None:
        raise NotFound("There is no such decision.")
    return found


def _rows(viewer: Viewer, asked: DecisionsAsked, on: date) -> Select[Any]:
    query = select(AwardDecision).join(AwardDecision.person).where(visible_to(viewer), *_narrowed(asked))
    if viewer.limited_to(Permission.AWARD_ACCREDITATION).grants:
        return query
    # An administrator learns of a decision only where nobody else can be the second person.
    return query.where(AwardDecision.id.in_(_left_to_administrators(on)))


def _narrowed(asked: DecisionsAsked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.state:
        conditions.append(AwardDecision.state == asked.state)
    if asked.act:
        conditions.append(AwardDecision.act == asked.act)
    if asked.alone:
        conditions.append(AwardDecision.alone.is_(True))
    return conditions


def _left_to_administrators(on: date) -> list[int]:
    """The open ones without a second manager. One statement each: few wait at a time."""
    waiting = db.session.execute(
        select(AwardDecision.id, AwardDecision.person_id, AwardDecision.proposed_by).where(AwardDecision.state == OPEN)
    ).all()
    found = []
    for decision_id, person_id, proposed_by in waiting:
        who = who_decides(person_id, on)
        if not seconders(counted_id(proposed_by or 0), who.concerned, who.managers):
            found.append(decision_id)
    return found


def reasons_not_yours(decision: AwardDecision, viewer: Viewer, on: date) -> list[str]:
    """Why this viewer cannot be the second person; nothing if they can."""
    who = who_decides(decision.person_id, on)
    return _reasons(decision, viewer.person_id, who)


def _reasons(decision: AwardDecision, by: int, who: Deciders) -> list[str]:
    return reasons_not_to_confirm(
        counted_id(by),
        proposed_by=counted_id(decision.proposed_by or 0),
        concerned=who.concerned,
        managers=who.managers,
        administrators=who.administrators,
    )


def decisions_about(award: Award) -> list[AwardDecision]:
    """What was decided about the person's accreditation in this scheme, the first one first."""
    query = (
        select(AwardDecision)
        .options(joinedload(AwardDecision.proposer), joinedload(AwardDecision.decider), joinedload(AwardDecision.award))
        .where(of_one_person(AwardDecision.person_id, award.person_id), AwardDecision.scheme == award.scheme)
        .order_by(AwardDecision.id)
    )
    return list(db.session.scalars(query))


def sees_reasons(viewer: Viewer, person: Person) -> bool:
    """Why an accreditation was taken away is for those who decide on it, and never for the person themself here."""
    return person.counted.id != viewer.person_id and viewer.may(Permission.CONFIRM_AWARD_DECISION, subject_of(person))
