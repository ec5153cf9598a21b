"""Two advisers swap a shift, and whoever keeps the rota reads what became of it."""

from playwright.sync_api import expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import look


def test_an_adviser_asks_the_other_agrees_and_the_manager_reads_it(browse: Browse):
    asks = browse("helpline")
    asks.goto("/helpline")
    asks.get_by_role("link", name="Rota", exact=True).click()
    look(asks)
    asks.get_by_role("link", name="The week after").click()
    asks.locator("main tbody a", has_text="Swap").first.click()
    look(asks)
    asks.get_by_label("Who could take it").select_option(label="Niamh Castellano")
    asks.get_by_role("button", name="Ask them").click()
    expect(asks.get_by_text("They are asked by letter")).to_be_visible()
    takes = browse("second helpline")
    takes.goto("/helpline/rota")
    expect(takes.get_by_text("Gurdeep Sandhu asks you")).to_be_visible()
    look(takes)
    takes.get_by_role("button", name="Agree, I take it").click()
    expect(takes.get_by_text("The shift is yours")).to_be_visible()
    reads = browse("manager")
    reads.goto("/helpline/rota")
    reads.get_by_role("link", name="Swaps so far").click()
    look(reads)
    expect(reads.locator("main tbody")).to_contain_text("Agreed")
    reads.goto("/helpline/rota/new")
    look(reads)


def test_the_pages_for_what_is_owed_and_for_a_past_log(browse: Browse):
    page = browse("helpline")
    for path in ("/helpline/hand-over", "/helpline/log"):
        page.goto(path)
        look(page)
    page.get_by_role("button", name="Look at what it would do").click()
    expect(page.get_by_role("link", name="Choose the spreadsheet")).to_be_visible()
    look(page)
