"""A refresher day on which somebody has a seat: they hear of it a week and a day before, while they have it."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core.calendar import LONDON
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter, NoLongerTrue
from accreditation.core.permissions import Role
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


def reminders(letter: str = "seat_comes") -> list[Letter]:
    db.session.rollback()
    return list(
        db.session.scalars(select(Letter).where(Letter.template.endswith(f"/{letter}.txt")).order_by(Letter.id))
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


# --- a word on a day that was moved ----------------------------------------------------------------------------------

MOVED_ON, ANSWER_BY = date(2027, 2, 2), date(2027, 2, 9)


@pytest.fixture
def asked(seat):
    """The same seat, on a day that was moved: the mediator has a week to say whether they come."""
    with transaction():
        details = factories.day_details(held_on=date(2027, 4, 6))
        services.change_day(seat.day_id, details, version=1, on=MOVED_ON)
    return seat


def test_who_has_not_answered_is_reminded_the_day_before_the_last_and_not_earlier(asked):
    factories.plan(date(2027, 2, 7))
    assert reminders("seat_asked") == []
    factories.plan(date(2027, 2, 8))
    factories.plan(date(2027, 2, 8))
    [letter] = reminders("seat_asked")
    assert "by 9 February 2027" in text_of(letter, date(2027, 2, 8))
    assert "Please do so by" in text_of(letter, ANSWER_BY)
    assert "still wait for your word" in text_of(letter, date(2027, 2, 10))


def test_the_office_hears_of_silence_when_the_time_is_over(asked):
    manager = factories.person()
    factories.grant(manager.id, Role.PRACTICE_MANAGER)
    factories.plan(ANSWER_BY)
    assert reminders("item_overdue") == []
    factories.plan(date(2027, 2, 10))
    assert [letter.person_id for letter in reminders("item_overdue")] == [manager.id]


def test_who_has_answered_hears_nothing(asked):
    factories.plan(date(2027, 2, 8))
    [letter] = reminders("seat_asked")
    with transaction():
        services.confirm_booking(asked.id, on=date(2027, 2, 8))
    with pytest.raises(NoLongerTrue):
        text_of(letter, date(2027, 2, 8))
    factories.plan(date(2027, 2, 10))
    assert reminders("item_overdue") == []
