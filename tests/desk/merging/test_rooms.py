"""What rooms hold for the old record is the person's: shown with theirs, and never decided by themselves."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from accreditation.awards.queries.given import awards_of
from accreditation.core.database import db, transaction
from accreditation.core.errors import NotAllowed
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.practice.queries.entries import entries_of
from accreditation.practice.services import confirm_entries
from accreditation.refreshers.queries.bookings import coming_bookings_of, find_live_booking
from accreditation.standing.queries import facts_of
from tests import factories
from vetting.models import Clearance
from vetting.queries.records import not_replaced, record_of

OFFICER = Viewer(0, frozenset({Grant(Role.VETTING_OFFICER, Scope.SERVICE)}))


@pytest.fixture
def pair(app, today):
    trained_on = date(2026, 9, 1)
    return [factories.ready_mediator(name=name, trained_on=trained_on) for name in ("Jane Jones", "Jane Smith")]


def test_the_clearance_record_holds_those_of_both_and_the_longer_one_replaces_the_other(pair):
    kept, merged = pair
    short = factories.clearance(merged.id, ends_on=date(2028, 1, 1))
    long = factories.clearance(kept.id, ends_on=date(2031, 1, 1))

    def current() -> set[int]:
        db.session.rollback()
        return set(db.session.scalars(select(Clearance.id).where(not_replaced())))

    assert current() == {short.id, long.id}
    merge_id = factories.merged(kept.id, merged.id)
    assert current() == {long.id}
    assert {shown.id for shown in record_of(kept, OFFICER).clearances} == {short.id, long.id}
    factories.separated(merge_id)
    assert current() == {short.id, long.id}


def test_a_seat_taken_under_the_old_record_is_the_persons_seat(pair):
    kept, merged = pair
    day = factories.refresher_day()
    booking = factories.booking(merged.id, day.id)
    assert find_live_booking(kept.id, day.id) is None
    factories.merged(kept.id, merged.id)
    assert [row.id for row in coming_bookings_of(kept.id, date(2027, 2, 2))] == [booking.id]
    assert find_live_booking(kept.id, day.id).id == booking.id


def test_awards_and_practice_of_both_stand_together(pair):
    kept, merged = pair
    award = factories.award(merged.id, on=date(2027, 2, 2))
    entry = factories.practice_entry(merged.id, quantity=Decimal(1))
    factories.merged(kept.id, merged.id)
    assert [row.id for row in awards_of(kept.id)] == [award.id]
    assert [row.id for row in entries_of(kept.id)] == [entry.id]


def test_nobody_confirms_what_they_logged_under_their_other_record(pair):
    kept, merged = pair
    entry = factories.practice_entry(merged.id, quantity=Decimal(1))
    factories.merged(kept.id, merged.id)
    with pytest.raises(NotAllowed, match="entry of your own"), transaction():
        confirm_entries([entry.id], on=date(2027, 2, 2), confirmed_by=kept.id)


def test_what_a_room_declares_for_the_old_record_counts_at_once(pair):
    kept, merged = pair
    entry = factories.practice_entry(merged.id, quantity=Decimal(1))
    factories.merged(kept.id, merged.id)
    before = len(facts_of(kept.id))
    with transaction():
        confirm_entries([entry.id], on=date(2027, 2, 2), confirmed_by=None)
    assert len(facts_of(kept.id)) == before + 1
