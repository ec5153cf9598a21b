"""A refresher day on which somebody has a seat: they hear of it a week and a day before, while they have it."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core.calendar import LONDON
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter, NoLongerTrue
from accreditation.refreshers import services
from scheduler.models import Obligation
from scheduler.services.composing import compose
from tests import factories
from tests.scheduler.ready import everything_in_order

DAY = date(2027, 3, 2)


@pytest.fixture
def seat(app, today):
    who = everything_in_order(name="Ada Okafor", email="ada@example.police.uk")
    return factories.booking(who.id, factories.refresher_day(held_on=DAY).id)


def reminders() -> list[Letter]:
    db.session.rollback()
    return list(
        db.session.scalars(select(Letter).where(Letter.template.endswith("/seat_comes.txt")).order_by(Letter.id))
    )


def text_of(letter: Letter, on: date) -> str:
    with time_machine.travel(datetime.combine(on, time(10), LONDON), tick=False):
        return " ".join(compose(letter, takes_utf8=False).content.decode().replace("=\r\n", "").split())


@pytest.mark.parametrize("stage", [7, 1])
def test_it_is_told_on_its_day_and_not_a_day_earlier(seat, stage):
    factories.plan(DAY - timedelta(stage + 1))
    before = len(reminders())
    factories.plan(DAY - timedelta(stage))
    factories.plan(DAY - timedelta(stage))
    assert len(reminders()) == before + 1
    owed = db.session.scalars(select(Obligation).order_by(Obligation.id.desc())).first()
    assert (owed.stage, owed.basis_date, owed.state) == (stage, DAY, "owed")
    assert "seat on a refresher day on 2 March 2027" in text_of(reminders()[-1], DAY - timedelta(stage))


def test_on_the_day_it_may_still_be_said_and_afterwards_no_more(seat):
    factories.plan(DAY - timedelta(1))
    assert "2 March 2027" in text_of(reminders()[0], DAY)
    with pytest.raises(NoLongerTrue, match="over"):
        text_of(reminders()[0], DAY + timedelta(1))


def test_who_gave_the_seat_back_hears_nothing_more(seat):
    factories.plan(DAY - timedelta(7))
    with transaction():
        services.cancel_booking(seat.id, on=DAY - timedelta(6))
    with pytest.raises(NoLongerTrue):
        text_of(reminders()[0], DAY - timedelta(6))
    factories.plan(DAY - timedelta(1))
    assert len(reminders()) == 1


def test_of_a_day_that_moved_the_new_date_is_told(seat):
    factories.plan(DAY - timedelta(7))
    with transaction():
        details = factories.day_details(held_on=date(2027, 4, 6))
        services.change_day(seat.day_id, details, version=1, on=DAY - timedelta(6))
    factories.plan(date(2027, 3, 30))
    assert "6 April 2027" in text_of(reminders()[-1], date(2027, 3, 30))
    assert len(reminders()) == 2
