"""Something in a mediator's record is wrong: raised on a phone from /me, answered by the office, read on /me."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import look


def test_a_correction_goes_to_the_office_and_its_answer_comes_back(browse: Browse):
    page = browse("mediator")
    page.goto("/me")
    look(page, "what is raised")
    page.get_by_role("link", name="Raise a correction").click()
    page.get_by_role("button", name="Send it to the office").click()
    expect(page).to_have_title(re.compile("^Error: "))
    look(page, "wrong")
    page.get_by_label("Something else").check()
    page.get_by_label("What is wrong, and what should it be?").fill("The pelican workshop is missing.")
    page.get_by_role("button", name="Send it to the office").click()
    mine = page.get_by_role("region", name="If something is wrong or unclear").get_by_role("listitem").first
    expect(mine).to_contain_text("Waiting for an answer")

    office = browse("manager")
    office.goto("/")
    office.get_by_role("link", name=re.compile("raised by (a mediator|mediators), to answer")).click()
    look(office)
    office.get_by_role("row").filter(has_text="Something else").get_by_role("link").last.click()
    expect(office.locator("main")).to_contain_text("The pelican workshop is missing.")
    look(office)
    office.get_by_label("It has been put right").check()
    office.get_by_label("Answer to the mediator").fill("It is there now, for 1 February.")
    office.get_by_role("button", name="Answer").click()
    expect(office.locator(".flash")).to_contain_text("Answered")

    page.reload()
    expect(mine).to_contain_text("Put right")
    expect(mine).to_contain_text("It is there now, for 1 February.")
    page.get_by_role("link", name="All that you raised").click()
    look(page)
