"""The pages at /refreshers: the good path, refusals shown, strangers turned away, nothing changed by them."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.standing.queries import standing_on
from tests import factories
from tests.statements import statements_counted

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
DAY = {
    "title": "Risk management",
    "topics": ["risk_management"],
    "held_on": "2 March 2027",
    "starts": "09:30",
    "ends": "16:30",
    "venue": "Empress State Building",
    "capacity": "12",
}


def mediator_grant(person) -> Grant:
    return Grant(Role.MEDIATOR, Scope.PERSON, person.id)


def states() -> list[str]:
    return list(db.session.scalars(select(Booking.state).order_by(Booking.id)))


def test_a_manager_plans_a_day(sign_in):
    page = sign_in(MANAGER).post("/refreshers/new", data=DAY, follow_redirects=True)
    assert "The refresher day is planned" in page.text
    assert "2 March 2027, 9:30am to 4:30pm" in page.text
    assert "12 seats left" in page.text


def test_what_was_typed_is_kept_with_every_reason(sign_in):
    page = sign_in(MANAGER).post(
        "/refreshers/new", data={**DAY, "ends": "09:00", "venue": "", "capacity": "3", "minimum": "4"}
    )
    assert "<title>Error:" in page.text
    for reason in ("must end after it starts", "Give a venue, a link, or both", "cannot be larger"):
        assert reason in page.text
    assert 'value="Risk management"' in page.text
    assert db.session.scalars(select(RefresherDay)).all() == []


@pytest.mark.parametrize(
    ("held_on", "said"),
    [("1 February 2027", "2 February 2027 or later"), ("31/2/2027", "28 days"), ("2/3/27", "four digits")],
)
def test_a_day_that_is_no_day_is_refused_in_words(sign_in, held_on, said):
    assert said in sign_in(MANAGER).post("/refreshers/new", data={**DAY, "held_on": held_on}).text


def test_a_mediator_books_in_two_taps_and_gives_the_seat_back(sign_in):
    ada = factories.accredited_mediator(trained_on=date(2026, 3, 20))
    day = factories.refresher_day()
    browser = sign_in(mediator_grant(ada), person=ada)
    first = browser.get(f"/refreshers/{day.id}/book")
    assert "keeps your refresher requirement met until <strong>19 March 2028</strong>" in first.text
    assert "up to the end of 28 February 2027" in first.text
    second = browser.post(f"/refreshers/{day.id}/book", data={"wait": ""}, follow_redirects=True)
    assert "Your seat is booked" in second.text
    assert "You: booked" in second.text
    booking_id = db.session.scalars(select(Booking.id)).one()
    assert "Give back your seat" in browser.get(f"/refreshers/bookings/{booking_id}/cancel").text
    last = browser.post(f"/refreshers/bookings/{booking_id}/cancel", follow_redirects=True)
    assert "Your booking is cancelled" in last.text
    assert states() == ["cancelled_by_mediator"]


@pytest.mark.parametrize(
    ("cleared_until", "said"),
    [
        (date(2030, 1, 1), "With this day attended you may mediate until 19 March 2028."),
        (
            date(2027, 3, 3),
            "With this day attended you may mediate until 2 March 2027. What ends first then: CTC clearance in force.",
        ),
        (
            date(2027, 3, 2),
            "Attending alone will not let you mediate. What is missing on that day: CTC clearance in force.",
        ),
    ],
)
def test_until_when_they_may_mediate_is_said_before_they_book(sign_in, cleared_until, said):
    ada = factories.accredited_mediator(trained_on=date(2026, 3, 20), cleared_until=cleared_until)
    for code in ("practice", "supervision", "cpd"):
        factories.evidence(ada.id, "waiver", date(2026, 3, 20), code=code)
    day = factories.refresher_day()
    browser = sign_in(mediator_grant(ada), person=ada)
    for path in (f"/refreshers/{day.id}/book", f"/refreshers/{day.id}"):
        assert said in re.sub(r"\s+", " ", re.sub("<[^>]+>", "", browser.get(path).text))


def test_somebody_who_saw_a_seat_that_is_gone_is_asked_again(sign_in):
    ada = factories.accredited_mediator()
    day = factories.refresher_day(capacity=1)
    browser = sign_in(mediator_grant(ada), person=ada)
    factories.booking(factories.person().id, day.id)
    page = browser.post(f"/refreshers/{day.id}/book", data={"wait": ""})
    assert "The last seat has been taken" in page.text
    assert states() == ["booked"]
    page = browser.post(f"/refreshers/{day.id}/book", data={"wait": "1"}, follow_redirects=True)
    assert "You are on the waiting list" in page.text


def test_mediators_do_not_see_who_else_comes_nor_how_to_join_unless_booked(sign_in):
    ada, other = factories.accredited_mediator(), factories.person(name="Someone Else")
    day = factories.refresher_day(joining_text="Report to the front desk", link="https://meet.example/1")
    factories.booking(other.id, day.id)
    browser = sign_in(mediator_grant(ada), person=ada)
    page = browser.get(f"/refreshers/{day.id}").text
    assert "Someone Else" not in page
    assert "front desk" not in page
    assert "meet.example" not in page
    factories.booking(ada.id, day.id)
    assert "front desk" in browser.get(f"/refreshers/{day.id}").text


def test_the_office_invites_books_and_records_and_the_last_good_day_moves(sign_in):
    ada = factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 2, 20))
    day = factories.refresher_day(held_on=date(2027, 2, 2))
    browser = sign_in(MANAGER)
    assert "Ada Okafor" in browser.get(f"/refreshers/{day.id}/invite").text
    page = browser.post(f"/refreshers/{day.id}/invite", data={"person": [ada.id]}, follow_redirects=True)
    assert "1 invitation will go out" in page.text
    assert db.session.scalars(select(Letter.template)).all() == ["email/refreshers/invitation.txt"]
    page = browser.post(
        f"/refreshers/{day.id}/bookings", data={"reference": ada.reference.lower()}, follow_redirects=True
    )
    assert "Ada Okafor has a seat" in page.text
    booking_id = db.session.scalars(select(Booking.id)).one()
    assert "Ada Okafor" in browser.get(f"/refreshers/{day.id}/sign-in-sheet").text
    grid = {f"b{booking_id}-mark": "p", f"b{booking_id}-was": "booked"}
    page = browser.post(f"/refreshers/{day.id}/attendance", data=grid, follow_redirects=True)
    assert "Attendance saved for 1 person" in page.text
    refresher = standing_on(ada.id, "INHOUSE-WPM", date(2027, 2, 2)).result.requirements["refresher"]
    assert refresher[0].ends_on == date(2028, 2, 20)


def test_hours_that_are_no_hours_are_named_beside_the_person(sign_in):
    day = factories.refresher_day(held_on=date(2027, 2, 2))
    booking = factories.booking(factories.person(name="Ada Okafor").id, day.id)
    grid = {f"b{booking.id}-mark": "lots", f"b{booking.id}-was": "booked"}
    page = sign_in(MANAGER).post(f"/refreshers/{day.id}/attendance", data=grid).text
    assert f'<a href="#b{booking.id}-mark">Ada Okafor: Enter P, A, L, N, or hours such as 2.5.</a>' in page
    assert f'aria-describedby="b{booking.id}-mark-error"' in page
    assert 'value="lots"' in page
    assert states() == ["booked"]


def test_a_stale_grid_shows_what_holds_now(sign_in):
    day = factories.refresher_day(held_on=date(2027, 2, 2))
    booking = factories.booking(factories.person(name="Ada Okafor").id, day.id)
    browser, grid = sign_in(MANAGER), {f"b{booking.id}-was": "booked"}
    browser.post(f"/refreshers/{day.id}/attendance", data={**grid, f"b{booking.id}-mark": "A"})
    page = browser.post(f"/refreshers/{day.id}/attendance", data={**grid, f"b{booking.id}-mark": "P"}).text
    assert "Somebody else has recorded Ada Okafor" in page
    assert f'name="b{booking.id}-mark" value="A"' in page
    assert states() == ["apologies"]


def test_a_manager_of_a_unit_sees_that_units_people_only(sign_in):
    croydon = factories.unit("Croydon")
    here = factories.person(name="Here Okafor", unit_id=croydon.id)
    there = factories.person(name="There Begum", unit="Lambeth")
    day = factories.refresher_day(held_on=date(2027, 2, 2))
    bookings = [factories.booking(who.id, day.id) for who in (here, there)]
    browser = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, croydon.id))
    page = browser.get(f"/refreshers/{day.id}").text
    assert "Here Okafor" in page
    assert "There Begum" not in page
    assert "1 further booking of people outside your units" in page
    assert browser.get(f"/refreshers/bookings/{bookings[1].id}/cancel").status_code == 404
    assert browser.post(f"/refreshers/{day.id}/bookings", data={"reference": there.reference}).status_code == 404
    grid = {f"b{one.id}-{name}": value for one in bookings for name, value in (("mark", "P"), ("was", "booked"))}
    browser.post(f"/refreshers/{day.id}/attendance", data=grid)
    assert states() == ["attended", "booked"]


def test_strangers_are_turned_away_and_change_nothing(sign_in):
    ada, bea = factories.accredited_mediator(), factories.accredited_mediator()
    day = factories.refresher_day()
    booking = factories.booking(bea.id, day.id)
    mediator = sign_in(mediator_grant(ada), person=ada)
    assert mediator.get(f"/refreshers/bookings/{booking.id}/cancel").status_code == 404
    assert mediator.post(f"/refreshers/bookings/{booking.id}/cancel").status_code == 404
    for path in ("new", f"{day.id}/edit", f"{day.id}/cancel", f"{day.id}/invite", f"{day.id}/attendance"):
        assert mediator.post(f"/refreshers/{path}", data=DAY).status_code == 403, path
    assert mediator.post(f"/refreshers/{day.id}/bookings", data={"reference": ada.reference}).status_code == 403
    for role in (Role.VETTING_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR):
        assert sign_in(Grant(role, Scope.SERVICE)).get("/refreshers").status_code == 403, role
    adviser = sign_in(Grant(Role.HELPLINE_ADVISER, Scope.SERVICE))
    assert adviser.get(f"/refreshers/{day.id}").status_code == 200
    assert adviser.post(f"/refreshers/{day.id}/book").status_code == 403
    assert sign_in(MANAGER).post(f"/refreshers/{day.id}/book").status_code == 403  # not a mediator
    assert states() == ["booked"]
    assert db.session.scalars(select(RefresherDay.title)).all() == [day.title]


def test_a_day_that_is_not_there_is_not_found(sign_in):
    assert sign_in(MANAGER).get("/refreshers/999").status_code == 404


def test_cancelling_a_day_says_what_follows(sign_in):
    day = factories.refresher_day()
    factories.booking(factories.person().id, day.id)
    browser = sign_in(MANAGER)
    assert "1 booking will end as cancelled by us" in browser.get(f"/refreshers/{day.id}/cancel").text
    page = browser.post(f"/refreshers/{day.id}/cancel", data={"because": "Snow"}, follow_redirects=True)
    assert "The day is cancelled. 1 letter will go out." in page.text
    assert "Snow" in page.text


@pytest.mark.parametrize(
    "path", ["/refreshers", "/refreshers/{day}", "/refreshers/{day}/invite", "/refreshers/{day}/attendance"]
)
def test_the_number_of_statements_does_not_grow(sign_in, path):
    day = factories.refresher_day(held_on=date(2027, 2, 2), capacity=50)
    browser = sign_in(MANAGER)

    def statements() -> int:
        with statements_counted() as sent:
            assert browser.get(path.format(day=day.id)).status_code == 200
        return len(sent)

    def more() -> None:
        who = factories.lapsed_mediator()
        factories.booking(who.id, day.id)
        factories.lapsed_mediator()
        factories.refresher_day()

    more()
    few = statements()
    for _ in range(4):
        more()
    assert statements() == few
