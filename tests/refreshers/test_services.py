"""Days, seats, attendance and invitations, on both databases."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.refreshers import services
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.bookings import coming_bookings_of
from accreditation.refreshers.queries.days import bookable_days, coming_days, day_row, days_without_attendance
from accreditation.refreshers.queries.due import people_due, what_attending_brings
from accreditation.refreshers.rules import Mark, Waiting, london_moment, next_in_line
from accreditation.standing.queries import evidence_of, periods_of, standing_on
from tests import factories

SCHEME = "INHOUSE-WPM"
MANAGER = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
DAY = date(2027, 2, 2)


def state_of(booking_id: int) -> str:
    return db.session.get_one(Booking, booking_id).state


def letters(template: str | None = None) -> list[str]:
    query = select(Letter.template).order_by(Letter.id)
    found = [name.rpartition("/")[2].removesuffix(".txt") for name in db.session.scalars(query)]
    return found if template is None else [name for name in found if name == template]


def record(day_id: int, *marks: Mark, on: date = date(2027, 3, 2)) -> int:
    with transaction():
        return services.record_attendance(day_id, marks, on=on, recorded_by=None)


# --- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "at", "utc"),
    [
        (
            date(2027, 3, 27),
            time(9, 30),
            datetime(2027, 3, 27, 9, 30, tzinfo=UTC),
        ),  # the day before the clocks go forward
        (date(2027, 3, 28), time(9, 30), datetime(2027, 3, 28, 8, 30, tzinfo=UTC)),
        (date(2027, 10, 30), time(9, 30), datetime(2027, 10, 30, 8, 30, tzinfo=UTC)),
        (date(2027, 10, 31), time(9, 30), datetime(2027, 10, 31, 9, 30, tzinfo=UTC)),
        (date(2027, 10, 31), time(1, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # the hour comes twice: the first
    ],
)
def test_the_clock_on_the_wall_decides(on, at, utc):
    assert london_moment(on, at) == utc


def test_a_day_that_cannot_be_gives_every_reason(app):
    with pytest.raises(DomainError) as refusal, transaction():
        services.add_day(factories.day_details(starts=time(16), ends=time(9), venue=None, capacity=0, minimum=3))
    assert len(refusal.value.reasons) == 4
    assert db.session.scalars(select(RefresherDay)).all() == []


def test_a_stale_change_is_refused_and_changes_nothing(app):
    day = factories.refresher_day(title="Risk")
    with transaction():
        services.change_day(day.id, factories.day_details(title="Risk, again"), version=1, on=DAY)
    with pytest.raises(Conflict), transaction():
        services.change_day(day.id, factories.day_details(title="Something else"), version=1, on=DAY)
    assert db.session.get_one(RefresherDay, day.id).title == "Risk, again"


def test_who_is_booked_is_told_of_a_new_place_and_not_of_a_new_title(app, today):
    day = factories.refresher_day()
    factories.booking(factories.person().id, day.id)
    with transaction():
        services.change_day(day.id, factories.day_details(title="New words"), version=1, on=DAY)
    assert letters("day_changed") == []
    with transaction():
        services.change_day(day.id, factories.day_details(venue="Another hall"), version=2, on=DAY)
    assert letters("day_changed") == ["day_changed"]


def test_there_cannot_be_fewer_seats_than_people_sitting(app, today):
    day = factories.refresher_day(capacity=2)
    for _ in range(2):
        factories.booking(factories.person().id, day.id)
    with pytest.raises(DomainError, match="2 people have a seat"), transaction():
        services.change_day(day.id, factories.day_details(capacity=1), version=1, on=DAY)


def test_a_cancelled_day_ends_every_booking_and_says_so_once(app, today):
    day = factories.refresher_day(capacity=1)
    bookings = [factories.booking(factories.person().id, day.id) for _ in range(2)]
    with transaction():
        assert services.cancel_day(day.id, because="The trainer is ill.", on=factories.TODAY) == 2
    with transaction():
        assert services.cancel_day(day.id, because=None, on=factories.TODAY) == 0
    assert [state_of(one.id) for one in bookings] == ["cancelled_by_organiser"] * 2
    assert len(letters("day_cancelled")) == 2
    with pytest.raises(DomainError, match="cancelled"):
        factories.booking(factories.person().id, day.id)


# --- booking ---------------------------------------------------------------------------------------------------------


def test_booking_twice_is_booking_once(app, today):
    ada, day = factories.person(), factories.refresher_day()
    assert factories.booking(ada.id, day.id).id == factories.booking(ada.id, day.id).id
    assert letters() == ["booked"]
    assert day_row(day.id, ada.id).left == 11


@pytest.mark.parametrize(("days_before", "refused"), [(1, False), (0, False), (-1, True)])
def test_a_day_can_be_booked_until_it_is_over(app, today, days_before, refused):
    ada, day = factories.person(), factories.refresher_day()
    on = day.held_on - timedelta(days_before)
    if refused:
        with pytest.raises(DomainError, match="over"):
            factories.booking(ada.id, day.id, on=on)
    else:
        assert factories.booking(ada.id, day.id, on=on).state == "booked"


@pytest.mark.parametrize(
    ("left_on", "refused"), [(date(2027, 3, 1), True), (date(2027, 3, 2), True), (date(2027, 3, 3), False)]
)
def test_who_will_have_left_by_the_day_cannot_book(app, today, left_on, refused):
    ada, day = factories.person(), factories.refresher_day()
    with transaction():
        db.session.get_one(type(ada), ada.id).left_on = left_on
    if refused:
        with pytest.raises(DomainError, match="left the service"):
            factories.booking(ada.id, day.id)
    else:
        factories.booking(ada.id, day.id)


def test_nobody_sits_in_two_rooms_at_once(app, today):
    ada = factories.person()
    morning = factories.refresher_day(starts=time(9), ends=time(12))
    overlapping = factories.refresher_day(starts=time(11), ends=time(13))
    afternoon = factories.refresher_day(starts=time(12), ends=time(15))
    factories.booking(ada.id, morning.id)
    with pytest.raises(DomainError, match="same time"):
        factories.booking(ada.id, overlapping.id)
    assert factories.booking(ada.id, afternoon.id).state == "booked"


def test_a_full_day_is_refused_unless_waiting_will_do(app, today):
    day = factories.refresher_day(capacity=1)
    factories.booking(factories.person().id, day.id)
    ada = factories.person()
    with pytest.raises(services.bookings.NoSeatLeft):
        factories.booking(ada.id, day.id, or_wait=False)
    assert factories.booking(ada.id, day.id).state == "waitlisted"
    assert day_row(day.id).waiting == 1


def test_a_freed_seat_goes_to_whoever_lapses_first(app, today):
    day = factories.refresher_day(capacity=1)
    seated = factories.booking(factories.person().id, day.id)
    in_june = factories.accredited_mediator(trained_on=date(2026, 6, 1))
    in_march = factories.accredited_mediator(trained_on=date(2026, 3, 15))
    first_come, urgent = factories.booking(in_june.id, day.id), factories.booking(in_march.id, day.id)
    with transaction():
        services.cancel_booking(seated.id, on=DAY)
    assert (state_of(urgent.id), state_of(first_come.id)) == ("offered", "waitlisted")
    assert letters("seat_freed") == ["seat_freed"]
    with transaction():  # a new chair does the same
        services.change_day(day.id, factories.day_details(capacity=2, held_on=day.held_on), version=1, on=DAY)
    assert state_of(first_come.id) == "offered"


def test_the_line_is_by_lapse_then_by_asking():
    waiting = [
        Waiting(1, date(2027, 6, 1)),
        Waiting(2, date(2027, 3, 1)),
        Waiting(3, None),
        Waiting(4, date(2027, 3, 1)),
    ]
    assert [one.booking_id for one in next_in_line(waiting)] == [3, 2, 4, 1]


def test_a_seat_given_back_can_be_booked_again(app, today):
    ada, day = factories.person(), factories.refresher_day()
    first = factories.booking(ada.id, day.id)
    with transaction():
        services.cancel_booking(first.id, on=DAY)
    with transaction():
        services.cancel_booking(first.id, on=DAY)  # pressing twice
    assert factories.booking(ada.id, day.id).id != first.id
    assert [one.state for one in coming_bookings_of(ada.id, DAY)] == ["booked"]
    assert coming_bookings_of(ada.id, day.held_on + timedelta(1)) == []


def test_a_leaver_gives_back_every_seat(app, today):
    ada = factories.person()
    days = [factories.refresher_day(held_on=date(2027, 3, month)) for month in (2, 3)]
    booked = [factories.booking(ada.id, day.id) for day in days]
    with transaction():
        assert services.cancel_bookings_of(ada.id, on=date(2027, 3, 3)) == 1
    assert [state_of(one.id) for one in booked] == ["booked", "cancelled_by_mediator"]


# --- attendance ------------------------------------------------------------------------------------------------------


def test_attending_moves_the_last_good_day(app, today):
    ada = factories.accredited_mediator(trained_on=date(2026, 3, 20))
    day = factories.refresher_day()
    booking = factories.booking(ada.id, day.id)
    assert standing_on(ada.id, SCHEME, DAY).valid_through == date(2027, 3, 19)
    promised = what_attending_brings(ada.id, day, MANAGER, DAY)
    assert (promised.now_through, promised.then_through) == (date(2027, 3, 19), date(2028, 3, 19))
    assert record(day.id, Mark(booking.id, "booked", "attended")) == 1
    after = standing_on(ada.id, SCHEME, date(2027, 3, 2))
    assert (
        next(r for r in periods_of(ada.id, SCHEME) if r.starts_on <= date(2027, 3, 2) < r.ends_on).verdict
        == after.verdict
    )
    assert after.result.requirements["refresher"][0].ends_on == date(2028, 3, 20)
    assert db.session.get_one(RefresherDay, day.id).state == "held"


@pytest.mark.parametrize("state", ["part_attended", "apologies", "did_not_attend"])
def test_only_having_attended_counts(app, today, state):
    ada, day = factories.person(), factories.refresher_day()
    booking = factories.booking(ada.id, day.id)
    record(day.id, Mark(booking.id, "booked", state, Decimal("2.5") if state == "part_attended" else None))
    assert (state_of(booking.id), evidence_of(ada.id)) == (state, [])


def test_correcting_attendance_strikes_the_evidence_out_and_back(app, today):
    ada, day = factories.person(), factories.refresher_day()
    booking = factories.booking(ada.id, day.id)
    record(day.id, Mark(booking.id, "booked", "attended"))
    record(day.id, Mark(booking.id, "attended", "did_not_attend"))
    assert [void is not None for _, void in evidence_of(ada.id)] == [True]
    record(day.id, Mark(booking.id, "did_not_attend", "attended"))
    assert sorted(void is not None for _, void in evidence_of(ada.id)) == [False, True]
    assert {(fact.code, fact.starts_on) for fact, _ in evidence_of(ada.id)} == {("risk_management", day.held_on)}


def test_saving_the_same_grid_twice_records_once(app, today):
    ada, day = factories.person(), factories.refresher_day()
    booking = factories.booking(ada.id, day.id)
    record(day.id, Mark(booking.id, "booked", "attended"))
    assert record(day.id, Mark(booking.id, "attended", "attended")) == 0
    assert len(evidence_of(ada.id)) == 1


def test_a_stale_line_is_refused_and_nothing_is_recorded(app, today):
    day = factories.refresher_day()
    one, other = (factories.booking(factories.person().id, day.id) for _ in range(2))
    record(day.id, Mark(one.id, "booked", "did_not_attend"))
    with pytest.raises(Conflict):
        record(day.id, Mark(one.id, "booked", "attended"), Mark(other.id, "booked", "attended"))
    assert (state_of(one.id), state_of(other.id)) == ("did_not_attend", "booked")


@pytest.mark.parametrize(("days_after", "refused"), [(-1, True), (0, False), (1, False)])
def test_attendance_is_recorded_from_the_day_on(app, today, days_after, refused):
    day = factories.refresher_day()
    booking = factories.booking(factories.person().id, day.id)
    on = day.held_on + timedelta(days_after)
    if refused:
        with pytest.raises(DomainError, match="from the day itself"):
            record(day.id, Mark(booking.id, "booked", "attended"), on=on)
    else:
        record(day.id, Mark(booking.id, "booked", "attended"), on=on)
    assert state_of(booking.id) == ("booked" if refused else "attended")


def test_part_of_a_day_needs_its_hours(app, today):
    day = factories.refresher_day()
    booking = factories.booking(factories.person().id, day.id)
    with pytest.raises(DomainError, match="hours"):
        record(day.id, Mark(booking.id, "booked", "part_attended"))


def test_a_line_of_another_day_is_not_touched(app, today):
    here, there = factories.refresher_day(), factories.refresher_day(held_on=date(2027, 3, 1))
    elsewhere = factories.booking(factories.person().id, there.id)
    assert record(here.id, Mark(elsewhere.id, "booked", "attended")) == 0
    assert state_of(elsewhere.id) == "booked"


def test_days_that_are_over_want_their_attendance(app, today):
    day = factories.refresher_day()
    assert days_without_attendance(day.held_on) == []
    assert [row.day.id for row in days_without_attendance(day.held_on + timedelta(1))] == [day.id]


def test_past_attendance_shares_a_day_and_counts_once(app, today):
    ada, bea = factories.mediator(), factories.mediator()
    first = factories.attended(ada.id, date(2026, 9, 7))
    assert factories.attended(ada.id, date(2026, 9, 7)).id == first.id
    assert factories.attended(bea.id, date(2026, 9, 7)).day_id == first.day_id
    assert factories.attended(bea.id, date(2026, 9, 8), title="Skills", hours=Decimal("5.5")).day_id != first.day_id
    assert [(fact.kind, fact.starts_on) for fact, _ in evidence_of(ada.id)] == [("refresher", date(2026, 9, 7))]
    assert coming_days(date(2026, 9, 1)) == []


# --- inviting --------------------------------------------------------------------------------------------------------


def test_invited_are_those_whose_refresher_ends_by_then(app, today):
    day = factories.refresher_day()  # 2 March 2027, within 30 days: ends up to and including 1 April
    ends = {
        "lapsed": factories.lapsed_mediator(),
        "before the day": factories.accredited_mediator(trained_on=date(2026, 2, 20)),
        "last day within": factories.accredited_mediator(trained_on=date(2026, 4, 1)),
        "a day later": factories.accredited_mediator(trained_on=date(2026, 4, 2)),
        "booked elsewhere": factories.accredited_mediator(trained_on=date(2026, 2, 21)),
        "on leave": factories.accredited_mediator(trained_on=date(2026, 2, 22)),
        "never accredited": factories.mediator(),
    }
    factories.booking(ends["booked elsewhere"].id, factories.refresher_day(held_on=date(2027, 2, 20)).id)
    factories.evidence(ends["on leave"].id, "leave", date(2027, 1, 1), ends_on=date(2027, 6, 1))
    due = people_due(day, MANAGER, on=DAY, within_days=30)
    names = {person.id: name for name, person in ends.items()}
    assert [names[one.person.id] for one in due] == ["lapsed", "before the day", "last day within"]
    assert [one.valid_through for one in due] == [None, date(2027, 2, 19), date(2027, 3, 31)]
    stranger = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, 999)}))
    assert people_due(day, stranger, on=DAY, within_days=30) == []


def test_everybody_is_invited_once(app, today):
    day, people = factories.refresher_day(), [factories.person().id for _ in range(2)]
    with transaction():
        assert services.invite(day.id, people, on=DAY, invited_by=None) == 2
    with transaction():
        assert services.invite(day.id, people, on=DAY, invited_by=None) == 0
    assert letters() == ["invitation", "invitation"]
    with pytest.raises(DomainError, match="Choose"), transaction():
        services.invite(day.id, [], on=DAY, invited_by=None)


def test_letters_are_not_written_when_there_is_nothing_left_to_say(app, today):
    ada, day = factories.person(), factories.refresher_day()
    with transaction():
        services.invite(day.id, [ada.id], on=DAY, invited_by=None)
    invitation = db.session.scalars(select(Letter)).one()
    assert FACTS[invitation.template](invitation.about_id)["held_on"] == day.held_on
    booking = factories.booking(ada.id, day.id)
    with pytest.raises(NoLongerTrue):
        FACTS[invitation.template](invitation.about_id)
    assert FACTS["email/refreshers/booked.txt"](booking.id)["title"] == day.title
    with transaction():
        services.cancel_booking(booking.id, on=DAY)
    with pytest.raises(NoLongerTrue):
        FACTS["email/refreshers/booked.txt"](booking.id)


def test_what_can_be_booked_leaves_out_what_is_booked(app, today):
    ada = factories.person()
    days = [factories.refresher_day(held_on=date(2027, 3, number)) for number in (3, 1, 2)]
    factories.booking(ada.id, days[2].id)
    assert [row.day.id for row in bookable_days(DAY, ada.id)] == [days[1].id, days[0].id]
