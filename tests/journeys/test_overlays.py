"""The practice manager suspends somebody, lifts it and sees what must be renewed; records leave; corrects a fact."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, assert_told_at, fact, look, row_of, rows


def open_working_mediator(page: Page, place: int = 0) -> str:
    """The page of somebody who may work; their name."""
    page.goto("/mediators?verdict=deployable")
    rows(page).nth(place).get_by_role("link").first.click()
    expect(page.locator("h1")).not_to_have_text("Mediators")
    return page.locator("h1").inner_text()


def do(page: Page, words: str) -> None:
    """One of the things that can be done about somebody."""
    page.locator("summary").filter(has_text="More").first.click()
    page.get_by_role("link", name=words, exact=True).click()


def test_a_manager_suspends_lifts_and_sees_what_must_be_renewed(browse: Browse):
    page = browse("manager")
    name = open_working_mediator(page)
    address = page.url
    do(page, "Suspend")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Suspend {name}")
    look(page)
    page.get_by_role("button", name="Show what it does").click()
    assert_told_at(page, page.get_by_label("Reason"), "Enter the reason")
    look(page, "with mistakes")
    page.get_by_label("First day").fill("1 February 2027")
    page.get_by_label("Reason").fill("Complaint received, being looked into")
    page.get_by_label("Decided by").fill("Head of the Mediation Service")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("complementary", name="Preview")).to_contain_text("Nothing has been recorded yet")
    expect(row_of(page, "Today")).to_contain_text("May not work: suspended")
    look(page, "preview")
    page.get_by_role("button", name="Change an answer").click()
    expect(page.get_by_label("Reason")).to_have_value("Complaint received, being looked into")
    page.get_by_role("button", name="Show what it does").click()
    page.get_by_role("button", name="Suspend").click()
    expect(page).to_have_url(re.compile(re.escape(address.partition("?")[0])))
    expect(page.locator("main")).to_contain_text("May not work: suspended")
    expect(page.get_by_text("The clocks run on")).to_be_visible()
    look(page, "suspended")

    page.goto("/overlays?kind=suspension")
    expect(row_of(page, name.split()[-1]).first).to_contain_text("In force")
    look(page)
    row_of(page, name.split()[-1]).get_by_role("link", name=re.compile("Suspension of ")).first.click()
    expect(fact(page, "Reason")).to_have_text("Complaint received, being looked into")
    look(page)
    page.get_by_role("link", name="Lift the suspension").click()
    look(page)
    page.get_by_label("Reason").fill("Not upheld")
    page.get_by_label("Decided by").fill("Head of the Mediation Service")
    page.get_by_role("button", name="Show what has to be renewed").click()
    expect(page.get_by_role("heading", name="What must be renewed")).to_be_visible()
    look(page, "preview")
    page.get_by_role("button", name="Lift the suspension").click()
    expect(page.get_by_text("The suspension of")).to_contain_text("is lifted from 2 February 2027")
    expect(page.locator("main")).to_contain_text("May work until")


def test_leave_moves_the_dates_and_a_mistake_is_taken_back(browse: Browse):
    page = browse("manager", size=PHONE)
    open_working_mediator(page, 1)
    do(page, "Record leave")
    page.get_by_label("Kind of leave").select_option("adoption")
    page.get_by_label("First day").fill("4 January 2027")
    page.get_by_label("Last day").fill("30 April 2027")
    page.get_by_label("Reason").fill("Adoption")
    page.get_by_label("Decided by").fill("Head of the Mediation Service")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_text("Backdated: the first day was 29 days ago")).to_be_visible()
    expect(row_of(page, "CTC clearance in force").first).to_contain_text("does not move")
    expect(row_of(page, "Refresher day").first).to_contain_text("days later")
    look(page, "leave")
    page.get_by_role("button", name="Record the leave").click()
    expect(page.locator("main")).to_contain_text("On leave until 30 April 2027")
    page.get_by_role("link", name=re.compile("^Open the leave of")).click()
    page.get_by_role("link", name="Recorded by mistake").click()
    look(page)
    page.get_by_label("What was the mistake").fill("The wrong person")
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_text("It is cancelled and counts for no day")).to_be_visible()


def test_a_fact_is_struck_out_and_the_page_says_what_that_changed(browse: Browse):
    page = browse("manager")
    page.goto("/mediators?verdict=deployable")
    addresses = page.locator("main tbody th a").evaluate_all("links => links.map(link => link.href)")
    for address in addresses:
        page.goto(f"{address}?evidence=all")
        link = page.locator("a[href^='/corrections/']").filter(has_text="Waiver")
        if link.count():
            link.first.click()
            break
    look(page)
    page.get_by_label("Strike it out: it never was").check()
    page.get_by_label("What was wrong").fill("It was never waived")
    page.get_by_role("button", name="Show what it changes").click()
    look(page, "preview")
    page.get_by_role("button", name="Strike it out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What a correction changed")
    expect(fact(page, "What was wrong")).to_have_text("It was never waived")
    look(page, "done")
