"""Who gets letters says how: a mediator one by one or weekly, a manager when the digest comes and what is in it."""

from playwright.sync_api import expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import look


def test_a_mediator_chooses_the_weekly_letter_and_takes_it_back(browse: Browse):
    page = browse("mediator")
    for choice in ("Together, in one letter a week", "One by one, as each comes up"):
        page.goto("/me")
        page.get_by_role("link", name="choose how early reminders reach you").click()
        look(page)
        page.get_by_label(choice).check()
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".flash")).to_contain_text("Saved")
        expect(page.get_by_label(choice)).to_be_checked()


def test_a_manager_chooses_when_the_digest_comes_and_what_it_brings(browse: Browse):
    page = browse("manager")
    page.goto("/reminders")
    page.get_by_role("link", name="Your weekly digest").click()
    look(page)
    page.get_by_label("Every week, also when nothing does").check()
    page.get_by_label("Clearance", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash")).to_contain_text("Saved")
    expect(page.get_by_label("Every week, also when nothing does")).to_be_checked()
    expect(page.get_by_label("Clearance", exact=True)).to_be_checked()
    said = page.locator("main tbody tr").first
    number = int(said.locator("td").first.inner_text().replace(",", ""))
    said.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text(f"{number} ")
