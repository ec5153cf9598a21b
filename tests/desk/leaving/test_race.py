"""Two managers record the same leaving at once, in processes of their own on both databases."""

from datetime import UTC, date, datetime

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.desk.leaving import services
from accreditation.desk.leaving.models import Departure
from tests import factories
from tests.racing import race, slow_down

AT = datetime(2027, 2, 2, 10, tzinfo=UTC)


def leave(person_id: int, form_key: str) -> str:
    slow_down(services, "find_departure")
    services.record_departure(
        person_id, last_on=date(2027, 1, 31), form_key=form_key, on=date(2027, 2, 2), at=AT, recorded_by=None
    )
    return "left"


def departures() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Departure)) or 0


def test_two_managers_at_once_record_one_leaving(app):
    ada = factories.accredited_mediator()
    answers = race(app.config["SETTINGS"], leave, (ada.id, "form-of-one-manager"), (ada.id, "form-of-another-one"))
    assert answers == ["left", "refused"]
    assert departures() == 1


def test_without_the_guards_the_race_is_lost(app):
    """The negative control: if this fails, the test above proves nothing."""
    ada = factories.accredited_mediator()
    answers = race(
        app.config["SETTINGS"],
        leave,
        (ada.id, "form-of-one-manager"),
        (ada.id, "form-of-another-one"),
        guarded=False,
    )
    assert answers == ["crashed", "left"]
