"""Leave: nobody is reminded of anything in that time, but of the return; and no letter says that it is leave."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core.calendar import LONDON
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter, NoLongerTrue
from accreditation.core.permissions import Role
from accreditation.standing.services.overlays import cancel_overlay, end_overlay
from scheduler.models import Obligation
from scheduler.services.composing import compose
from scheduler.services.owing import TEMPLATES_OF_DEADLINES
from tests import factories
from tests.scheduler.ready import everything_in_order

AWAY, BACK = date(2027, 1, 11), date(2027, 6, 14)
BEFORE = timedelta(days=1)


def at(on: date) -> datetime:
    return datetime.combine(on, time(10), LONDON)


def on_leave(**ends):
    who = everything_in_order(name="Ada Okafor", email="ada@example.police.uk", **ends)
    return who, factories.overlay(
        who.id, "leave", AWAY, BACK, reason="SECRET", authority="SECRET", leave_type="adoption"
    )


def owed() -> list[tuple[str, int, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(Obligation).where(Obligation.state == "owed").order_by(Obligation.id))
    return [(row.subject.split(":")[1], row.stage, row.audience) for row in rows]


@pytest.mark.parametrize("stage", [28, 7])
def test_the_return_is_told_on_its_day_and_not_a_day_earlier(app, stage):
    on_leave()
    day = BACK - timedelta(stage)
    factories.plan(day - BEFORE)
    before = owed()
    assert [factories.plan(day), factories.plan(day)] == [1, 0]
    assert owed()[len(before) :] == [("return_from_leave", stage, "mediator")]


def test_nothing_else_is_told_in_that_time_and_everything_after_it(app):
    """CTC, award, refresher and CPD all end while away: the day they are back is the first on which it is said."""
    factories.grant(factories.person(email="manager@example.police.uk").id, Role.PRACTICE_MANAGER)
    ended = BACK - timedelta(40)
    on_leave(ctc=ended, award=BACK + timedelta(5), cpd=ended, refresher=date(2027, 3, 1))
    day = AWAY
    while day < BACK:
        factories.plan(day)
        day += timedelta(7)
    factories.plan(BACK - BEFORE)
    assert {subject for subject, _, _ in owed()} == {"return_from_leave"}
    factories.plan(BACK)
    assert "INHOUSE-WPM" in {subject for subject, _, _ in owed()}


def test_the_manager_is_told_before_and_again_when_nobody_recorded_the_return(app):
    factories.grant(factories.person(email="manager@example.police.uk").id, Role.PRACTICE_MANAGER)
    _, overlay = on_leave()
    for days in (-28, -7, 6, 7):
        factories.plan(BACK + timedelta(days))
    assert [row for row in owed() if row[2] == "practice_manager"] == [
        ("return_from_leave", 28, "practice_manager"),
        ("return_from_leave", 7, "practice_manager"),
        ("return_from_leave", -7, "practice_manager"),
    ]
    late = db.session.scalars(select(Letter).order_by(Letter.id.desc())).first()
    with time_machine.travel(at(BACK + timedelta(8)), tick=False):
        text = compose(late, takes_utf8=False).content.decode()
        assert "changed on 14 June 2027, and it is not recorded" in " ".join(text.replace("=\r\n", "").split())
        with transaction():
            end_overlay(
                overlay.id, ended_on=BACK, reason="Back", authority="Head", at=at(BACK + timedelta(8)), ended_by=None
            )
        with pytest.raises(NoLongerTrue):
            compose(db.session.get_one(Letter, late.id), takes_utf8=False)


def test_no_letter_says_that_it_is_leave_or_why(app):
    factories.grant(factories.person(email="manager@example.police.uk").id, Role.PRACTICE_MANAGER)
    who, _ = on_leave()
    with time_machine.travel(at(BACK - timedelta(28)), tick=False):
        factories.plan(BACK - timedelta(28))
        found = list(db.session.scalars(select(Letter).order_by(Letter.id)))
        words = {letter for (kind, _), letter in TEMPLATES_OF_DEADLINES.items() if kind == "return_from_leave"}
        assert {letter.template for letter in found} == words
        for letter in found:
            text = " ".join(compose(letter, takes_utf8=False).content.decode().replace("=\r\n", "").split())
            assert "14 June 2027" in text
            assert who.reference in text or letter.person_id == who.id
            for private in ("leave", "return", "SECRET", "adoption", "Okafor" if letter.person_id != who.id else "zzz"):
                assert private not in text.lower() if private.islower() else private not in text, private


@pytest.mark.parametrize("how", ["back early", "cancelled"])
def test_who_is_back_early_hears_nothing_of_the_old_day(app, how):
    _, overlay = on_leave()
    on = BACK - timedelta(60)
    with transaction():
        if how == "cancelled":
            cancel_overlay(overlay.id, reason="Never agreed", at=at(on), cancelled_by=None)
        else:
            end_overlay(overlay.id, ended_on=on, reason="Back", authority="Head", at=at(on), ended_by=None)
    for stage in (28, 7, 0, -7):
        assert factories.plan(BACK - timedelta(stage)) == 0


def test_a_return_has_a_letter_of_its_own_beside_what_ends_that_day(app):
    """Both are due by the same day, to the same manager: the words of one would not fit the other."""
    factories.grant(factories.person(email="manager@example.police.uk").id, Role.PRACTICE_MANAGER)
    on_leave(ctc=BACK)
    factories.plan(BACK + timedelta(7))
    letters = list(db.session.scalars(select(Letter.template).order_by(Letter.id)))
    to_manager = [name for name in letters if name.endswith(("/day_comes.txt", "/item_overdue.txt"))]
    assert sorted(name.rpartition("/")[2] for name in to_manager) == ["day_comes.txt", "item_overdue.txt"]
