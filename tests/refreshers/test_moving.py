"""Days that are moved or called off: who keeps a seat, who is asked, who is offered another, who would lapse."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.refreshers import services
from accreditation.refreshers.models import Booking
from accreditation.refreshers.rules import Mark
from accreditation.refreshers.rules.displacing import Displaced, OtherDay, seats_elsewhere
from accreditation.refreshers.rules.offers import confirm_by
from accreditation.standing.models import Deadline
from scheduler.services.composing import words_of
from tests import factories

SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
DAY = date(2027, 2, 2)
HELD = date(2027, 3, 2)
MOVED = date(2027, 3, 9)


def state_of(booking_id: int) -> str:
    db.session.expire_all()
    return db.session.get_one(Booking, booking_id).state


def letters() -> list[tuple[int, str]]:
    found = db.session.execute(select(Letter.person_id, Letter.template).order_by(Letter.id))
    return [(who, name.rpartition("/")[2].removesuffix(".txt")) for who, name in found]


def deadlines() -> dict[str, date]:
    return {one.kind: one.basis_date for one in db.session.scalars(select(Deadline))}


def move(day_id: int, version: int = 1, on: date = DAY, **changes) -> None:
    with transaction():
        services.change_day(day_id, factories.day_details(held_on=MOVED, **changes), version=version, on=on)


# --- moving ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "until"),
    [
        (date(2027, 3, 1), date(2027, 3, 8)),
        (date(2027, 3, 2), date(2027, 3, 8)),  # not after the day before
        (date(2027, 3, 8), date(2027, 3, 8)),
        (date(2027, 3, 9), date(2027, 3, 9)),  # on the day itself: at once
    ],
)
def test_there_is_a_week_to_confirm_and_never_beyond_the_day_before(on, until):
    assert confirm_by(on, 7, MOVED) == until


def test_who_has_a_seat_keeps_it_and_is_asked_and_who_waits_is_told(app, today):
    day = factories.refresher_day(capacity=1)
    booked, waits = (factories.booking(factories.person().id, day.id) for _ in range(2))
    move(day.id, capacity=1)
    asked = db.session.get_one(Booking, booked.id)
    assert (asked.state, asked.unconfirmed, asked.confirm_by) == ("booked", True, date(2027, 2, 9))
    assert letters()[-2:] == [(booked.person_id, "day_moved"), (waits.person_id, "day_changed")]
    assert deadlines() == {"refresher_booking": MOVED, "refresher_confirmation": date(2027, 2, 10)}


@pytest.mark.parametrize(
    ("held_on", "until"),
    [
        (date(2027, 2, 3), datetime(2027, 2, 3, 9, 30, tzinfo=UTC)),  # it begins before they would have to answer
        (date(2027, 2, 4), datetime(2027, 2, 3, 12, tzinfo=UTC)),
        (MOVED, datetime(2027, 2, 3, 12, tzinfo=UTC)),
    ],
)
def test_an_offer_never_outlasts_the_beginning_of_the_day_as_it_was_moved(app, today, held_on, until):
    day = factories.refresher_day(capacity=1)
    seated, waits = (factories.booking(factories.person().id, day.id) for _ in range(2))
    with transaction():
        services.cancel_booking(seated.id, on=DAY, at=datetime(2027, 2, 2, 12, tzinfo=UTC))
    with transaction():
        services.change_day(day.id, factories.day_details(held_on=held_on, capacity=1), version=1, on=DAY)
    assert db.session.get_one(Booking, waits.id).answer_by == until
    with pytest.raises(DomainError, match="This offer is over"), transaction():
        services.accept_offer(waits.id, on=held_on, at=until)


def test_each_is_told_of_a_change_by_what_they_have_on_that_day(app, today):
    day = factories.refresher_day(capacity=2)
    booked, gives_back, offered, waits = (factories.booking(factories.person().id, day.id) for _ in range(4))
    with transaction():
        services.cancel_booking(gives_back.id, on=DAY, at=datetime(2027, 2, 2, 12, tzinfo=UTC))
    with transaction():
        services.change_day(day.id, factories.day_details(capacity=2, venue="Elsewhere"), version=1, on=DAY)
    said = {
        letter.about_id: words_of(letter.template, {"name": "", "link": "", **FACTS[letter.template](letter.about_id)})[
            1
        ]
        for letter in db.session.scalars(select(Letter).where(Letter.template.endswith("day_changed.txt")))
    }
    assert set(said) == {booked.id, offered.id, waits.id}
    assert "The refresher day you are booked on has changed" in said[booked.id]
    assert "on which a seat is held for you has changed" in said[offered.id]
    assert "Please answer before 12:00pm on 3 February 2027" in said[offered.id]
    assert "for which you are on the waiting list has changed" in said[waits.id]
    assert "book another day" in said[waits.id]
    assert all("give back your seat" not in said[one.id] for one in (offered, waits))


def test_another_hour_asks_and_another_place_does_not(app, today):
    day = factories.refresher_day()
    booking = factories.booking(factories.person().id, day.id)
    with transaction():
        services.change_day(day.id, factories.day_details(venue="Elsewhere"), version=1, on=DAY)
    assert not db.session.get_one(Booking, booking.id).unconfirmed
    with transaction():
        services.change_day(day.id, factories.day_details(venue="Elsewhere", starts=time(11)), version=2, on=DAY)
    assert db.session.get_one(Booking, booking.id).unconfirmed


def test_confirming_settles_it_and_moving_again_asks_again(app, today):
    day = factories.refresher_day()
    booking = factories.booking(factories.person().id, day.id)
    move(day.id)
    with pytest.raises(NoLongerTrue), transaction():
        for _ in range(2):
            services.confirm_booking(booking.id, on=DAY)
        assert db.session.get_one(Booking, booking.id).confirmed_on == DAY
        assert deadlines() == {"refresher_booking": MOVED}
        FACTS["email/refreshers/day_moved.txt"](booking.id)
    move(day.id, starts=time(10), version=2)
    assert db.session.get_one(Booking, booking.id).unconfirmed
    assert FACTS["email/refreshers/day_moved.txt"](booking.id)["confirm_by"] == date(2027, 2, 9)


def test_who_cannot_come_on_the_new_date_gives_the_seat_back_in_time_however_late(app, today):
    day = factories.refresher_day()
    booking = factories.booking(factories.person().id, day.id)
    move(day.id, on=date(2027, 3, 8))
    with transaction():
        services.cancel_booking(booking.id, on=date(2027, 3, 8), at=datetime(2027, 3, 8, 20, tzinfo=UTC))
    assert state_of(booking.id) == "cancelled_by_mediator"
    assert deadlines() == {}
    with pytest.raises(DomainError, match="no booking here"), transaction():
        services.confirm_booking(booking.id, on=DAY)


def test_the_mediator_answers_in_one_tap_and_the_manager_sees_who_has_not(app, today, sign_in):
    ada, bo = factories.accredited_mediator(name="Ada Okafor"), factories.accredited_mediator(name="Bo Silent")
    day = factories.refresher_day()
    hers, _ = (factories.booking(one.id, day.id) for one in (ada, bo))
    move(day.id)
    browser = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada)
    for path in ("/me", f"/refreshers/{day.id}"):
        assert f"/refreshers/bookings/{hers.id}/confirm" in browser.get(path).text
    page = browser.post(f"/refreshers/bookings/{hers.id}/confirm", follow_redirects=True).text
    assert "Your seat on the new date is confirmed" in page
    assert f"/refreshers/bookings/{hers.id}/confirm" not in page
    page = sign_in(SERVICE).get(f"/refreshers/{day.id}").text
    assert "1 person has not said whether they still come" in page
    assert "Confirmed" in page
    assert "Asked until 9 Feb 2027" in page


@pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
def test_the_manager_reads_who_let_the_time_pass(app, sign_in, days, late):
    with time_machine.travel(datetime.combine(DAY, time(10), UTC), tick=False):
        bo = factories.accredited_mediator(name="Bo Silent")
        day = factories.refresher_day()
        factories.booking(bo.id, day.id)
        move(day.id)
    with time_machine.travel(datetime.combine(DAY + timedelta(days), time(10), UTC), tick=False):
        page = sign_in(SERVICE).get(f"/refreshers/{day.id}").text
    assert ("The time to answer is over for Bo Silent" in page) is late
    assert ("Has not answered" in page) is late


def test_the_deadline_of_a_seat_ends_with_the_seat(app, today):
    day = factories.refresher_day(held_on=DAY)
    came, missed, gave_back = (factories.booking(factories.person().id, day.id) for _ in range(3))
    assert deadlines() == {"refresher_booking": DAY}
    assert len(list(db.session.scalars(select(Deadline)))) == 3
    with transaction():
        services.cancel_booking(gave_back.id, on=DAY)
    marks = [Mark(came.id, "booked", "attended"), Mark(missed.id, "booked", "did_not_attend")]
    with transaction():
        services.record_attendance(day.id, marks, on=DAY, recorded_by=None)
    assert deadlines() == {}


# --- calling off -----------------------------------------------------------------------------------------------------

FEB, APR, MAY = OtherDay(1, date(2027, 2, 9), 1), OtherDay(2, date(2027, 4, 6), 1), OtherDay(3, date(2027, 5, 4), 5)
FULL = OtherDay(4, date(2027, 3, 30), 0)


@pytest.mark.parametrize(
    ("people", "days", "expected"),
    [
        # the next day in time
        ([Displaced(1, date(2027, 6, 1))], [FEB, APR, MAY], [(1, 2, True, True)]),
        # the day of the lapse is too late, the day before it is not
        ([Displaced(1, date(2027, 4, 6))], [APR, MAY], [(1, 2, True, False)]),
        ([Displaced(1, date(2027, 4, 7))], [APR, MAY], [(1, 2, True, True)]),
        # none after it is in time: one before it is
        ([Displaced(1, date(2027, 3, 20))], [FEB, APR], [(1, 1, True, True)]),
        # whose requirement ends first chooses first, whatever their number
        (
            [Displaced(1, date(2027, 6, 1)), Displaced(2, date(2027, 4, 20))],
            [APR, MAY],
            [(2, 2, True, True), (1, 3, True, True)],
        ),
        # not met now: the next day, and nobody says it is in time
        ([Displaced(1, None)], [FEB, APR], [(1, 2, True, False)]),
        # they cannot come on that one
        ([Displaced(1, date(2027, 6, 1), frozenset({2}))], [APR, MAY], [(1, 3, True, True)]),
        # no seat anywhere: the line of the day they would have chosen
        ([Displaced(1, date(2027, 6, 1))], [FULL], [(1, 4, False, False)]),
        ([Displaced(1, date(2027, 6, 1))], [], [(1, None, False, False)]),
    ],
)
def test_which_day_each_is_offered_instead(people, days, expected):
    found = seats_elsewhere(people, days, HELD)
    assert [(one.person_id, one.day_id, one.seat, one.in_time) for one in found] == expected


def call_off(day_id: int) -> int:
    with transaction():
        return services.cancel_day(day_id, because="The trainer is ill.", on=DAY)


def test_a_seat_is_held_for_whoever_lost_one_before_anybody_who_waits(app, today):
    day = factories.refresher_day()
    other = factories.refresher_day(held_on=date(2027, 4, 6), capacity=2)
    for _ in range(2):
        taken = factories.booking(factories.person().id, other.id)
    urgent = factories.accredited_mediator(trained_on=date(2026, 2, 20))
    waits = factories.booking(urgent.id, other.id)
    lost = factories.booking(factories.accredited_mediator(trained_on=date(2026, 6, 1)).id, day.id)
    assert call_off(day.id) == 1
    instead = db.session.scalars(select(Booking).where(Booking.person_id == lost.person_id, Booking.id > lost.id)).one()
    assert (state_of(lost.id), instead.state, instead.day_id) == ("cancelled_by_organiser", "waitlisted", other.id)
    with transaction():
        services.cancel_booking(taken.id, on=DAY)
    assert (state_of(instead.id), state_of(waits.id)) == ("offered", "waitlisted")


def test_where_there_is_a_seat_it_is_offered_at_once_and_the_letter_says_so(app, today):
    day = factories.refresher_day()
    other = factories.refresher_day(held_on=date(2027, 4, 6))
    lost = factories.booking(factories.accredited_mediator(trained_on=date(2026, 6, 1)).id, day.id)
    call_off(day.id)
    assert call_off(day.id) == 0  # twice is once
    assert [name for who, name in letters() if who == lost.person_id][-2:] == ["seat_freed", "day_cancelled"]
    facts = FACTS["email/refreshers/day_cancelled.txt"](lost.id)
    assert (facts["other_day"], facts["seat_held"]) == (other.held_on, True)
    assert "refresher_booking" not in deadlines()


def test_without_another_day_the_letter_promises_nothing(app, today):
    day = factories.refresher_day()
    lost = factories.booking(factories.person().id, day.id)
    call_off(day.id)
    facts = FACTS["email/refreshers/day_cancelled.txt"](lost.id)
    assert (facts["other_day"], facts["seat_held"]) == (None, False)


def test_nobody_is_offered_what_they_cannot_take(app, today):
    day = factories.refresher_day()
    twin = factories.refresher_day(held_on=date(2027, 4, 6), title="At that time")
    clash = factories.refresher_day(held_on=date(2027, 4, 6))
    later = factories.refresher_day(held_on=date(2027, 4, 7))
    ada = factories.accredited_mediator(trained_on=date(2026, 6, 1))
    factories.booking(ada.id, twin.id)
    factories.booking(ada.id, day.id)
    call_off(day.id)
    offered = db.session.scalars(select(Booking.day_id).where(Booking.person_id == ada.id, Booking.state == "offered"))
    assert list(offered) == [later.id] != [clash.id]


def test_before_it_is_called_off_the_manager_sees_who_would_lapse(app, today, sign_in):
    day = factories.refresher_day()
    factories.refresher_day(held_on=date(2027, 4, 6))
    soon = factories.accredited_mediator(name="Soon Lapsing", trained_on=date(2026, 3, 20))
    fine = factories.accredited_mediator(name="Fine Still", trained_on=date(2026, 6, 1))
    for one in (soon, fine):
        factories.booking(one.id, day.id)
    browser = sign_in(SERVICE)
    page = browser.get(f"/refreshers/{day.id}/cancel").text
    assert "1 person would lapse because of it" in page
    assert page.index("Soon Lapsing") < page.index("Would lapse") < page.index("Fine Still") < page.index("In time")
    assert day.state == "planned"
    stranger = Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Elsewhere").id)
    assert "Soon Lapsing" not in sign_in(stranger).get(f"/refreshers/{day.id}/cancel").text
