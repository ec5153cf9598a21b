"""What people's calendars are told of a seat: by the letters about it, and the same by the feed."""

from datetime import date, time, timedelta
from email import message_from_bytes
from email.policy import SMTP

import pytest
from icalendar import Calendar
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.calendar import LONDON
from accreditation.core.database import db, transaction
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.people.queries import viewer_of
from accreditation.people.services import change_address
from accreditation.refreshers import services
from accreditation.refreshers.models import RefresherDay
from accreditation.refreshers.queries.calendar import own_seats
from scheduler.services.composing import compose
from tests import factories
from tests.factories import TODAY
from tests.statements import statements_counted


def somebody():
    who = factories.mediator()
    factories.grant(who.id, Role.MEDIATOR, Scope.PERSON, who.id)
    with transaction():
        change_address(who.id, f"person-{who.id}@example.police.uk")
    return who


def letters(person_id: int) -> list[Letter]:
    query = select(Letter).where(Letter.person_id == person_id).order_by(Letter.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def told(letter: Letter):
    """The method and the event of a letter's calendar file; None where the letter has none."""
    files = FACTS[letter.template](letter.about_id).get("calendar", [])
    if not files:
        return None
    [file] = files
    calendar = Calendar.from_ical(file.content)
    assert calendar["METHOD"] == file.method
    return file.method, calendar.walk("VEVENT")[0]


def change(day_id: int, **changes) -> None:
    day = db.session.get_one(RefresherDay, day_id, populate_existing=True)
    with transaction():
        services.change_day(day_id, factories.day_details(title=day.title, **changes), version=day.version, on=TODAY)


def give_back(booking, **how) -> None:
    with transaction():
        services.cancel_booking(booking.id, on=TODAY, **how)


def test_a_booking_a_change_and_a_cancelled_day_are_one_event_with_rising_sequence(app, today):
    ada, day = somebody(), factories.refresher_day(title="Refresher")
    factories.booking(ada.id, day.id)
    found = [told(letters(ada.id)[-1])]
    change(day.id, starts=time(10, 30))
    found.append(told(letters(ada.id)[-1]))
    change(day.id, starts=time(10, 30), venue="Another hall")
    found.append(told(letters(ada.id)[-1]))
    with transaction():
        services.cancel_day(day.id, because=None, on=factories.TODAY)
    found.append(told(letters(ada.id)[-1]))
    assert [method for method, _ in found] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["UID"]) for _, event in found}) == 1
    sequences = [int(event["SEQUENCE"]) for _, event in found]
    assert sequences == sorted(set(sequences))
    assert [str(event["LOCATION"]) for _, event in found[1:3]] == ["Empress State Building", "Another hall"]
    assert found[1][1]["DTSTART"].dt.astimezone(LONDON).time() == time(10, 30)
    assert str(found[0][1]["ATTENDEE"]) == f"mailto:person-{ada.id}@example.police.uk"


@pytest.mark.parametrize("by_organiser", [False, True])
def test_a_seat_that_ends_leaves_the_calendar_and_comes_back_with_the_next(app, today, by_organiser):
    ada, day = somebody(), factories.refresher_day()
    first = factories.booking(ada.id, day.id)
    asked = told(letters(ada.id)[-1])
    give_back(first, by_organiser=by_organiser)
    ended = letters(ada.id)[-1]
    off = told(ended)
    factories.booking(ada.id, day.id)
    again = told(letters(ada.id)[-1])
    assert [one[0] for one in (asked, off, again)] == ["REQUEST", "CANCEL", "REQUEST"]
    assert len({str(one[1]["UID"]) for one in (asked, off, again)}) == 1
    assert int(asked[1]["SEQUENCE"]) < int(off[1]["SEQUENCE"]) < int(again[1]["SEQUENCE"])
    with pytest.raises(NoLongerTrue):
        told(ended)  # not sent any more: what comes after it counts for more all the same


def test_a_place_on_the_waiting_list_is_in_no_calendar_until_it_is_a_seat(app, today):
    ada, bob, day = somebody(), somebody(), factories.refresher_day(capacity=1)
    seated = factories.booking(ada.id, day.id)
    waiting = factories.booking(bob.id, day.id)
    assert waiting.state == "waitlisted"
    change(day.id, capacity=1, venue="Another hall")
    assert told(letters(bob.id)[-1]) is None
    with transaction():
        services.cancel_booking(seated.id, on=TODAY)
    assert told(letters(bob.id)[-1]) is None  # offered
    with transaction():
        services.accept_offer(waiting.id, on=TODAY, at=clock.now())
    assert told(letters(bob.id)[-1])[0] == "REQUEST"
    other = factories.booking(somebody().id, day.id)
    assert other.state == "waitlisted"
    give_back(other)
    assert letters(other.person_id) == []  # they were never told of a seat
    with transaction():
        services.cancel_day(day.id, because=None, on=factories.TODAY)
    assert told(letters(bob.id)[-1])[0] == "CANCEL"


def test_who_leaves_the_service_gets_no_letter_of_it(app, today):
    ada, day = somebody(), factories.refresher_day()
    factories.booking(ada.id, day.id)
    with transaction():
        services.cancel_bookings_of(ada.id, on=TODAY)
    assert [letter.template for letter in letters(ada.id)] == ["email/refreshers/booked.txt"]


def test_letter_and_feed_name_the_same_event(app, today):
    ada, day = somebody(), factories.refresher_day()
    give_back(factories.booking(ada.id, day.id))
    factories.booking(ada.id, day.id)
    change(day.id, venue="Another hall")
    _, event = told(letters(ada.id)[-1])
    [fed] = own_seats(viewer_of(ada.id, TODAY), TODAY)
    assert (fed.uid, fed.sequence) == (str(event["UID"]), int(event["SEQUENCE"]))


def test_a_feed_shows_a_seat_once_it_is_taken_and_asks_the_same_of_the_database_for_many(app, today):
    ada, first = somebody(), factories.refresher_day(capacity=1)
    other = somebody()
    seat = factories.booking(other.id, first.id)
    waits = factories.booking(ada.id, first.id)
    give_back(seat)
    assert db.session.get(type(waits), waits.id).state == "offered"
    assert own_seats(viewer_of(ada.id, TODAY), TODAY) == []  # it is held, and not theirs yet
    asked = []
    for held_on in (date(2027, 4, 6), date(2027, 5, 4), date(2027, 6, 1)):
        factories.booking(ada.id, factories.refresher_day(held_on=held_on).id)
        viewer = viewer_of(ada.id, TODAY)
        with statements_counted() as sent:
            found = own_seats(viewer, TODAY)
        asked.append((len(found), len(sent)))
    assert [number for number, _ in asked] == [1, 2, 3]
    assert len({statements for _, statements in asked}) == 1


def test_without_an_address_there_is_nobody_to_invite(app, today):
    who, day = factories.person(), factories.refresher_day()
    factories.booking(who.id, day.id)
    assert told(letters(who.id)[-1]) is None


def test_the_letter_carries_the_file(app, today):
    ada, day = somebody(), factories.refresher_day()
    booking = factories.booking(ada.id, day.id)
    give_back(booking)
    for letter, method in zip(letters(ada.id), ("REQUEST", "CANCEL"), strict=True):
        if method == "REQUEST":
            with pytest.raises(NoLongerTrue):
                compose(letter, takes_utf8=False)
            continue
        mail = compose(letter, takes_utf8=False).content.decode()
        assert "You have given back your seat" in mail
        assert f'method="{method}"' in mail
        assert 'filename="refresher-day.ics"' in mail


def test_calendars_show_it_as_an_event_because_it_is_an_alternative_to_the_text(app, today):
    """Outlook and Gmail look for `text/calendar; method=…` among the alternatives; others open the file beside it."""
    ada, day = somebody(), factories.refresher_day()
    booking = factories.booking(ada.id, day.id)
    seen = []
    for then in (lambda: change(day.id, held_on=date(2027, 4, 6)), lambda: give_back(booking), lambda: None):
        letter = letters(ada.id)[-1]
        mail = message_from_bytes(compose(letter, takes_utf8=False).content, policy=SMTP)
        together, file = mail.iter_parts()
        assert (mail.get_content_type(), together.get_content_type()) == ("multipart/mixed", "multipart/alternative")
        *others, shown = together.iter_parts()
        kinds = [part.get_content_type() for part in (*others, shown)]
        assert kinds == ["text/plain", "text/html", "text/calendar"]
        assert (shown["Content-Type"].params["charset"], shown.get_content_disposition()) == ("utf-8", None)
        assert (file.get_content_type(), file.get_filename()) == ("application/ics", "refresher-day.ics")
        assert file.get_payload(decode=True) == shown.get_payload(decode=True)
        calendar = Calendar.from_ical(shown.get_payload(decode=True))
        event = calendar.walk("VEVENT")[0]
        assert shown["Content-Type"].params["method"] == calendar["METHOD"]
        seen.append((str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"])))
        then()
    assert [method for method, _, _ in seen] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({uid for _, uid, _ in seen}) == 1
    assert seen[0][2] < seen[1][2] < seen[2][2]


@pytest.mark.parametrize(
    "held_on",
    [day + timedelta(step) for day in (date(2027, 3, 28), date(2027, 10, 31)) for step in (-1, 0, 1)],
)
def test_half_past_nine_is_half_past_nine_on_either_side_of_a_clock_change(app, today, held_on):
    ada, day = somebody(), factories.refresher_day(held_on=held_on)
    factories.booking(ada.id, day.id)
    _, event = told(letters(ada.id)[-1])
    assert event["DTSTART"].dt.astimezone(LONDON).replace(tzinfo=None).isoformat() == f"{held_on}T09:30:00"
    assert event["DTEND"].dt.astimezone(LONDON).replace(tzinfo=None).isoformat() == f"{held_on}T16:30:00"
