"""What tests of intakes share: somebody has applied, and what was written to whom."""

from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from cohorts.models import Application
from scheduler.services.composing import compose
from tests import factories
from tests.cohorts.test_apply import ANSWERS
from tests.factories.cohorts import submit

TODAY = factories.TODAY
SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
FORM = {**ANSWERS, "step": "send"}


def count(model, **values):
    db.session.rollback()
    return db.session.scalar(select(func.count(model.id)).filter_by(**values))


def applied(intake, **details) -> Application:
    with transaction():
        return submit(intake_id=intake.id, **details)


def reload(application) -> Application:
    db.session.rollback()
    return db.session.get_one(Application, application.id, populate_existing=True)


def letters(template: str) -> list[Letter]:
    db.session.rollback()
    return list(
        db.session.scalars(select(Letter).where(Letter.template.endswith(f"{template}.txt")).order_by(Letter.id))
    )


def text_of(letter: Letter) -> str:
    content = compose(letter, takes_utf8=True).content.decode()
    return content.replace("=\r\n", "").replace("=3D", "=")
