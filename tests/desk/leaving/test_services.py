"""Leaving, taking it back, coming back: what ends, what comes back, and what does not."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from accreditation.accounts.models import Account
from accreditation.core.calendar import LONDON
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.desk.leaving.jobs import end_leave_of_leavers
from accreditation.desk.leaving.models import Departure
from accreditation.desk.leaving.queries import what_ends
from accreditation.desk.leaving.services import cancel_departure, record_departure, record_return
from accreditation.people.models import GrantRow, Person
from accreditation.practice.models import ArrangedSupervision, LeaveRequest
from accreditation.practice.rules.entries import Details
from accreditation.practice.services import call_off_supervision, log_entry
from accreditation.practice.services.leave import approve_leave, withdraw_request
from accreditation.refreshers.models import Booking
from accreditation.standing.queries import get_scheme, standing_on
from scheduler.models import Obligation
from scheduler.services.leaving import leavers_to_see_off, see_off_leavers
from tests import factories
from tests.desk.people import working_mediator
from vetting.models import Clearance

TODAY = factories.TODAY  # 2 February 2027
LAST, GONE = date(2027, 1, 31), date(2027, 2, 1)


def moment(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 10, tzinfo=LONDON)


@pytest.fixture
def ada(app, today):
    """May work, has an account, her own role, a seat on a day to come, and a letter that waits."""
    person = working_mediator(name="Ada Okafor", email="ada@example.com")
    factories.account(person.id)
    factories.grant(person.id, Role.MEDIATOR, Scope.PERSON, person.id)
    factories.clearance(person.id, level="SC")
    factories.booking(person.id, factories.refresher_day(held_on=date(2027, 3, 2)).id)
    return person


def called_off(person_id: int) -> list[bool]:
    """Of each session that was arranged, in order, whether it is called off."""
    return [at is not None for at in all_of(ArrangedSupervision, ArrangedSupervision.called_off_at, person_id)]


def verdict(person_id: int, on: date) -> str:
    db.session.rollback()
    return standing_on(person_id, get_scheme("INHOUSE-WPM", on), on).verdict.value


def states(person_id: int) -> list[tuple[str, date | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(Clearance).where(Clearance.person_id == person_id).order_by(Clearance.id))
    return [(row.state, row.state_on) for row in rows]


def all_of(model, column, person_id: int) -> list:
    db.session.rollback()
    return list(db.session.scalars(select(column).where(model.person_id == person_id).order_by(model.id)))


def take_back(departure: Departure, reason: str = "It was her namesake", by: int | None = None) -> None:
    departure_id = departure.id
    with transaction():
        cancel_departure(departure_id, reason=reason, at=moment(TODAY), cancelled_by=by)


def bring_back(departure: Departure, on: date, *, reinstate: bool) -> list[int]:
    departure_id = departure.id
    with transaction():
        return record_return(departure_id, back_on=on, reinstate=reinstate, on=on, at=moment(on), returned_by=None)


def test_everything_ends_with_the_last_day(ada):
    factories.letter_to(ada.id)
    before = verdict(ada.id, LAST)
    left = factories.departure(ada.id, LAST, on=TODAY)
    assert (before, verdict(ada.id, LAST), verdict(ada.id, GONE)) == ("deployable", "deployable", "left")
    assert states(ada.id) == [("lapsed", GONE)]
    assert all_of(Booking, Booking.state, ada.id) == ["cancelled_by_mediator"]
    assert all_of(GrantRow, GrantRow.ends_on, ada.id) == [TODAY]  # it was to begin then, and never does
    assert all_of(Account, Account.disabled_at, ada.id) != [None]
    assert set(all_of(Letter, Letter.state, ada.id)) == {"cancelled"}
    assert db.session.get_one(Person, ada.id).left_on == GONE
    assert db.session.get_one(Departure, left.id).in_force


def test_a_last_day_to_come_ends_by_itself(ada):
    last = date(2027, 3, 31)
    factories.departure(ada.id, last, on=TODAY)
    assert (verdict(ada.id, last), verdict(ada.id, last + timedelta(1))) == ("deployable", "left")
    assert all_of(Booking, Booking.state, ada.id) == ["booked"]  # she comes to the day of 2 March
    assert all_of(Account, Account.disabled_at, ada.id) == [None]
    factories.letter_to(ada.id)
    assert leavers_to_see_off(last) == []
    for seen_off in (1, 0):
        with transaction():
            assert see_off_leavers(last + timedelta(1), moment(last + timedelta(1))) == seen_off
    assert all_of(Account, Account.disabled_at, ada.id) != [None]
    assert set(all_of(Letter, Letter.state, ada.id)) == {"cancelled"}


def test_the_same_form_twice_is_one_leaving_and_another_is_refused(ada):
    first = factories.departure(ada.id, LAST, on=TODAY)
    with transaction():
        again = record_departure(
            ada.id, last_on=LAST, form_key=first.form_key, on=TODAY, at=moment(TODAY), recorded_by=None
        )
        assert again.id == first.id
    with pytest.raises(DomainError, match="recorded as leaving already, with 31 January 2027"):
        factories.departure(ada.id, date(2027, 2, 5), on=TODAY)
    bea = factories.mediator()
    with pytest.raises(Conflict), transaction():
        record_departure(bea.id, last_on=LAST, form_key=first.form_key, on=TODAY, at=moment(TODAY), recorded_by=None)


def test_taken_back_it_is_as_if_it_had_never_been(ada):
    before = (verdict(ada.id, TODAY), states(ada.id), all_of(GrantRow, GrantRow.ends_on, ada.id))
    left = factories.departure(ada.id, LAST, on=TODAY)
    take_back(left)
    take_back(left)  # pressing twice does it once
    assert (verdict(ada.id, TODAY), states(ada.id), all_of(GrantRow, GrantRow.ends_on, ada.id)) == before
    assert all_of(Account, Account.disabled_at, ada.id) == [None]
    assert all_of(Booking, Booking.state, ada.id) == ["cancelled_by_mediator"]  # others may sit there
    assert db.session.get_one(Person, ada.id).left_on is None
    factories.departure(ada.id, LAST, on=TODAY)  # and she may leave after all


@pytest.mark.parametrize("gone", [date(2027, 1, 31), TODAY, date(2027, 3, 31)], ids=str)
def test_supervision_arranged_for_a_day_after_the_last_is_called_off_until_the_leaving_is_taken_back(ada, gone):
    held = [gone - timedelta(1), gone, gone + timedelta(1)]
    contact, first = factories.contact(ada.id), min(*held, TODAY)
    sessions = [factories.arranged_supervision(ada.id, contact.id, held_on=on, on=min(first, on)).id for on in held]
    left = factories.departure(ada.id, gone - timedelta(1), on=TODAY)
    assert called_off(ada.id) == [False, True, True]
    with transaction():
        call_off_supervision(sessions[0], at=moment(TODAY), called_off_by=ada.id)  # for another reason
    take_back(left)
    take_back(left)
    assert called_off(ada.id) == [True, False, False]
    factories.departure(ada.id, gone - timedelta(1), on=TODAY)  # and she may leave after all
    assert called_off(ada.id) == [True, True, True]


def test_what_was_logged_or_called_off_before_stays_so(ada):
    contact = factories.contact(ada.id)
    logged, off = (factories.arranged_supervision(ada.id, contact.id, held_on=TODAY) for _ in range(2))
    with transaction():
        entry = Details("supervision", TODAY, Decimal(1), "one_to_one")
        log_entry(ada.id, entry, on=TODAY, recorded_by=ada.id, arranged_id=logged.id)
        call_off_supervision(off.id, at=moment(TODAY), called_off_by=ada.id)
    left = factories.departure(ada.id, LAST, on=TODAY)
    assert left.done["sessions"] == []
    take_back(left)
    assert called_off(ada.id) == [False, True]


def test_no_supervision_is_arranged_for_a_day_after_the_last_one(ada):
    contact = factories.contact(ada.id)
    factories.departure(ada.id, date(2027, 3, 31), on=TODAY)
    factories.arranged_supervision(ada.id, contact.id, held_on=date(2027, 3, 31))
    with pytest.raises(DomainError, match="last day in the service"):
        factories.arranged_supervision(ada.id, contact.id, held_on=date(2027, 4, 1))


def test_who_is_back_arranges_anew(ada):
    factories.arranged_supervision(ada.id, factories.contact(ada.id).id, held_on=TODAY)
    left = factories.departure(ada.id, LAST, on=TODAY)
    bring_back(left, TODAY, reinstate=False)
    assert called_off(ada.id) == [True]


def test_sessions_of_either_record_are_called_off(ada):
    twin = factories.mediator(name="Ada Okafor")
    factories.arranged_supervision(twin.id, factories.contact(twin.id).id, held_on=TODAY)
    factories.merged(ada.id, twin.id)
    left = factories.departure(ada.id, LAST, on=TODAY)
    assert called_off(twin.id) == [True]
    take_back(left)
    assert called_off(twin.id) == [False]


def leave_states(person_id: int) -> list[str]:
    return all_of(LeaveRequest, LeaveRequest.state, person_id)


def test_leave_that_nobody_answered_ends_with_the_leaving_and_waits_again_when_it_is_taken_back(ada):
    withdrawn = factories.leave_request(ada.id, date(2027, 3, 1), date(2027, 3, 8))
    with transaction():
        withdraw_request(withdrawn.id, person_id=ada.id, at=moment(TODAY))
    factories.leave_request(ada.id, date(2027, 3, 1), date(2027, 6, 1))
    left = factories.departure(ada.id, LAST, on=TODAY)
    assert leave_states(ada.id) == ["withdrawn", "ended"]
    assert all_of(LeaveRequest, LeaveRequest.answered_at, ada.id)[1] is not None
    take_back(left)
    take_back(left)
    assert leave_states(ada.id) == ["withdrawn", "asked"]
    assert all_of(LeaveRequest, LeaveRequest.answered_at, ada.id)[1] is None


def test_leave_from_a_day_after_the_last_ends_at_once_and_the_rest_with_that_day(ada):
    for starts_on in (GONE + timedelta(27), GONE + timedelta(28), GONE + timedelta(29)):  # the last day, 28 February
        factories.leave_request(ada.id, starts_on, starts_on + timedelta(1))
    last = GONE + timedelta(27)
    ending = what_ends(ada.id, left_on=last + timedelta(1), on=TODAY)
    assert (len(ending.leave), len(ending.leave_later)) == (2, 1)
    left = factories.departure(ada.id, last, on=TODAY)
    assert leave_states(ada.id) == ["asked", "ended", "ended"]
    for on, ended in ((last, 0), (last + timedelta(1), 1), (last + timedelta(1), 0)):
        db.session.rollback()
        assert end_leave_of_leavers(on) == ended
    assert leave_states(ada.id) == ["ended", "ended", "ended"]
    take_back(left)
    assert leave_states(ada.id) == ["asked", "asked", "asked"]


def test_what_was_answered_before_the_last_day_stays_answered(ada):
    head = factories.person().id
    asked = factories.leave_request(ada.id, date(2027, 2, 10), date(2027, 2, 12)).id
    left = factories.departure(ada.id, date(2027, 2, 28), on=TODAY)
    with transaction():
        approve_leave(asked, authority="Head", answer=None, on=TODAY, at=moment(TODAY), decided_by=head)
    assert end_leave_of_leavers(date(2027, 3, 1)) == 0
    take_back(left)
    assert leave_states(ada.id) == ["approved"]


def test_nobody_asks_for_leave_after_their_last_day_or_answers_what_has_ended(ada):
    head = factories.person().id
    ended = factories.leave_request(ada.id, date(2027, 5, 1), date(2027, 5, 8)).id
    left = factories.departure(ada.id, date(2027, 2, 28), on=TODAY)
    factories.leave_request(ada.id, date(2027, 2, 28), date(2027, 3, 8))
    with pytest.raises(DomainError, match="after your last day in the service"):
        factories.leave_request(ada.id, date(2027, 3, 1), date(2027, 3, 8))
    with pytest.raises(Conflict, match="because the mediator leaves the service"), transaction():
        approve_leave(ended, authority="Head", answer=None, on=TODAY, at=moment(TODAY), decided_by=head)
    bring_back(left, date(2027, 3, 2), reinstate=False)
    assert leave_states(ada.id)[0] == "ended"  # who is back asks anew


def test_leave_of_either_record_ends(ada):
    twin = factories.mediator(name="Ada Okafor")
    factories.leave_request(twin.id, date(2027, 2, 3), date(2027, 6, 1))
    factories.merged(ada.id, twin.id)
    left = factories.departure(ada.id, date(2027, 2, 28), on=TODAY)
    assert leave_states(twin.id) == ["asked"]
    assert end_leave_of_leavers(date(2027, 3, 1)) == 1
    take_back(left)
    assert leave_states(twin.id) == ["asked"]


def test_a_clearance_changed_since_is_left_as_it_is(ada):
    left = factories.departure(ada.id, LAST, on=TODAY)
    bring_back(left, TODAY, reinstate=True)
    with pytest.raises(Conflict, match="They are back already"):
        take_back(left)
    assert states(ada.id) == [("granted", TODAY)]


@pytest.mark.parametrize(("back_on", "again"), [(date(2028, 1, 31), 1), (date(2028, 2, 1), 0)])
def test_back_within_twelve_months_the_clearance_is_taken_up_again(ada, back_on, again):
    left = factories.departure(ada.id, LAST, on=TODAY)
    assert len(bring_back(left, back_on, reinstate=True)) == again
    assert [state for state, _ in states(ada.id)] == ["granted" if again else "lapsed"]
    assert verdict(ada.id, back_on - timedelta(1)) == "left"
    assert verdict(ada.id, back_on) != "left"
    assert all_of(GrantRow, GrantRow.starts_on, ada.id)[-1] == back_on
    assert all_of(Account, Account.disabled_at, ada.id) == [None]


def test_without_the_vetting_units_word_it_stays_lapsed(ada):
    left = factories.departure(ada.id, LAST, on=TODAY)
    assert bring_back(left, TODAY, reinstate=False) == []
    assert states(ada.id) == [("lapsed", GONE)]


def test_what_lapsed_before_for_another_reason_stays_so(ada):
    other = factories.clearance(ada.id, level="DV")
    from vetting.services import change_clearance

    with transaction():
        change_clearance(other.id, to="lapsed", on=date(2027, 1, 4), recorded_by=None)
    left = factories.departure(ada.id, LAST, on=TODAY)
    assert len(bring_back(left, TODAY, reinstate=True)) == 1
    assert dict(states(ada.id))["lapsed"] == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("back_on", "reason"), [(date(2027, 1, 31), "cannot be back before"), (date(2027, 2, 3), "on the day or later")]
)
def test_nobody_is_back_before_leaving_or_ahead_of_time(ada, back_on, reason):
    left = factories.departure(ada.id, LAST, on=TODAY).id
    with pytest.raises(DomainError, match=reason), transaction():
        record_return(left, back_on=back_on, reinstate=False, on=TODAY, at=moment(TODAY), returned_by=None)


def test_leaving_again_after_coming_back_keeps_both_stays(ada):
    bring_back(factories.departure(ada.id, LAST, on=TODAY), date(2027, 6, 1), reinstate=True)
    again = factories.departure(ada.id, date(2027, 8, 31), on=date(2027, 9, 1))
    told = [(GONE, "left"), (date(2027, 6, 1), "lapsed"), (date(2027, 8, 31), "deployable"), (date(2027, 9, 1), "left")]
    assert [verdict(ada.id, on) == "left" for on, _ in told] == [found == "left" for _, found in told]
    take_back(again)
    assert verdict(ada.id, date(2027, 9, 1)) != "left"
    assert verdict(ada.id, GONE) == "left"


def test_a_reminder_taken_back_is_owed_anew_when_it_was_a_mistake(ada):
    assert factories.plan(TODAY) + factories.plan(date(2027, 8, 1)) > 0
    left = factories.departure(ada.id, LAST, on=TODAY)
    assert "owed" not in all_of(Obligation, Obligation.state, ada.id)
    take_back(left)
    assert factories.plan(date(2027, 8, 1)) > 0


def test_nobody_records_their_own_leaving_or_that_of_the_last_administrator(ada):
    with pytest.raises(NotAllowed):
        factories.departure(ada.id, LAST, on=TODAY, by=ada.id)
    head = factories.person(name="Head Admin")
    factories.account(head.id)
    factories.grant(head.id, Role.ADMINISTRATOR, Scope.SERVICE)
    with pytest.raises(DomainError, match="last administrator"):
        factories.departure(head.id, LAST, on=TODAY)
    assert db.session.scalars(select(Departure)).all() == []


def test_both_records_of_one_person_leave(ada):
    twin = factories.person(name="Ada Okafor")
    other = factories.clearance(twin.id, level="NPPV3")
    factories.merged(ada.id, twin.id)
    left = factories.departure(twin.id, LAST, on=TODAY)
    assert left.person_id == ada.id
    assert db.session.get_one(Clearance, other.id).state == "lapsed"
    assert [db.session.get_one(Person, one).left_on for one in (ada.id, twin.id)] == [GONE, GONE]
    assert len(bring_back(left, TODAY, reinstate=True)) == 2
