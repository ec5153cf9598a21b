"""The pages of the planner, as the office and a mediator use them."""

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.rules import Grant
from accreditation.refreshers.models import Booking, DatesAway, PlannedSeat, RefresherDay, RefresherPlan, WayToPlace
from tests import factories

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
MARCH = date(2027, 3, 2)
NEW = {"what": "INHOUSE-WPM/refresher", "unit": "all", "starts_on": "3 February 2027", "until": "31 May 2027"}
NEW |= {"extra_seats": "2", "notice_days": "14"}


@pytest.fixture
def office(app, sign_in):
    return sign_in(MANAGER)


def in_march(number: int) -> list:
    """Refresher ends on 20 March 2027, and nothing else before September."""
    dates = {"trained_on": date(2026, 3, 20), "awarded_on": date(2026, 9, 1)}
    return [factories.accredited_mediator(name=f"Ada No{one}", **dates) for one in range(number)]


def words(page) -> str:
    """The page as it reads, without marks and with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


def version() -> int:
    return db.session.scalar(select(RefresherPlan.version))


def test_a_plan_is_made_published_and_says_what_came_of_it(office):
    people = in_march(2)
    day = factories.refresher_day(held_on=MARCH)
    page = office.post("/refreshers/plans/new", data=NEW, follow_redirects=True)
    assert "Everybody fits: 2 people have a seat before their refresher runs out." in words(page)
    assert "2 planned, 10 left" in words(page)
    address = page.request.path
    before = office.get(f"{address}/publish")
    assert "2 people get a provisional booking and a letter." in words(before)
    assert "We have kept a seat for you" in words(before)
    assert db.session.scalars(select(Booking)).all() == []
    done = office.post(f"{address}/publish", data={"version": "1"}, follow_redirects=True)
    assert "2 seats are booked." in words(done)
    assert {one.person_id for one in db.session.scalars(select(Booking))} == {one.id for one in people}
    assert f"/refreshers/{day.id}" in done.text
    again = office.post(f"{address}/publish", data={"version": "2"}, follow_redirects=True)
    assert "published or discarded already" in words(again)


def test_a_plan_is_taken_away_with_who_sits_where_and_who_does_not(office):
    in_march(3)
    day = factories.refresher_day(title="Risk", held_on=MARCH, capacity=2)
    address = office.post("/refreshers/plans/new", data=NEW, follow_redirects=True).request.path
    answer = office.get(f"{address}/plan.xlsx")
    assert answer.status_code == 200
    people, days = load_workbook(BytesIO(answer.data)).worksheets
    rows = [row for row in people.iter_rows(values_only=True) if row[0] and str(row[0]).startswith("M")]
    assert [row[6] for row in rows].count("Risk") == 2
    assert [row[9] for row in rows].count("No seat: too few exist in their window") == 1
    assert {row[4].date() for row in rows} == {date(2027, 3, 19)}
    [held] = [row for row in days.iter_rows(values_only=True) if row[1] == "Risk"]
    assert (held[0].date(), held[3:6]) == (MARCH, (2, 2, 0))
    assert day.id


def test_a_shortage_is_told_in_words_and_cured_by_a_button(office):
    in_march(4)
    factories.refresher_day(held_on=MARCH, capacity=1)
    page = office.post("/refreshers/plans/new", data=NEW, follow_redirects=True)
    told = words(page)
    assert "4 people need a seat by 19 March 2027; 1 seat exists on the days they can make." in told
    assert "Already these 2 of them prove it" in told
    assert "2 more days seat everybody" in told
    assert "No fewer days will do" in told
    address = page.request.path
    form = office.get(f"{address}/extra-days")
    assert "Thursday, 18 March 2027" in form.text
    assert 'value="09:30"' in form.text  # as the latest day that counts
    chosen = re.findall(r'name="dates"[^>]*value="(\d+)"', form.text)
    assert len(chosen) == 2
    details = {"title": "Extra", "starts": "09:30", "ends": "16:30", "venue": "Hall", "capacity": "2", "version": "1"}
    refused = office.post(f"{address}/extra-days", data={**details, "dates": []})
    assert "Choose at least one day to add" in refused.text
    cured = office.post(f"{address}/extra-days", data={**details, "dates": chosen}, follow_redirects=True)
    assert "Everybody fits" in words(cured)
    assert len(db.session.scalars(select(RefresherDay)).all()) == 3


def test_where_the_fewest_days_are_not_proved_the_page_says_how_many_are_needed_at_least(office):
    """Bo can come on 9 March alone, the one day on which Ada cannot: windows alone would need one day."""
    ada, bo = (one.id for one in in_march(2))
    ninth = date(2027, 3, 9)
    for who, first, last in (
        (ada, ninth, ninth),
        (bo, factories.TODAY, date(2027, 3, 8)),
        (bo, date(2027, 3, 10), date(2027, 3, 19)),
    ):
        factories.dates_away(who, first, last)
    factories.refresher_day(held_on=date(2027, 5, 4))
    told = words(office.post("/refreshers/plans/new", data=NEW, follow_redirects=True))
    assert "2 people can make none of the days that are planned." in told
    assert "2 more days seat everybody" in told
    assert "At least 1 day will be needed; fewer than 2 were not found." in told
    assert "No fewer days will do" not in told


def test_whom_another_day_would_not_reach_in_time_is_named_as_beyond_help(office):
    in_march(1)
    (soon,) = [factories.accredited_mediator(name="Cy Soon", trained_on=date(2026, 2, 10))]
    told = words(office.post("/refreshers/plans/new", data=NEW, follow_redirects=True))
    assert "1 person is beyond help by another day" in told
    assert told.index("beyond help") < told.index("Cy Soon", told.index("beyond help"))
    assert "An extension, or a day sooner than that, is what is left." in told
    assert "1 more day seats everybody else" in told
    assert soon.id


def test_somebody_is_moved_locked_and_let_go_by_the_page(office):
    (ada,) = in_march(1)
    first, second = factories.refresher_day(held_on=MARCH), factories.refresher_day(held_on=date(2027, 3, 9))
    address = office.post("/refreshers/plans/new", data=NEW).location
    data = {"person": str(ada.id), "day": str(second.id)}
    page = office.post(f"{address}/seat", data={**data, "version": "1"}, follow_redirects=True)
    assert "Ada No0 is moved" in page.text
    assert "(1 locked)" in words(page)
    page = office.post(f"{address}/seat", data={**data, "locked": "0", "version": "2"}, follow_redirects=True)
    assert "Ada No0 may be moved again." in page.text
    page = office.post(f"{address}/seat", data={**data, "day": "", "version": "3"}, follow_redirects=True)
    assert "Ada No0 has no seat now." in page.text
    stale = office.post(f"{address}/seat", data={**data, "version": "1"}, follow_redirects=True)
    assert "Somebody has changed this plan" in stale.text
    page = office.post(f"{address}/again", data={"version": str(version())}, follow_redirects=True)
    assert "worked out again" in page.text
    assert db.session.scalars(select(PlannedSeat.day_id)).all() == [first.id]


def test_a_plan_says_that_the_world_has_changed(office):
    in_march(1)
    factories.refresher_day(held_on=MARCH)
    address = office.post("/refreshers/plans/new", data=NEW).location
    assert "Something has changed" not in office.get(address).text
    in_march(1)
    assert "1 person now in need of a seat is not in the plan." in words(office.get(address))


def test_a_large_plan_is_shown_day_by_day(office, monkeypatch):
    in_march(2)
    day = factories.refresher_day(held_on=MARCH)
    address = office.post("/refreshers/plans/new", data=NEW).location
    monkeypatch.setattr("accreditation.refreshers.views.plans.FEW", 1)
    assert "Ada No0" not in office.get(address).text
    page = office.get(f"{address}?day={day.id}")
    assert "Ada No0" in page.text
    assert page.text.count("<select") == 2


def test_a_plan_is_discarded_after_asking(office):
    in_march(1)
    factories.refresher_day(held_on=MARCH)
    address = office.post("/refreshers/plans/new", data=NEW).location
    assert "Give this plan up?" in office.get(f"{address}/discard").text
    page = office.post(f"{address}/discard", data={"version": "1"}, follow_redirects=True)
    assert "Nobody was told of it" in page.text
    assert "Discarded" in page.text
    assert "Publish the plan" not in office.get(address).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"until": "1 February 2027"}, "must not be before the first day"),
        ({"until": "1 February 2030"}, "Enter a day up to 2 February 2029"),
        ({"starts_on": "1 February 2027"}, "The date must be 2 February 2027 or later"),
        ({"extra_seats": "0"}, "Enter a number from 1"),
        ({}, "Nobody needs a seat"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_words(office, wrong, said):
    assert said in words(office.post("/refreshers/plans/new", data={**NEW, **wrong}))
    assert db.session.scalars(select(RefresherPlan)).all() == []


def test_the_cover_forecast_shows_the_plan_beside_doing_nothing(office):
    with transaction():
        set_setting("cover_wanted", "2")
    in_march(2)
    factories.refresher_day(held_on=MARCH)
    assert "With the plan" not in office.get("/forecast").text
    office.post("/refreshers/plans/new", data=NEW)
    told = words(office.get("/forecast"))
    assert "With the plan of 2 February 2027, 2 more may work on 22 March 2027 than if nothing is done" in told
    assert "22 Mar 2027 02 too few2" in told
    assert 'class="ch-line ch-planned"' in office.get("/forecast").text
    rows = list(load_workbook(BytesIO(office.get("/forecast/export.xlsx").data)).worksheets[0].values)
    (head,) = [row for row in rows if "With the plan of 2 February 2027" in row]
    week = rows[rows.index(head) + 8]
    assert (week[1], week[head.index("With the plan of 2 February 2027")]) == (0, 2)


def test_a_mediator_enters_dates_they_cannot_make(app, sign_in):
    ada = factories.person(name="Ada Okafor")
    browser = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada)
    assert f"/refreshers/dates-away/{ada.reference}" in browser.get("/refreshers").text
    address = f"/refreshers/dates-away/{ada.reference}"
    page = browser.post(address, data={"first": "1 March 2027", "last": "5 March 2027"}, follow_redirects=True)
    assert "1 March 2027 to 5 March 2027" in words(page)
    away = db.session.scalars(select(DatesAway)).one()
    assert (away.starts_on, away.ends_on, away.entered_by) == (date(2027, 3, 1), date(2027, 3, 6), ada.id)
    refused = browser.post(address, data={"first": "5 March 2027", "last": "1 March 2027"})
    assert "The last day must not be before the first." in refused.text
    page = browser.post(f"/refreshers/dates-away/{away.id}/remove", follow_redirects=True)
    assert "No dates are noted." in page.text


def test_travel_times_are_entered_and_mistakes_named(office):
    unit = factories.unit("Croydon")
    factories.refresher_day(held_on=MARCH, venue="Hall")
    name = f"u{unit.id}p0"
    assert 'aria-label="Minutes from Croydon to Hall"' in office.get("/refreshers/travel").text
    refused = office.post("/refreshers/travel", data={name: "an hour"})
    assert 'value="an hour"' in refused.text
    assert "Enter whole minutes from 0 to 1,440, or nothing" in refused.text
    office.post("/refreshers/travel", data={name: "35"})
    assert [(way.place, way.minutes) for way in db.session.scalars(select(WayToPlace))] == [("Hall", 35)]
