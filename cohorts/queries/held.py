"""Letters about decisions that wait to be released."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from accreditation.core.database import db
from accreditation.core.outbox import Letter
from cohorts.models import Application, ApplicationStep


@dataclass(frozen=True)
class HeldLetter:
    """One letter that waits, with whom and what it is about."""

    letter: Letter
    application: Application
    stage: str


def _held(intake_id: int, templates: Collection[str]) -> Select[Letter, Application, str]:
    return (
        select(Letter, Application, ApplicationStep.after)
        .join(ApplicationStep, ApplicationStep.id == Letter.about_id)
        .join(Application, Application.id == ApplicationStep.application_id)
        .where(Letter.state == "held", Letter.template.in_(templates), Application.intake_id == intake_id)
    )


def held_letters_of(intake_id: int, templates: Collection[str]) -> list[HeldLetter]:
    """For the manager of the intake, in order of stage and name."""
    rows = _held(intake_id, templates).order_by(ApplicationStep.after, Application.family_name, Application.id)
    return [HeldLetter(*row) for row in db.session.execute(rows)]


def count_held_letters(intake_id: int, templates: Collection[str]) -> int:
    counted = _held(intake_id, templates).with_only_columns(func.count(Letter.id))
    return db.session.scalar(counted) or 0
