"""Journey: the steering group's figures, the list behind one, a report with its commentary, and its signing off."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import look


def test_a_report_from_its_figures_to_its_signing_off(browse: Browse):
    page = browse("manager")
    page.goto("/reports")
    look(page, "none yet")
    page.get_by_role("link", name="Look at the figures").first.click()
    page.get_by_role("link", name="The last twelve months").click()
    expect(page.locator(".fact")).to_contain_text("3 February 2026 to 2 February 2027, so far")
    look(page)
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Active mediators"))
    number = row.get_by_role("cell").first.inner_text()
    row.get_by_role("link").click()
    expect(page.locator(".fact")).to_contain_text(f"{number}, 3 February 2026 to 2 February 2027")
    look(page)
    page.go_back()

    page.get_by_label("First day").fill("31/06/2026")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("First day")).to_have_value("31/06/2026")
    expect(page.get_by_label("First day")).to_have_attribute("aria-invalid", "true")
    look(page, "wrong")
    page.go_back()

    page.get_by_role("link", name="Prepare a report").click()
    look(page)
    page.get_by_role("button", name="Prepare the report").click()
    page.get_by_label("Summary").fill("Cover is thin in the north.")
    page.get_by_role("button", name="Keep the commentary").click()
    expect(page.locator(".commentary").first).to_have_text("Cover is thin in the north.")
    look(page, "draft")
    address = page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == "steering-group-report-2026-02-03-2027-02-02.pdf"

    second = browse("second manager")
    second.goto(address)
    second.get_by_role("link", name="Sign off").click()
    look(second)
    second.get_by_role("button", name="Sign off the report").click()
    expect(second.locator("main").get_by_text("Signed off", exact=True)).to_be_visible()
    look(second, "signed off")

    page.goto("/reports/standards")
    expect(page.get_by_role("heading", level=2)).to_have_count(10)
    look(page)
