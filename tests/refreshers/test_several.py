"""Booking several in one step, judged at the date of the day; moving a day, and whom it makes lapse."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person
from accreditation.people.rules import Grant, Viewer
from accreditation.refreshers import services
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.days import day_row
from accreditation.refreshers.queries.due import lapsing_before, what_attending_brings, what_it_brings_each
from accreditation.refreshers.queries.prospects import people_in_order, prospects_of
from tests import factories

TODAY = factories.TODAY
SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
MANAGER = Viewer(0, frozenset({SERVICE}))


def mediator(name, trained_on, **facts):
    """Accredited; their refresher is met for a year from that day."""
    return factories.accredited_mediator(name=name, trained_on=trained_on, awarded_on=trained_on, **facts)


def book(ids, day_id):
    with transaction():
        return services.book_several(ids, day_id, on=TODAY, booked_by=None)


def test_whose_refresher_ends_first_gets_the_seat_and_the_preview_says_so(app):
    later = mediator("Later Lin", date(2026, 6, 1))
    sooner = mediator("Sooner Sam", date(2026, 3, 1))
    day = factories.refresher_day(capacity=1)
    people = people_in_order([later.id, sooner.id], MANAGER, TODAY)
    seen = {one.person.id: one.gets for one in prospects_of(people, day_row(day.id), MANAGER, TODAY)}
    assert seen == {sooner.id: "seat", later.id: "wait"}
    ids = [later.id, sooner.id]
    assert [(one.name, one.state) for one in book(ids, day.id)] == [
        ("Sooner Sam", "booked"),
        ("Later Lin", "waitlisted"),
    ]
    told = select(Letter.person_id).where(Letter.template == "email/refreshers/booked.txt")
    assert db.session.scalars(told).all() == [ids[1]]
    assert {
        one.gets for one in prospects_of(people_in_order(ids, MANAGER, TODAY), day_row(day.id), MANAGER, TODAY)
    } == {"there"}


@pytest.mark.parametrize(
    ("kind", "starts_in", "ends_in", "words"),
    [
        ("leave", 28, 29, "is on leave on that day"),  # the very day, 2 March 2027
        ("leave", 20, 28, None),  # back on that day
        ("leave", 29, 40, None),
        ("suspension", 0, 60, None),  # a refresher is a way back
        ("withdrawal", 10, None, "is withdrawn on that day"),
        ("membership", -900, 28, "will have left"),  # the day is the first day gone
        ("membership", -900, 29, None),
    ],
)
def test_it_is_judged_at_the_date_of_the_day(app, kind, starts_in, ends_in, words):
    who = mediator("Ada Okafor", date(2026, 6, 1))
    ends_on = None if ends_in is None else TODAY + timedelta(ends_in)
    factories.evidence(who.id, kind, TODAY + timedelta(starts_in), ends_on=ends_on)
    day = factories.refresher_day(held_on=TODAY + timedelta(28))
    [prospect] = prospects_of([db.session.get(Person, who.id)], day_row(day.id), MANAGER, TODAY)
    [seat] = book([who.id], day.id)
    assert (seat.state, prospect.gets) == ((None, None) if words else ("booked", "seat"))
    assert seat.reasons == prospect.reasons
    assert bool(words) is any(words in reason for reason in seat.reasons) if words else not seat.reasons


def test_a_day_at_the_same_time_is_named_in_the_preview_and_refused(app):
    who = mediator("Ada Okafor", date(2026, 6, 1))
    first, other = factories.refresher_day(title="The first"), factories.refresher_day()
    factories.booking(who.id, first.id)
    [prospect] = prospects_of([db.session.get(Person, who.id)], day_row(other.id), MANAGER, TODAY)
    [seat] = book([who.id], other.id)
    assert seat.reasons == prospect.reasons
    assert "“The first”" in seat.reasons[0]


def test_what_it_brings_several_is_what_it_brings_each(app):
    people = [mediator("A B", date(2026, 3, 1)), mediator("C D", date(2025, 12, 1)), factories.person()]
    ids = [person.id for person in people]
    day = factories.refresher_day()
    people = [db.session.get(Person, person_id) for person_id in ids]
    several = what_it_brings_each(people, day, MANAGER, TODAY)
    assert several == {person_id: what_attending_brings(person_id, day, MANAGER, TODAY) for person_id in ids}


@pytest.mark.parametrize(
    ("held_on", "names"),
    [
        (date(2027, 3, 10), []),  # it follows on the last good day
        (date(2027, 3, 11), ["Sooner Sam"]),
        (date(2027, 6, 10), ["Sooner Sam", "Later Lin"]),
    ],
)
def test_moving_a_day_says_whom_it_makes_lapse_to_the_day(app, held_on, names):
    ids = [
        mediator(name, trained_on).id
        for name, trained_on in (
            ("Later Lin", date(2026, 6, 1)),
            ("Sooner Sam", date(2026, 3, 10)),
            ("Lapsed Lou", date(2026, 1, 5)),  # lapsed whatever day it is
        )
    ]
    day = factories.refresher_day(held_on=date(2027, 3, 2))
    for person_id in ids:
        factories.booking(person_id, day.id)
    day = db.session.get(RefresherDay, day.id)
    assert [one.person.name for one in lapsing_before(day, held_on, MANAGER, TODAY)] == names


def test_who_is_to_leave_is_left_out_by_the_preview_as_by_the_booking(app):
    who = mediator("Ada Okafor", date(2026, 6, 1))
    day = factories.refresher_day(held_on=TODAY + timedelta(28))
    with transaction():
        db.session.get_one(Person, who.id).left_on = day.held_on
    [prospect] = prospects_of([db.session.get(Person, who.id)], day_row(day.id), MANAGER, TODAY)
    [seat] = book([who.id], day.id)
    assert seat.reasons == prospect.reasons == ("Ada Okafor will have left the service by that day.",)


def practised(name, **facts):
    """Nothing but the refresher, the award and the clearance can end for them: the rest is waived."""
    who = mediator(name, date(2026, 3, 1), **facts)
    for code in ("practice", "supervision", "cpd"):
        factories.evidence(who.id, "waiver", TODAY, code=code)
    return who


def test_the_preview_says_until_when_each_may_work_and_what_ends_it(sign_in, today):
    ada = practised("Ada Okafor")
    bo = practised("Bo Strand", cleared_until=date(2027, 9, 1))
    cy = practised("Cy Uncleared", cleared_until=date(2027, 1, 1))
    day = factories.refresher_day(held_on=date(2027, 2, 16))
    path = f"/refreshers/{day.id}/bookings/several"
    page = sign_in(SERVICE).post(path, data={"person": [ada.id, bo.id, cy.id]}).text
    rows = re.findall(r'<a href="/mediators/[^"]*">([^<]+)</a></th>(.*?)</tr>', page, re.S)
    told = {name: re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)) for name, row in rows}
    assert told["Ada Okafor"].count("29 Feb 2028") == 2  # the refresher, and so the work
    assert "ends first" not in told["Ada Okafor"]
    assert told["Bo Strand"].count("29 Feb 2028") == 1
    assert "31 Aug 2027 CTC clearance in force ends first" in told["Bo Strand"]
    assert "Something else is missing CTC clearance in force" in told["Cy Uncleared"]


def test_the_office_books_those_due_after_seeing_what_it_brings(sign_in, today):
    ada = mediator("Ada Okafor", date(2026, 3, 1))
    away = mediator("Bo Away", date(2026, 3, 1))
    factories.evidence(away.id, "leave", TODAY, ends_on=date(2027, 5, 1))
    day = factories.refresher_day()
    browser = sign_in(SERVICE)
    path, chosen = f"/refreshers/{day.id}/bookings/several", {"person": [ada.id, away.id]}
    preview = browser.post(path, data=chosen)
    assert "Nobody has been booked yet" in preview.text
    assert "is on leave on that day" in preview.text
    assert "Book 1 person" in preview.text
    assert not db.session.scalar(select(func.count(Booking.id)))
    for _ in range(2):  # pressing twice books once
        page = browser.post(path, data=chosen | {"confirmed": "yes"})
        assert "1 person has a seat" in page.text
        assert "Bo Away is on leave" in page.text
    assert db.session.scalar(select(func.count(Booking.id))) == 1
    assert "Choose whom to book" in browser.post(path, data={}, follow_redirects=True).text


def test_a_move_is_shown_before_it_is_made_and_a_cancellation_names_who_needs_a_seat(sign_in, today):
    ada = mediator("Ada Okafor", date(2026, 3, 5))
    day = factories.refresher_day()
    other = factories.refresher_day(title="Another day", held_on=date(2027, 3, 1))
    factories.booking(ada.id, day.id)
    browser = sign_in(SERVICE)
    path = f"/refreshers/{day.id}/edit"
    moved = {
        "title": "Moved",
        "topics": [],
        "held_on": "9 March 2027",
        "starts": "09:30",
        "ends": "16:30",
        "venue": "Here",
        "capacity": "12",
        "version": "1",
    }
    preview = browser.post(path, data=moved)
    assert "1 person would lapse because of it" in preview.text
    assert "Ada Okafor" in preview.text
    assert db.session.get(RefresherDay, day.id).held_on == date(2027, 3, 2)
    browser.post(path, data=moved | {"confirmed": "yes"})
    assert db.session.get(RefresherDay, day.id).held_on == date(2027, 3, 9)
    page = browser.get(f"/refreshers/{day.id}/cancel")
    assert "Nobody need lapse because of it" in page.text  # she has a seat on the first of March, in time
    assert f"{other.held_on:%-d} Mar 2027: a seat" in page.text


def edited(day, **changes):
    """The form of that day as the page fills it in, with changes."""
    filled = {
        "title": day.title,
        "topics": [],
        "held_on": f"{day.held_on:%-d %B %Y}",
        "starts": "09:30",
        "ends": "16:30",
        "venue": day.venue,
        "capacity": day.capacity,
        "version": day.version,
    }
    return filled | changes


def test_who_could_not_come_on_the_new_date_is_named_with_the_reason(sign_in, today):
    day, elsewhere = factories.refresher_day(), factories.refresher_day(title="Elsewhere", held_on=date(2027, 3, 9))
    names = ("Ada Fine", "Bo Leave", "Cy Clash", "Di Away", "Ed Waits")
    ada, bo, cy, di, ed = (mediator(name, date(2026, 6, 1)) for name in names)
    for one in (ada, bo, cy, di):
        factories.booking(one.id, day.id)
    factories.evidence(bo.id, "leave", date(2027, 3, 9), ends_on=date(2027, 3, 10))
    factories.booking(cy.id, elsewhere.id)
    factories.dates_away(di.id, date(2027, 3, 9), date(2027, 3, 9))
    factories.dates_away(ada.id, date(2027, 3, 10), date(2027, 3, 10))
    factories.dates_away(ed.id, date(2027, 3, 9), date(2027, 3, 9))
    browser, path = sign_in(SERVICE), f"/refreshers/{day.id}/edit"
    page = browser.post(path, data=edited(day, held_on="9 March 2027")).text
    told = page[page.index("Who could not come then") :]
    for words in ("is on leave on that day", "at the same time as “Elsewhere”", "said that they cannot make that date"):
        assert told.count(words) == 1, words
    assert [name in told for name in names] == [False, True, True, True, False]
    assert "Who could not come then" not in browser.post(path, data=edited(day, held_on="16 March 2027")).text


def test_other_hours_are_shown_before_everybody_is_asked_and_cost_nobody_their_refresher(sign_in, today):
    day = factories.refresher_day()
    factories.booking(mediator("Ada Okafor", date(2026, 3, 1)).id, day.id)
    browser, path = sign_in(SERVICE), f"/refreshers/{day.id}/edit"
    preview = browser.post(path, data=edited(day, starts="10:00"))
    assert "It was to be 9:30am to 4:30pm, and would now be <strong>10:00am to 4:30pm</strong>." in preview.text
    assert "Change the times" in preview.text
    assert "would lapse" not in preview.text
    assert db.session.scalar(select(RefresherDay.version)) == 1
    assert "Preview" not in browser.post(path, data=edited(day, trainer="Pat"), follow_redirects=True).text
    refused = browser.post(path, data=edited(day, starts="17:00", version="2"))
    assert "must end after it starts" in refused.text
    assert "Preview" not in refused.text


def test_days_that_move_together_are_not_in_each_others_way(sign_in, today):
    ada = mediator("Ada Okafor", date(2026, 6, 1))
    with transaction():
        made = services.add_series(factories.day_details(), [date(2027, 3, 2), date(2027, 3, 9)])
        first, ids = made[0].id, [one.id for one in made]
    for day_id in ids:
        factories.booking(ada.id, day_id)
    day = db.session.get(RefresherDay, first)
    browser, path = sign_in(SERVICE), f"/refreshers/{first}/edit"
    moved = edited(day, held_on="9 March 2027")
    assert "at the same time as" in browser.post(path, data=moved | {"reach": "this"}).text
    assert "at the same time as" not in browser.post(path, data=moved | {"reach": "later"}).text


def test_a_manager_of_another_unit_books_nobody_of_it(sign_in, today):
    theirs = mediator("Secret Person", date(2026, 3, 1), unit_id=factories.unit("Elsewhere").id)
    day = factories.refresher_day()
    stranger = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Croydon").id))
    path, data = f"/refreshers/{day.id}/bookings/several", {"person": theirs.id, "confirmed": "yes"}
    assert "Secret" not in stranger.post(path, data=data, follow_redirects=True).text
    assert not db.session.scalar(select(func.count(Booking.id)))


def test_whoever_waits_sees_their_place_in_the_order_in_which_seats_are_given(sign_in, today):
    later, sooner = mediator("Later Lin", date(2026, 6, 1)), mediator("Sooner Sam", date(2026, 3, 1))
    day = factories.refresher_day(capacity=1)
    factories.booking(factories.person().id, day.id)
    factories.booking(later.id, day.id)
    browser = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, later.id), person=later)
    assert "You are number 1 of 1 on the waiting list" in browser.get(f"/refreshers/{day.id}").text
    factories.booking(sooner.id, day.id)
    assert "You are number 2 of 2 on the waiting list" in browser.get(f"/refreshers/{day.id}").text


def test_a_day_is_planned_like_another_with_its_date_to_fill_in(sign_in, today):
    day = factories.refresher_day(title="Risk in practice", held_on=date(2027, 3, 2), trainer="Priya Nair")
    form = sign_in(SERVICE).get(f"/refreshers/new?copy={day.id}").text
    assert "Risk in practice" in form
    assert "Priya Nair" in form
    assert "2 March 2027" not in form
