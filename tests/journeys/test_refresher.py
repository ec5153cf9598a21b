"""Journey 6: a refresher day from its plan to the day by which somebody may mediate longer."""

import re
from collections import Counter

from playwright.sync_api import Page, expect
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.outbox import Letter
from tests.journeys.conftest import MEDIATOR, Browse
from tests.journeys.looking import PHONE, assert_told_at, look, rows
from tests.journeys.running import Service

DAY = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")
TITLE = "Listening under pressure"
SERIES = "Risk and safe notes"


def until(page: Page) -> str:
    """The day in the answer on /me."""
    page.goto("/me")
    return DAY.search(page.get_by_role("heading", level=1).inner_text())[0]


def invitations(service: Service) -> Counter[str]:
    """What became of every invitation."""
    with service.app.app_context():
        letters = select(Letter.state).where(Letter.template == "email/refreshers/invitation.txt")
        return Counter(db.session.scalars(letters))


def test_the_manager_plans_a_day_and_invites_those_due(browse: Browse, service: Service):
    page = browse("manager")
    page.goto("/refreshers")
    look(page)
    page.get_by_role("link", name="Plan a refresher day").click()
    look(page)
    page.get_by_label("Title", exact=True).fill(TITLE)
    page.get_by_label("Day", exact=True).fill("9/2/27")
    page.get_by_label("Starts at").fill("09:30")
    page.get_by_label("Ends at").fill("16:00")
    page.get_by_label("Venue").fill("Central Library")
    page.get_by_label("Seats").fill("8")
    page.get_by_role("button", name="Plan the day").click()
    assert_told_at(page, page.get_by_label("Day", exact=True), "year")
    expect(page.get_by_label("Day", exact=True)).to_have_value("9/2/27")
    look(page, "with a mistake")
    page.get_by_label("Day", exact=True).fill("9 feb 2027")
    page.get_by_role("button", name="Plan the day").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{TITLE}, 9 February 2027")
    look(page)
    page.get_by_role("link", name="Invite those due").first.click()
    look(page)
    chosen = page.locator("main tbody input[type=checkbox]:checked").count()
    assert chosen
    before = len(service.post.letters)
    page.get_by_role("button", name="Send the invitations").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{TITLE}, 9 February 2027")
    service.beat()
    subjects = [message["Subject"] for _, message in service.post.letters[before:]]
    states = invitations(service)
    assert sum(states.values()) == chosen
    assert set(states) <= {"sent", "undeliverable"}  # the demo knows an address to which letters do not arrive
    assert subjects.count("An invitation to a refresher day on 9 February 2027") == states["sent"]
    letter = service.post.newest_to(MEDIATOR[0])
    assert "invitation" in letter["Subject"]
    assert service.url in letter.get_body(("plain",)).get_content()


def test_a_mediator_books_in_two_taps(browse: Browse, service: Service):
    page = browse("mediator", size=PHONE)
    page.goto("/me")
    look(page)
    now = until(page)
    page.get_by_role("link", name=f"Book {TITLE}").click()
    look(page)
    promised = DAY.findall(page.locator("main p", has_text="keeps your refresher requirement met until").inner_text())
    assert promised[1] == now
    page.get_by_role("button", name="Book your seat").click()
    expect(page.locator(".flash")).to_be_visible()
    page.goto("/me")
    expect(page.locator("section", has=page.get_by_role("heading", name="Next"))).to_contain_text("you have a seat")
    look(page, "booked")
    service.beat()
    assert "Your seat on the refresher day" in service.post.newest_to(MEDIATOR[0])["Subject"]


def test_attendance_moves_the_last_good_day(browse: Browse, service: Service):
    before = until(browse("mediator"))
    service.later(days=7)
    page = browse("manager")
    expect(page.locator("main")).to_contain_text(TITLE)
    page.goto("/refreshers")
    page.get_by_role("link", name="9 Feb 2027").click()
    page.get_by_role("link", name="Record attendance").click()
    look(page)
    line = rows(page)
    expect(page.locator("main tbody tr")).to_have_count(1)
    line.get_by_label("Attendance of").press("p")
    page.get_by_role("button", name="Save attendance").click()
    expect(page.locator(".page-head")).to_contain_text("Held")
    look(page, "held")

    page = browse("mediator", size=PHONE)
    after = until(page)
    assert after != before
    row = page.get_by_role("region", name="Requirements").locator("tbody tr").filter(has_text="efresher").first
    expect(row).to_contain_text("Met")
    look(page, "attended")


def test_a_series_is_seen_before_it_is_planned(browse: Browse):
    page = browse("manager")
    page.goto("/refreshers/new")
    page.get_by_label("Title", exact=True).fill(SERIES)
    page.get_by_label("Day", exact=True).fill("9 March 2027")
    page.get_by_label("Venue").fill("Civic Centre")
    page.get_by_label("Seats", exact=True).fill("6")
    page.get_by_label("Starts at").fill("09:30")
    page.get_by_label("Ends at").fill("16:00")
    page.get_by_label("Risk management").check()
    page.get_by_label("Information security").check()
    page.get_by_label("Repeat").select_option(label="Weeks apart, on the same weekday")
    page.get_by_label("Weeks or months from one to the next").fill("4")
    page.get_by_label("Days in all").fill("2")
    page.get_by_role("button", name="Plan the day").click()
    expect(page.get_by_text("Nothing has been planned yet")).to_be_visible()
    look(page, "series")
    page.get_by_role("button", name="Plan the days that are ticked").click()
    expect(page.locator(".flash")).to_contain_text("2 refresher days are planned")


def test_a_moved_day_asks_and_a_day_called_off_offers_another(browse: Browse):
    phone = browse("mediator", size=PHONE)
    phone.goto("/refreshers")
    phone.get_by_role("link", name="Book a seat on 9 March 2027").click()
    phone.get_by_role("button", name="Book your seat").click()

    page = browse("manager")
    page.goto("/refreshers")
    page.get_by_role("link", name="9 Mar 2027").click()
    page.get_by_role("link", name="Sign-in sheet").click()
    look(page, "sheet")
    page.go_back()
    page.get_by_role("link", name="Change the day").click()
    page.get_by_label("Day", exact=True).fill("10 March 2027")
    page.get_by_role("button", name="Save the changes").click()
    look(page, "move")
    page.get_by_role("button", name="Move the day").click()
    expect(page.locator("main")).to_contain_text("1 person has not said whether they still come")
    look(page, "asked")

    phone.goto("/me")
    look(phone, "asked")
    phone.get_by_role("button", name="I still come").click()
    expect(phone.locator(".flash")).to_contain_text("Your seat on the new date is confirmed")

    page.get_by_role("link", name="Cancel this day").click()
    look(page, "called off")
    page.get_by_role("button", name="Cancel the day").click()
    expect(page.locator(".flash")).to_contain_text("The day is cancelled")

    phone.goto("/me")
    look(phone, "offered")
    phone.get_by_role("button", name="Take the seat").click()
    expect(phone.locator(".flash")).to_contain_text("The seat is yours")
