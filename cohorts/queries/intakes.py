"""Intakes: the open ones for everybody, all of them for those who manage applications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.core.errors import NotAllowed, NotFound
from accreditation.core.permissions import Scope
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked
from cohorts.models import Application, Intake, Marking, PanelMember, Question
from cohorts.rules import stages
from cohorts.rules.intakes import state
from cohorts.rules.offers import HOLDS_AN_OFFER


def find_intake(intake_id: int) -> Intake:
    """For services that act for nobody in particular."""
    return db.session.get_one(Intake, intake_id)


def lock_intake(intake_id: int) -> Intake:
    """For services: nobody else gives its places or changes its panel until the transaction ends."""
    return db.session.get_one(Intake, intake_id, with_for_update=True, populate_existing=True)


def find_intake_by_code(code: str) -> Intake | None:
    """For the public form: that there is such an intake is no secret."""
    return db.session.scalar(select(Intake).where(Intake.code == code))


def open_intakes(on: date) -> list[Intake]:
    """What somebody can apply to on the day, the one that closes first in front."""
    found = select(Intake).where(Intake.opens_on <= on, Intake.closes_on > on)
    return list(db.session.scalars(found.order_by(Intake.closes_on, Intake.id)))


def next_to_open(on: date) -> Intake | None:
    """The intake that opens next after the day."""
    return db.session.scalar(select(Intake).where(Intake.opens_on > on).order_by(Intake.opens_on, Intake.id).limit(1))


def has_intakes() -> bool:
    return db.session.scalar(select(Intake.id).limit(1)) is not None


def get_intake(code: str, viewer: Viewer) -> Intake:
    """For pages of those who manage applications. Raises NotFound; NotAllowed for who is there for one unit only."""
    scope_asked()
    intake = find_intake_by_code(code)
    if intake is None:
        raise NotFound("There is no such intake.")
    if not viewer.ids(Scope.SERVICE):
        raise NotAllowed("Only somebody who manages the whole service can select applicants.")
    return intake


@dataclass(frozen=True)
class IntakeRow:
    """An intake in the list, with what is counted about it."""

    intake: Intake
    state: str
    sent: int
    undecided: int
    offered: int


def intake_rows(viewer: Viewer, on: date) -> Sequence[IntakeRow]:
    """Every intake with the counts of what this viewer may see, the latest to close first."""
    seen = select(Person.id).where(visible_to(viewer))
    counted = (
        select(Application.intake_id, Application.stage, func.count(Application.id))
        .where(Application.intake_id.is_not(None), Application.person_id.in_(seen))
        .group_by(Application.intake_id, Application.stage)
    )
    by_intake: dict[int, dict[str, int]] = {}
    for intake_id, stage, number in db.session.execute(counted):
        by_intake.setdefault(int(intake_id or 0), {})[stage] = number
    rows = []
    for intake in db.session.scalars(select(Intake).order_by(Intake.closes_on.desc(), Intake.id.desc())):
        found = by_intake.get(intake.id, {})
        rows.append(
            IntakeRow(
                intake,
                state(intake.opens_on, intake.closes_on, on),
                sum(number for stage, number in found.items() if stage != stages.DRAFT),
                sum(found.get(stage, 0) for stage in stages.OPEN if stage not in HOLDS_AN_OFFER),
                sum(found.get(stage, 0) for stage in HOLDS_AN_OFFER),
            )
        )
    return rows


def places_spoken_for(intake_id: int) -> int:
    """Places that somebody was offered and has not declined."""
    held = select(func.count(Application.id)).where(
        Application.intake_id == intake_id, Application.stage.in_(HOLDS_AN_OFFER)
    )
    return db.session.scalar(held) or 0


def stage_counts_of(intake_id: int) -> dict[str, int]:
    """How many applications of the intake stand at each stage, drafts included. Numbers alone, for its manager."""
    rows = (
        select(Application.stage, func.count(Application.id))
        .where(Application.intake_id == intake_id)
        .group_by(Application.stage)
    )
    return {row[0]: row[1] for row in db.session.execute(rows)}


def has_applications(intake_id: int) -> bool:
    return db.session.scalar(select(Application.id).where(Application.intake_id == intake_id).limit(1)) is not None


def has_markings(intake_id: int) -> bool:
    found = select(Marking.id).join(Marking.application).where(Application.intake_id == intake_id)
    return db.session.scalar(found.limit(1)) is not None


def questions_of(intake_id: int) -> list[Question]:
    return list(db.session.scalars(select(Question).where(Question.intake_id == intake_id).order_by(Question.position)))


def get_panel_member(intake_id: int, member_id: int) -> PanelMember:
    """Raises NotFound for somebody of another intake's panel."""
    member = db.session.scalar(select(PanelMember).filter_by(id=member_id, intake_id=intake_id, active=True))
    if member is None:
        raise NotFound("There is no such person on the panel.")
    return member
