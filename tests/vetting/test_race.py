"""Two officers decide on the same application at once, in processes of their own on both databases."""

from datetime import date

from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from tests import factories
from tests.racing import race, slow_down
from vetting import services
from vetting.models import Clearance
from vetting.services import applications


def grant(application_id: int) -> str:
    slow_down(applications, "reasons_to_refuse_step")
    return services.grant_clearance(application_id, on=date(2027, 2, 1), ends_on=None, recorded_by=None).state


def submitted_application() -> int:
    application_id = factories.clearance_application(factories.mediator().id).id
    with transaction():
        services.move_application(application_id, to="submitted", on=date(2027, 1, 5), recorded_by=None)
    return application_id


def test_two_officers_at_once_grant_one_clearance(app):
    application_id = submitted_application()
    assert race(app.config["SETTINGS"], grant, (application_id,), (application_id,)) == ["granted", "refused"]
    assert db.session.scalar(select(func.count()).select_from(Clearance)) == 1


def test_without_the_guards_the_race_is_lost(app):
    """The negative control: if this fails, the test above proves nothing."""
    application_id = submitted_application()
    answers = race(app.config["SETTINGS"], grant, (application_id,), (application_id,), guarded=False)
    assert answers == (["crashed", "granted"] if db.engine.dialect.name == "sqlite" else ["granted", "granted"])
