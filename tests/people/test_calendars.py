"""Private addresses that calendars read: who gets what, for how long, and what a wrong one finds."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import select

from accreditation.accounts.services.accounts import disable_account
from accreditation.core import clock
from accreditation.core.audit import AuditDetail, AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Permission, Role, Scope
from accreditation.people import services
from accreditation.people.models import CalendarFeed, Feed, GrantRow
from accreditation.people.queries import calendar_source, find_feed
from accreditation.people.queries.calendars import SOURCES
from accreditation.people.rules import Grant
from accreditation.people.views import calendars as views
from accreditation.refreshers.services import cancel_booking, cancel_day
from cohorts.services.joining import send_joining
from tests import factories
from tests.factories import TODAY
from tests.factories.cohorts import NOW

COMING = TODAY + timedelta(28)


def mediator_browser(sign_in):
    who = factories.accredited_mediator()
    return who, sign_in(Grant(Role.MEDIATOR, Scope.PERSON, who.id), person=who)


def manager_browser(sign_in):
    return sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))


def make(browser, feed="own", **also) -> str:
    """The path of the address that the page shows after the button."""
    page = browser.post("/calendar/address", data={"feed": feed, **also})
    assert page.status_code == 200
    return re.search(r'value="http://localhost(/calendar/[\w-]{40,}\.ics)"', page.text)[1]


def events(app, path, status=200) -> dict[str, object]:
    """What somebody without a session reads at the address, by title."""
    answer = app.test_client().get(path)
    assert answer.status_code == status
    if status != 200:
        assert "BEGIN:VCALENDAR" not in answer.text
        return {}
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("private,")
    return {str(found["SUMMARY"]): found for found in Calendar.from_ical(answer.data).walk("VEVENT")}


def training(title: str | None = None, **details):
    """A cohort that begins on the coming day, with a session on it."""
    cohort = factories.cohort(
        title, starts_on=COMING, assessment_on=None, results_due_on=COMING + timedelta(30), **details
    )
    factories.training_session(cohort.id, "Day 1", on=COMING)
    return cohort


def noted() -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.action.contains("calendar address")).order_by(AuditEntry.seq)
    return list(db.session.scalars(query))


# --- what it shows ---------------------------------------------------------------------------------------------------


def test_a_mediator_reads_their_own_seats_and_nobody_elses(app, sign_in):
    ada, browser = mediator_browser(sign_in)
    mine, other, waits = (factories.refresher_day(title=t, held_on=COMING) for t in ("Mine", "Other", "Waiting"))
    factories.booking(ada.id, mine.id)
    factories.booking(factories.person().id, other.id)
    path = make(browser)
    assert set(events(app, path)) == {"Mine"}
    assert str(events(app, path)["Mine"]["LOCATION"]) == "Empress State Building"
    with transaction():
        cancel_day(mine.id, because=None, on=factories.TODAY)
    assert events(app, path) == {}
    assert waits.id


def test_a_seat_given_back_leaves_the_calendar(app, sign_in):
    ada, browser = mediator_browser(sign_in)
    booking = factories.booking(ada.id, factories.refresher_day(title="Mine", held_on=COMING).id)
    path = make(browser)
    assert set(events(app, path)) == {"Mine"}
    with transaction():
        cancel_booking(booking.id, on=TODAY)
    assert events(app, path) == {}


def test_a_candidate_reads_the_sessions_they_were_told_of(app, sign_in):
    ada, browser = mediator_browser(sign_in)
    cohort = training()
    factories.candidate(cohort.id, ada)
    path = make(browser)
    assert events(app, path) == {}  # still being planned
    with transaction():
        send_joining(cohort.id, at=NOW)
    training("Elsewhere")
    assert set(events(app, path)) == {f"Day 1, {cohort.title}"}


def test_the_ends_are_shown_only_when_wanted_and_never_say_of_what(app, sign_in):
    ada, browser = mediator_browser(sign_in)
    path = make(browser)
    assert events(app, path) == {}
    page = browser.post("/calendar/shown", data={"feed": "own", "own-also": "ends"}, follow_redirects=True)
    assert "Saved. Your calendar shows it" in page.text
    found = Calendar.from_ical(app.test_client().get(path).data).walk("VEVENT")
    days = {one["DTSTART"].dt for one in found}
    assert days
    assert all(type(one) is date for one in days)
    text = app.test_client().get(path).text.lower()
    assert not [word for word in ("clearance", "ctc", "refresher", "lapse", "deployable", "may work") if word in text]
    browser.post("/calendar/shown", data={"feed": "own"})
    assert events(app, path) == {}
    assert ada.id


def test_a_manager_reads_every_day_and_session_with_its_seats(app, sign_in):
    browser = manager_browser(sign_in)
    day = factories.refresher_day(title="All of us", held_on=COMING, capacity=3)
    factories.booking(factories.person().id, day.id)
    cohort = training()
    factories.attended(factories.person().id, TODAY - timedelta(5))  # a day that was never planned here
    found = events(app, make(browser, "service"))
    assert set(found) == {"All of us", f"Day 1, {cohort.title}"}
    assert "1 of 3 seats taken." in found["All of us"]["DESCRIPTION"]


def test_a_training_provider_reads_their_own_sessions_alone(app, sign_in):
    ours, theirs = factories.provider("Ours"), factories.provider("Theirs")
    for provider, title in ((ours, "Ours"), (theirs, "Theirs")):
        training(title, provider_id=provider.id)
    factories.refresher_day(held_on=COMING)
    browser = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, ours.id))
    assert set(events(app, make(browser, "service"))) == {"Day 1, Ours"}


@pytest.mark.parametrize(("days_ago", "shown"), [(91, True), (92, True), (93, False)])
def test_what_is_over_stays_for_three_months(app, sign_in, days_ago, shown):
    ada, browser = mediator_browser(sign_in)
    day = factories.refresher_day(title="Mine", held_on=COMING)
    factories.booking(ada.id, day.id)
    path = make(browser)
    with time_machine.travel(f"{COMING + timedelta(days_ago)}T12:00:00+00:00", tick=False):
        assert bool(events(app, path)) is shown


# --- how long it works -----------------------------------------------------------------------------------------------


def test_a_new_address_ends_the_one_before_and_stopping_ends_it_for_good(app, sign_in):
    _, browser = mediator_browser(sign_in)
    first, second = make(browser), make(browser)
    assert events(app, first, 410) == {}
    events(app, second)
    assert "Stopped." in browser.post("/calendar/stop", data={"feed": "own"}, follow_redirects=True).text
    events(app, second, 410)
    browser.post("/calendar/stop", data={"feed": "own"})
    assert noted() == [
        "made a calendar address",
        "made a calendar address",
        "stopped a calendar address",
    ]


def test_grants_are_judged_at_each_read(app, sign_in):
    _, browser = mediator_browser(sign_in)
    path = make(browser)
    events(app, path)
    with transaction():
        for grant in db.session.scalars(select(GrantRow).where(GrantRow.person_id == browser.person_id)):
            services.end_grant(grant.id, on=TODAY)
    events(app, path, 410)


@pytest.mark.parametrize(("left_after", "status"), [(-1, 410), (0, 410), (1, 200)])
def test_who_has_left_is_told_nothing_even_with_a_role(app, sign_in, left_after, status):
    ada, browser = mediator_browser(sign_in)
    path = make(browser)
    with transaction():
        db.session.get_one(type(ada), ada.id).left_on = TODAY + timedelta(left_after)
    events(app, path, status)


def test_an_account_that_is_closed_takes_its_addresses_along(app, sign_in):
    _, browser = mediator_browser(sign_in)
    path, account = make(browser), factories.account(browser.person_id)
    with transaction():
        disable_account(account.id, now=clock.now(), on=TODAY)
    events(app, path, 410)
    assert noted()[-1] == "stopped a calendar address"


def test_a_merged_record_reads_the_dates_of_the_one_that_counts(app, sign_in):
    ada, browser = mediator_browser(sign_in)
    former = factories.person()
    factories.booking(former.id, factories.refresher_day(title="Under the old record", held_on=COMING).id)
    path = make(browser)
    factories.merged(ada.id, former.id)
    assert set(events(app, path)) == {"Under the old record"}


# --- the key ---------------------------------------------------------------------------------------------------------


def test_the_token_stands_nowhere_and_is_shown_once(app, sign_in):
    _, browser = mediator_browser(sign_in)
    token = make(browser).removeprefix("/calendar/").removesuffix(".ics")
    row = db.session.scalars(select(CalendarFeed)).one()
    assert token not in repr(vars(row))
    assert len(row.token_hash) == 64
    assert not [
        text for text in db.session.scalars(select(AuditDetail.text)) if token in text or row.token_hash in text
    ]
    assert token not in browser.get("/calendar").text


@pytest.mark.parametrize("wrong", ["none-such", "", "a" * 43, "%00", "é" * 20])
def test_a_wrong_address_is_not_found(app, sign_in, wrong):
    _, browser = mediator_browser(sign_in)
    make(browser)
    assert app.test_client().get(f"/calendar/{wrong}.ics").status_code == 404


def test_a_hash_is_no_key(app, sign_in):
    _, browser = mediator_browser(sign_in)
    make(browser)
    row = db.session.scalars(select(CalendarFeed)).one()
    assert find_feed(row.token_hash) is None
    assert app.test_client().get(f"/calendar/{row.token_hash}.ics").status_code == 404


def test_wrong_addresses_are_told_to_wait_and_right_ones_are_not(app, sign_in, monkeypatch):
    monkeypatch.setattr(views, "WRONG_EACH_NETWORK", 2)
    _, browser = mediator_browser(sign_in)
    path, stranger = make(browser), app.test_client()
    assert [stranger.get("/calendar/guess.ics").status_code for _ in range(4)] == [404, 404, 429, 429]
    assert stranger.get(path).status_code == 200


def test_one_address_is_not_read_without_end(app, sign_in, monkeypatch):
    monkeypatch.setattr(views, "READS_EACH_FEED", 2)
    _, browser = mediator_browser(sign_in)
    path = make(browser)
    answers = [app.test_client().get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) == 300


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_says_when_a_calendar_last_read_it(app, sign_in):
    _, browser = mediator_browser(sign_in)
    path = make(browser)
    assert "No calendar has read it yet." in browser.get("/calendar").text
    events(app, path)
    assert "A calendar last read it on 2 February 2027 at 10:00am" in re.sub(
        r"<[^>]+>", "", browser.get("/calendar").text
    )


def test_who_runs_nothing_is_offered_no_calendar_of_the_service(app, sign_in):
    _, browser = mediator_browser(sign_in)
    assert "Days and sessions you run" not in browser.get("/calendar").text
    for door in ("address", "shown", "stop"):
        assert browser.post(f"/calendar/{door}", data={"feed": "service"}).status_code == 404
        assert browser.post(f"/calendar/{door}", data={"feed": "everything"}).status_code == 404
        assert browser.post(f"/calendar/{door}", data={}).status_code == 404
    assert db.session.scalars(select(CalendarFeed)).all() == []


def test_an_account_without_dates_is_told_so(app, sign_in):
    assert "No dates yet" in sign_in(Grant(Role.AUDITOR, Scope.SERVICE)).get("/calendar").text


def test_two_sources_of_one_name_stop_the_application():
    with pytest.raises(RuntimeError, match="two functions"):
        calendar_source("refreshers", "x", feed=Feed.OWN, permission=Permission.VIEW_OWN)(lambda viewer, on: [])
    assert SOURCES[Feed.OWN, "refreshers"].label != "x"
