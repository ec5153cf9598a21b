"""Two officers at once, in processes of their own on both databases: one application, one list."""

from datetime import UTC, date, datetime

from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from tests import factories
from tests.racing import race, slow_down
from vetting import services
from vetting.models import Clearance, ClearanceApplication, ClearanceList
from vetting.services import applications, listing


def grant(application_id: int) -> str:
    slow_down(applications, "reasons_to_refuse_step")
    return services.grant_clearance(application_id, on=date(2027, 2, 1), ends_on=None, recorded_by=None).state


def turn_down(application_id: int) -> str:
    slow_down(applications, "reasons_to_refuse_step")
    return services.move_application(application_id, to="refused", on=date(2027, 2, 1), recorded_by=None).state


def decide(application_id: int, how: str) -> str:
    """The answer names the decision; the one who comes second is told “refused” by the race."""
    return {"grant": grant, "turn down": turn_down}[how](application_id).replace("refused", "turned down")


def confirm(list_id: int) -> str:
    slow_down(listing, "plan_of")
    return listing.import_list(
        list_id, digest=None, on=date(2027, 2, 2), at=datetime(2027, 2, 2, 10, tzinfo=UTC), imported_by=None
    ).state


def confirm_out_of_turn(list_id: int) -> str:
    listing.next_number = lambda _: 1  # what makes the second wait, besides the row of the list itself
    return confirm(list_id)


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


def test_one_grants_and_one_refuses_and_one_decision_stands(app):
    application_id = submitted_application()
    answers = race(app.config["SETTINGS"], decide, (application_id, "grant"), (application_id, "turn down"))
    assert answers in (["granted", "refused"], ["refused", "turned down"])
    state = db.session.scalars(select(ClearanceApplication.state)).one()
    clearances = db.session.scalar(select(func.count()).select_from(Clearance))
    assert (state, clearances) == (("granted", 1) if "granted" in answers else ("refused", 0))


def list_of_one() -> int:
    ada = factories.mediator(name="Ada Okafor")
    return factories.clearance_list([[ada.reference, date(2025, 3, 3), date(2030, 3, 2)]])


def test_a_list_confirmed_twice_at_once_is_imported_once(app):
    list_id = list_of_one()
    assert race(app.config["SETTINGS"], confirm, (list_id,), (list_id,)) == ["done", "done"]
    assert db.session.scalar(select(func.count()).select_from(Clearance)) == 1
    assert db.session.get_one(ClearanceList, list_id).outcome["counts"] == {"new": 1}


def test_without_the_guards_it_is_imported_twice_or_crashes(app):
    """The negative control: if this fails, the test above proves nothing."""
    list_id = list_of_one()
    answers = race(app.config["SETTINGS"], confirm_out_of_turn, (list_id,), (list_id,), guarded=False)
    clearances = db.session.scalar(select(func.count()).select_from(Clearance))
    if db.engine.dialect.name == "sqlite":
        assert (answers, clearances) == (["crashed", "done"], 1)
    else:
        assert (answers, clearances) == (["done", "done"], 2)
