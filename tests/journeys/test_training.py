"""A cohort is taught: sessions and joining instructions by the provider, attendance by the keys, a place moved."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import assert_told_at, look
from tests.journeys.running import Service


def open_first(page: Page, state: str) -> None:
    """The newest cohort of the list in that state."""
    page.goto(f"/cohorts?state={state}")
    page.locator("main tbody th a").first.click()


def test_the_provider_plans_a_session_and_sends_the_joining_instructions(browse: Browse, service: Service):
    page = browse("courses")
    open_first(page, "open")
    page.get_by_role("link", name="Trainers and assessors").click()
    look(page)
    page.get_by_role("link", name=re.compile("2027")).first.click()
    page.get_by_role("link", name="Sessions", exact=True).click()
    look(page)
    when = page.locator('[data-label="When"]').last.inner_text()
    day = re.search(r"\d{1,2} [A-Z][a-z]+ \d{4}", when)[0]
    page.get_by_role("link", name="Plan sessions").click()
    look(page)
    page.get_by_label("Title", exact=True).fill("Evening: questions")
    page.get_by_label("Day, or several days").fill("31/6/2027")
    page.get_by_label("Starts at").fill("18:00")
    page.get_by_label("Ends at").fill("19:30")
    page.get_by_label("Hours that count").fill("1.5")
    page.get_by_role("button", name="Plan", exact=True).click()
    assert_told_at(page, page.get_by_label("Day, or several days"), "June has 30 days")
    page.get_by_label("Day, or several days").fill(day)
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator("main")).to_contain_text("Evening: questions")
    page.get_by_role("link", name="Joining instructions").click()
    look(page)
    before = len(service.post.letters)
    page.get_by_label("What to say besides").fill("Report to reception.")
    page.get_by_role("button", name=re.compile(r"Send \d+ letters?")).click()
    service.beat()
    letters = [message for _, message in service.post.letters[before:]]
    assert letters
    for letter in letters:
        assert letter["Subject"].startswith("Joining instructions")
        files = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
        assert len(files) == 7
        assert "METHOD:REQUEST" in files[0].get_content()


def test_attendance_is_typed_by_the_keys_and_without_script(browse: Browse):
    page = browse("manager")
    open_first(page, "in_training")
    page.get_by_role("link", name="Attendance", exact=True).click()
    look(page)
    rows = page.locator("main tbody tr")
    columns = rows.first.locator("[data-cell]").count()
    assert columns
    cell = rows.nth(0).locator("[data-cell]").last
    cell.focus()
    page.keyboard.press("a")  # fills the cell and goes on to the next person
    expect(cell).to_have_value("A")
    below = rows.nth(1).locator("[data-cell]").last
    expect(below).to_be_focused()
    page.keyboard.type("3.5")
    page.keyboard.press("Enter")
    expect(rows.nth(2).locator("[data-cell]").last).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(below).to_be_focused()
    page.keyboard.press("Control+z")
    expect(below).to_have_value("")
    page.keyboard.type("n")
    expect(page.locator("[data-grid-status]")).to_contain_text("2 changes are not saved yet")
    page.get_by_role("button", name="Save attendance").click()
    expect(page.locator("main")).to_contain_text("Attendance saved")
    plain = browse("manager", javascript=False)
    plain.goto(page.url)
    field = plain.locator("main tbody tr").nth(2).locator("[data-cell]").last
    field.fill("often")
    plain.get_by_role("button", name="Save attendance").click()
    expect(plain.locator(".error-summary")).to_contain_text("“often” says nothing of attendance")


def test_a_place_is_put_off_and_its_history_says_why(browse: Browse):
    page = browse("manager")
    open_first(page, "open")
    name = page.locator("main tbody th").first.inner_text()
    page.get_by_role("link", name=re.compile("change the place of")).first.click()
    look(page)
    page.get_by_label("Deferred: they wait for a later cohort").check()
    page.get_by_role("button", name="Save the place").click()
    assert_told_at(page, page.get_by_label("Why", exact=True), "Write down why")
    page.get_by_label("Why", exact=True).fill("On secondment until the summer.")
    page.get_by_role("button", name="Save the place").click()
    expect(page.locator("main")).to_contain_text("“Deferred” now")
    page.get_by_text("Places that ended: 1").click()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("main")).to_contain_text("On secondment until the summer.")
