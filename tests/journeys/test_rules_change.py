"""An administrator changes a rule; a practice manager sees what that would do, and puts it in force."""

from playwright.sync_api import expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import assert_told_at, look

SCHEME = "/schemes/INHOUSE-WPM"


def test_a_rule_changes_by_two_people(browse: Browse):
    admin = browse("admin")
    admin.goto("/schemes")
    look(admin)
    admin.get_by_role("link", name="In-house Workplace Mediator").click()
    expect(admin.get_by_text("Check this").first).to_be_visible()
    look(admin)

    admin.get_by_role("link", name="Confirm Six hours of CPD a year").click()
    admin.get_by_role("button", name="Confirm this figure").click()
    assert_told_at(admin, admin.get_by_label("Where you looked it up"), "Say where you looked it up")
    look(admin, "with a mistake")
    admin.get_by_label("Where you looked it up").fill("Handbook of the service, 2026, page 4")
    admin.get_by_role("button", name="Confirm this figure").click()
    expect(admin.get_by_text("Handbook of the service, 2026, page 4")).to_be_visible()

    admin.get_by_role("button", name="Draft a new version").click()
    look(admin, "as it begins")
    admin.get_by_role("link", name="Refresher day in the last twelve months").click()
    look(admin)
    admin.get_by_label("Every so many months").fill("")
    admin.get_by_role("button", name="Save in the draft").click()
    expect(admin.locator("[data-error-summary]")).to_contain_text("every_months is missing")
    admin.get_by_label("Every so many months").fill("6")
    admin.get_by_role("button", name="Save in the draft").click()
    expect(admin.get_by_text("Refresher day attended every 6 months").first).to_be_visible()
    admin.get_by_role("link", name="Add a requirement").click()
    look(admin)
    admin.goto(f"{SCHEME}/draft/settings")
    look(admin)
    admin.goto(f"{SCHEME}/draft/terms")
    admin.get_by_role("button", name="Save in the draft").click()
    assert_told_at(admin, admin.get_by_label("Why the rules change"), "Say why the rules change")
    look(admin, "with a mistake")
    admin.get_by_label("Why the rules change").fill("The steering group decided it.")
    admin.get_by_role("button", name="Save in the draft").click()
    look(admin)

    manager = browse("manager")
    manager.goto(f"{SCHEME}/draft")
    manager.get_by_role("button", name="Rehearse it").click()
    expect(manager.get_by_text("would no longer be deployable on").first).to_be_visible()
    look(manager)
    told = manager.locator(".figure", has_text="Would no longer be deployable")
    number = int(told.inner_text().split()[0])
    told.get_by_role("link").click()
    rows = manager.locator("table", has=manager.get_by_role("columnheader", name="Under the draft")).locator("tbody tr")
    expect(rows).to_have_count(min(number, 50))
    manager.goto(f"{SCHEME}/rehearsal")
    with manager.expect_download() as download:
        manager.get_by_role("link", name="Export").click()
    assert download.value.suggested_filename == "rehearsal-INHOUSE-WPM.xlsx"
    manager.get_by_text("Put it in force").click()
    manager.get_by_role("button", name="Put the change in force").click()
    expect(manager.get_by_text("The change is in force")).to_be_visible()
    look(manager, "with two versions")
    manager.get_by_role("link", name="Compare with version 1").click()
    look(manager)
    expect(manager.get_by_text("Refresher day attended every 12 months").first).to_be_visible()
