"""Offers of freed seats: held, answered in one tap, ended by the clock, and given on; and apologies that come late."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.rules import Grant
from accreditation.refreshers import services
from accreditation.refreshers.jobs import look_after_offers
from accreditation.refreshers.models import Booking
from accreditation.refreshers.queries.days import day_row
from accreditation.refreshers.queries.offers import late_in_words, would_be_late
from accreditation.refreshers.rules import Mark
from accreditation.refreshers.rules.offers import answer_by, late_from, notice_of
from accreditation.standing.models import Deadline
from tests import factories

SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
DAY = date(2027, 2, 2)
NOON = datetime(2027, 2, 2, 12, tzinfo=UTC)
FAR = datetime(2028, 1, 1, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def state_of(booking_id: int) -> str:
    db.session.expire_all()
    return db.session.get_one(Booking, booking_id).state


def letters_to(person_id: int) -> list[str]:
    found = select(Letter.template).where(Letter.person_id == person_id).order_by(Letter.id)
    return [name.rpartition("/")[2].removesuffix(".txt") for name in db.session.scalars(found)]


def look_at(moment: datetime) -> None:
    """What the scheduler does at that moment."""
    with time_machine.travel(moment, tick=False):
        look_after_offers(moment.date())


@pytest.fixture
def line(app, today):
    """One seat, taken; then whoever lapses in March, and whoever lapses in June, in the wrong order of asking."""
    day = factories.refresher_day(capacity=1)
    seated = factories.booking(factories.person().id, day.id)
    in_june = factories.accredited_mediator(trained_on=date(2026, 6, 1))
    in_march = factories.accredited_mediator(trained_on=date(2026, 3, 15))
    june, march = factories.booking(in_june.id, day.id), factories.booking(in_march.id, day.id)
    with transaction():
        services.cancel_booking(seated.id, on=DAY, at=NOON)
    return day, march, june


@pytest.mark.parametrize(
    ("ends_on", "offered_to"),
    [(date(2027, 3, 17), "june"), (date(2027, 3, 16), "march"), (date(2027, 3, 15), "march")],
    ids=["the day after", "the day itself", "the day before"],
)
def test_whoever_is_on_leave_that_day_is_passed_over_and_goes_on_waiting(app, today, ends_on, offered_to):
    day = factories.refresher_day(held_on=date(2027, 3, 16), capacity=1)
    seated = factories.booking(factories.person().id, day.id)
    people = {
        "june": factories.accredited_mediator(trained_on=date(2026, 6, 1)),
        "march": factories.accredited_mediator(trained_on=date(2026, 3, 15)),
    }
    bookings = {name: factories.booking(person.id, day.id).id for name, person in people.items()}
    factories.overlay(people["march"].id, "leave", date(2027, 2, 1), ends_on)
    with transaction():
        services.cancel_booking(seated.id, on=DAY, at=NOON)
    waits = "march" if offered_to == "june" else "june"
    assert {name: state_of(booking_id) for name, booking_id in bookings.items()} == {
        offered_to: "offered",
        waits: "waitlisted",
    }


# --- how long there is time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered_at", "hours", "until"),
    [
        (utc(2027, 2, 2, 12), 24, utc(2027, 2, 3, 12)),  # Tuesday to Wednesday
        (utc(2027, 2, 5, 15), 24, utc(2027, 2, 8, 15)),  # Friday to Monday
        (utc(2027, 2, 6, 9), 24, utc(2027, 2, 9, 0)),  # what is offered on a Saturday counts from Monday on
        (utc(2027, 2, 5, 23, 59), 1, utc(2027, 2, 8, 0, 59)),
        (utc(2027, 3, 25, 12), 24, utc(2027, 3, 30, 11)),  # Easter, and the clocks go forward: noon in London
        (utc(2027, 10, 29, 11), 24, utc(2027, 11, 1, 12)),  # the clocks go back: noon in London again
        (utc(2027, 2, 2, 12), 0, utc(2027, 2, 2, 12)),
    ],
)
def test_hours_count_on_working_days_alone(offered_at, hours, until):
    assert answer_by(offered_at, hours, FAR) == until


@pytest.mark.parametrize(
    ("starts_at", "until"),
    [
        (utc(2027, 2, 3, 11, 59), utc(2027, 2, 3, 11, 59)),
        (utc(2027, 2, 3, 12), utc(2027, 2, 3, 12)),
        (utc(2027, 2, 3, 12, 1), utc(2027, 2, 3, 12)),
    ],
)
def test_an_offer_never_outlasts_the_beginning_of_the_day(starts_at, until):
    assert answer_by(NOON, 24, starts_at) == until
    assert answer_by(utc(2027, 2, 6, 9), 24, utc(2027, 2, 7, 9)) == utc(2027, 2, 7, 9)  # a day on a Sunday


@pytest.mark.parametrize(
    ("notice", "first"),
    [
        ("2 days", utc(2027, 3, 24, 0)),  # Thursday the 25th: all of Tuesday is in time
        ("0 days", utc(2027, 3, 26, 0)),  # the whole day itself
        ("36 hours", utc(2027, 3, 23, 21, 30)),
        ("1 hour", utc(2027, 3, 25, 8, 30)),
    ],
)
def test_from_when_on_an_apology_is_late(notice, first):
    assert late_from(date(2027, 3, 25), utc(2027, 3, 25, 9, 30), notice) == first


def test_days_are_days_in_london():
    assert late_from(date(2027, 6, 3), utc(2027, 6, 3, 8, 30), "1 day") == utc(2027, 6, 2, 23)


@pytest.mark.parametrize("text", ["", "soon", "2", "days", "2 weeks", "-1 days"])
def test_what_is_no_notice_is_refused(text):
    with pytest.raises(ValueError, match="not a number of days or hours"):
        notice_of(text)


# --- offers ----------------------------------------------------------------------------------------------------------


def test_a_freed_seat_is_held_for_whoever_lapses_first(line):
    day, march, june = line
    assert (state_of(march.id), state_of(june.id)) == ("offered", "waitlisted")
    assert db.session.get_one(Booking, march.id).answer_by == NOON + timedelta(hours=24)
    assert (day_row(day.id).left, day_row(day.id).waiting) == (0, 1)  # held: nobody else can take it
    assert letters_to(march.person_id)[-1] == "seat_freed"
    with pytest.raises(DomainError, match="last seat has been taken"):
        factories.booking(factories.person().id, day.id, or_wait=False)


def test_a_service_sets_how_long_a_seat_is_held(app, today):
    with transaction():
        set_setting("refresher_offer_hours", "2")
    day = factories.refresher_day(capacity=1)
    seated = factories.booking(factories.person().id, day.id)
    waits = factories.booking(factories.person().id, day.id)
    with transaction():
        services.cancel_booking(seated.id, on=DAY, at=NOON)
    assert db.session.get_one(Booking, waits.id).answer_by == NOON + timedelta(hours=2)


def test_taking_the_seat_twice_takes_it_once(line):
    _, march, _ = line
    for _ in range(2):
        with transaction():
            services.accept_offer(march.id, on=DAY, at=NOON + timedelta(hours=23, minutes=59))
    assert state_of(march.id) == "booked"
    assert letters_to(march.person_id).count("booked") == 1
    assert [one.kind for one in db.session.scalars(select(Deadline).where(Deadline.source_id == march.id))] == [
        "refresher_booking"
    ]


def test_an_offer_cannot_be_taken_once_its_time_is_over_even_before_the_clock_ends_it(line):
    _, march, _ = line
    with pytest.raises(DomainError, match="offer is over"), transaction():
        services.accept_offer(march.id, on=DAY, at=NOON + timedelta(hours=24))
    assert state_of(march.id) == "offered"


def test_who_is_busy_meanwhile_cannot_take_the_seat(line):
    day, march, _ = line
    factories.booking(march.person_id, factories.refresher_day(title="The other", held_on=day.held_on).id)
    with pytest.raises(DomainError, match="at the same time as “The other”"), transaction():
        services.accept_offer(march.id, on=DAY, at=NOON)


def test_declining_gives_it_to_the_next(line):
    _, march, june = line
    for _ in range(2):
        with transaction():
            services.decline_offer(march.id, on=DAY, at=NOON)
    assert (state_of(march.id), state_of(june.id)) == ("offer_declined", "offered")
    assert letters_to(june.person_id).count("seat_freed") == 1
    booked = factories.booking(factories.person().id, factories.refresher_day().id)
    with pytest.raises(DomainError, match="no offer"), transaction():
        services.decline_offer(booked.id, on=DAY, at=NOON)


@pytest.mark.parametrize(
    ("minutes", "states"),
    [(-1, ("offered", "waitlisted")), (0, ("offer_lapsed", "offered")), (1, ("offer_lapsed", "offered"))],
)
def test_the_clock_ends_an_offer_and_makes_the_next(line, minutes, states):
    _, march, june = line
    now = NOON + timedelta(hours=24, minutes=minutes)
    for _ in range(2):  # the level, not the edge
        look_at(now)
    assert (state_of(march.id), state_of(june.id)) == states
    assert letters_to(march.person_id).count("offer_over") == (states[0] == "offer_lapsed")
    assert letters_to(june.person_id).count("seat_freed") == (states[1] == "offered")


def test_after_a_long_silence_the_clock_does_all_of_it(line):
    day, march, june = line
    look_at(NOON + timedelta(days=20))
    assert (state_of(march.id), state_of(june.id)) == ("offer_lapsed", "offered")
    look_at(datetime.combine(day.held_on, time(20), UTC))
    assert state_of(june.id) == "offer_lapsed"


def test_the_clock_offers_a_seat_that_stood_free(app, today):
    day = factories.refresher_day(capacity=1)
    seated, waits = (factories.booking(factories.person().id, day.id) for _ in range(2))
    with transaction():
        db.session.get_one(Booking, seated.id).state = "transferred"  # by a way that told nobody
    assert look_after_offers(DAY) == 0
    assert state_of(waits.id) == "offered"


def test_who_lapsed_by_silence_can_ask_again(line):
    day, march, _ = line
    with transaction():
        services.end_overdue_offers(day.id, on=DAY, at=NOON + timedelta(hours=24))
    again = factories.booking(march.person_id, day.id)
    assert (again.state, again.id != march.id) == ("waitlisted", True)


def test_letters_say_only_what_is_still_true(line):
    day, march, _ = line
    facts = FACTS["email/refreshers/seat_freed.txt"](march.id)
    assert (facts["title"], facts["answer_by"]) == (day.title, NOON + timedelta(hours=24))
    with pytest.raises(NoLongerTrue):
        FACTS["email/refreshers/offer_over.txt"](march.id)
    with transaction():
        services.end_overdue_offers(day.id, on=DAY, at=NOON + timedelta(hours=24))
    assert FACTS["email/refreshers/offer_over.txt"](march.id)["held_on"] == day.held_on
    with pytest.raises(NoLongerTrue):
        FACTS["email/refreshers/seat_freed.txt"](march.id)


def test_a_mediator_takes_the_seat_in_one_tap(line, sign_in):
    day, march, _ = line
    ada = march.person
    browser = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada)
    for path in ("/me", f"/refreshers/{day.id}"):
        page = browser.get(path).text
        assert "The seat is held for you until 12:00pm on 3 February 2027" in page
        assert f"/refreshers/bookings/{march.id}/accept" in page
    assert "The seat is yours" in browser.post(f"/refreshers/bookings/{march.id}/accept", follow_redirects=True).text
    assert state_of(march.id) == "booked"


def test_a_stranger_answers_for_nobody(line, sign_in):
    _, march, _ = line
    stranger = factories.accredited_mediator()
    browser = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, stranger.id), person=stranger)
    for answer in ("accept", "decline", "confirm"):
        assert browser.post(f"/refreshers/bookings/{march.id}/{answer}").status_code == 404
    assert state_of(march.id) == "offered"


def test_the_office_records_an_answer_by_telephone(line, sign_in):
    day, march, _ = line
    browser = sign_in(SERVICE)
    assert "They take it" in browser.get(f"/refreshers/{day.id}").text
    page = browser.post(f"/refreshers/bookings/{march.id}/accept", follow_redirects=True)
    assert f"Recorded for {march.person.name}" in page.text


# --- apologies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (utc(2027, 2, 28, 23, 59), "cancelled_by_mediator"),
        (utc(2027, 3, 1, 0), "late_apologies"),
        (utc(2027, 3, 2, 8), "late_apologies"),
    ],
)
def test_a_seat_given_back_late_is_a_late_apology(app, today, moment, state):
    booking = factories.booking(factories.person().id, factories.refresher_day().id)
    with transaction():
        services.cancel_booking(booking.id, on=moment.date(), at=moment)
    assert state_of(booking.id) == state


@pytest.mark.parametrize("how", [{"by_organiser": True}, {"tell": False}])
def test_nobody_else_apologises_late(app, today, how):
    booking = factories.booking(factories.person().id, factories.refresher_day().id)
    with transaction():
        services.cancel_booking(booking.id, on=date(2027, 3, 2), at=utc(2027, 3, 2, 8), **how)
    assert state_of(booking.id) != "late_apologies"


@pytest.mark.parametrize(
    ("notice", "at", "said"),
    [
        ("2 days", utc(2027, 2, 28, 23, 59), "up to the end of 28 February 2027"),
        ("2 days", utc(2027, 3, 1), "counts as a late apology."),
        ("36 hours", utc(2027, 2, 28, 21, 29), "up to 9:30pm on 28 February 2027"),
        ("36 hours", utc(2027, 2, 28, 21, 30), "so close"),
    ],
)
def test_until_when_a_seat_can_be_given_back_is_said_before_it_is_booked(app, today, notice, at, said):
    day = factories.refresher_day()
    with transaction():
        set_setting("refresher_late_notice", notice)
    assert said in late_in_words(day, at)
    booking = factories.booking(factories.person().id, day.id)
    assert would_be_late(booking, at) is ("so close" in late_in_words(day, at))


def test_a_late_apology_is_said_before_and_shown_after(app, today, sign_in):
    ada = factories.accredited_mediator()
    day = factories.refresher_day(held_on=date(2027, 2, 3))
    booking = factories.booking(ada.id, day.id)
    browser = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada)
    path = f"/refreshers/bookings/{booking.id}/cancel"
    assert "This is a late apology" in browser.get(path).text
    assert "recorded as a late apology" in browser.post(path, follow_redirects=True).text
    assert "late apology" in sign_in(SERVICE).get(f"/refreshers/{day.id}").text


def test_who_apologised_late_may_have_come_after_all(app, today):
    day, ada = factories.refresher_day(), factories.person()
    booking = factories.booking(ada.id, day.id)
    on = day.held_on
    with transaction():
        services.cancel_booking(booking.id, on=on, at=utc(2027, 3, 2, 8))
    again = factories.booking(ada.id, day.id, on=on)
    mark = Mark(booking.id, "late_apologies", "attended")
    with pytest.raises(DomainError, match="booked again"), transaction():
        services.record_attendance(day.id, [mark], on=on, recorded_by=None)
    with transaction():
        services.cancel_booking(again.id, on=on, by_organiser=True)
    with transaction():
        assert services.record_attendance(day.id, [mark], on=on, recorded_by=None) == 1
    assert state_of(booking.id) == "attended"
