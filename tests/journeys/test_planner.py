"""Journey: the office plans who sits where, adds the day that is missing, moves somebody, and publishes."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, look
from tests.journeys.running import Service


def made(page: Page) -> None:
    """A plan of everybody, by the form."""
    page.goto("/refreshers")
    page.get_by_role("link", name="Plan who sits where").click()
    look(page)
    page.get_by_role("link", name="Make a plan").first.click()
    look(page)
    page.get_by_label("Spread people evenly over the days").check()
    page.get_by_role("button", name="Make the plan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plan of")


def test_a_plan_is_made_cured_changed_and_published(browse: Browse, service: Service):
    page = browse("manager")
    made(page)
    look(page, "draft")
    if page.get_by_role("link", name=re.compile("Add th(is|ese) days?")).count():
        page.get_by_role("link", name=re.compile("Add th(is|ese) days?")).click()
        look(page)
        page.get_by_role("button", name="Add these days and plan again").click()
        expect(page.locator(".flash").first).to_contain_text("the plan is worked out again")
    page.locator("details.more summary", has_text=re.compile(r"^\d+ (people|person)$")).first.focus()
    page.keyboard.press("Enter")
    lock = page.get_by_role("button", name=re.compile("^Lock ")).first
    if not lock.is_visible():
        page.keyboard.press("Enter")
    name = " ".join(lock.inner_text().split()).removeprefix("Lock ")
    lock.press("Enter")
    expect(page.locator(".flash").first).to_contain_text(f"{name} stays on that day.")
    expect(page.locator("main")).to_contain_text("(1 locked)")
    page.get_by_role("link", name="Publish the plan").click()
    look(page)
    booking = page.get_by_role("button", name=re.compile(r"Book \d+ seats? and send \d+ letters?"))
    seats = int(re.search(r"\d+", booking.inner_text())[0])
    before = len(service.post.letters)
    booking.click()
    expect(page.locator(".fact")).to_contain_text("Published")
    look(page, "published")
    service.beat()
    kept = [one for _, one in service.post.letters[before:] if "A seat is kept for you" in str(one["Subject"])]
    assert len(kept) == seats
    page.goto("/forecast")
    expect(page.locator(".ch-plan")).to_contain_text("With the plan of")
    look(page, "with a plan")


def test_the_plan_works_without_scripts_and_dates_away_on_a_phone(browse: Browse):
    page = browse("manager", javascript=False)
    page.goto("/refreshers/travel")
    fields = page.get_by_role("textbox", name=re.compile("^Minutes from"))
    fields.first.fill("25")
    page.get_by_role("button", name="Save the travel times").click()
    expect(page.locator(".flash").first).to_contain_text("travel time")
    phone = browse("mediator", size=PHONE)
    phone.goto("/refreshers")
    phone.get_by_role("link", name="Dates you cannot make").click()
    look(phone)
    phone.get_by_label("First day").fill("1 March 2027")
    phone.get_by_label("Last day").fill("5 March 2027")
    phone.get_by_role("button", name="Add these dates").click()
    expect(phone.locator("main")).to_contain_text("1 March 2027 to 5 March 2027")
    look(phone, "with dates")
