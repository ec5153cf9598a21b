"""Two managers, or two clicks, at once, in processes of their own on both databases."""

from datetime import UTC, date, datetime

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.standing.models import Evidence, EvidenceVoid, Overlay
from accreditation.standing.services import overlays
from tests import factories
from tests.racing import race, slow_down

FIRST, BACK = date(2027, 2, 1), date(2027, 3, 15)
AT = datetime(2027, 2, 1, 10, tzinfo=UTC)


def suspend(person_id: int, form_key: str) -> str:
    slow_down(overlays, "reasons_against")
    decision = factories.laid("suspension", FIRST)
    overlays.record_overlay(person_id, decision, form_key=form_key, on=FIRST, at=AT, recorded_by=None)
    return "suspended"


def lift(overlay_id: int, ended_on: date) -> str:
    slow_down(overlays, "reasons_not_to_end")
    overlays.end_overlay(
        overlay_id, ended_on=ended_on, reason="Over", authority="Head of Service", at=AT, ended_by=None
    )
    return "lifted"


def how_many(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_two_managers_at_once_suspend_once(app):
    ada = factories.accredited_mediator()
    answers = race(app.config["SETTINGS"], suspend, (ada.id, "form-of-one-manager"), (ada.id, "form-of-another-one"))
    assert answers == ["refused", "suspended"]
    assert how_many(Overlay) == 1


def test_one_form_sent_twice_at_once_is_one_overlay(app):
    ada = factories.accredited_mediator()
    answers = race(app.config["SETTINGS"], suspend, *[(ada.id, "form-that-was-clicked-twice")] * 2)
    assert answers == ["suspended", "suspended"]
    assert how_many(Overlay) == 1
    assert db.session.scalar(select(func.count()).where(Evidence.kind == "suspension")) == 1


def test_two_who_lift_it_at_once_lift_it_once(app):
    ada = factories.accredited_mediator()
    overlay = factories.overlay(ada.id, "suspension", FIRST)
    answers = race(app.config["SETTINGS"], lift, (overlay.id, BACK), (overlay.id, date(2027, 3, 1)))
    assert answers == ["lifted", "refused"]
    assert how_many(EvidenceVoid) == 1


def test_without_the_guards_the_race_is_lost(app):
    """The negative control: if this fails, the tests above prove nothing."""
    ada = factories.accredited_mediator()
    answers = race(
        app.config["SETTINGS"],
        suspend,
        (ada.id, "form-of-one-manager"),
        (ada.id, "form-of-another-one"),
        guarded=False,
    )
    lost = {"sqlite": [(["crashed", "suspended"], 1)]}
    # On PostgreSQL the database itself stops the second only where both wrote before either had ended.
    lost["postgresql"] = [*lost["sqlite"], (["suspended", "suspended"], 2)]
    assert (answers, how_many(Overlay)) in lost[app.url.partition(":")[0].partition("+")[0]]
