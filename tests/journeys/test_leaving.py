"""The practice manager records that somebody leaves, having seen what ends; takes it back, and it is as it was."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, assert_told_at, look, row_of
from tests.journeys.running import Service
from tests.journeys.test_line_manager import reference_of


def ask_for_leave(page) -> None:
    page.goto("/leave/mine/new")
    page.get_by_label("Kind of leave").select_option(index=1)
    page.get_by_label("First day").fill("1 April 2027")
    page.get_by_label("Last day").fill("30 April 2027")
    page.get_by_label("Reason").fill("A month away")
    page.get_by_role("button", name="Show what it does").click()
    look(page, "preview")
    page.get_by_role("button", name=re.compile("^Ask for")).click()
    expect(page.locator(".flash")).to_contain_text("Asked for")


def test_a_manager_records_a_leaving_and_takes_it_back(browse: Browse, service: Service):
    phone = browse("mediator", size=PHONE)
    ask_for_leave(phone)
    reference = reference_of(phone)

    page = browse("manager")
    page.goto(f"/mediators/{reference}")
    name = page.locator("h1").inner_text()
    page.locator("summary").filter(has_text="More").first.click()
    page.get_by_role("link", name="Record that they leave", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Record that {name} leaves")
    look(page)
    page.get_by_role("button", name="Show what it does").click()
    assert_told_at(page, page.get_by_label("Last day in the service"), "Enter the last day")
    look(page, "with a mistake")

    page.get_by_label("Last day in the service").fill("31 January 2027")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("complementary", name="Preview")).to_contain_text("Nothing has been recorded yet")
    expect(row_of(page, "Leave asked for")).to_contain_text("nobody has to answer it any more")
    expect(row_of(page, "Role").first).to_contain_text("After 31 Jan 2027")
    expect(row_of(page, "Today")).to_contain_text("Left the service")
    look(page, "preview")
    page.get_by_role("button", name="Change the date").click()
    expect(page.get_by_label("Last day in the service")).to_have_value(re.compile("2027"))
    page.get_by_role("button", name="Show what it does").click()
    page.get_by_role("button", name="Record the leaving").click()
    expect(page.locator(".flash")).to_contain_text("The leaving is recorded: the last day was 31 January 2027")
    expect(page.locator("main")).to_contain_text("Leave asked for from 1 April 2027 to 30 April 2027")
    look(page, "recorded")
    page.goto("/departures")
    look(page)
    phone.goto("/me")
    expect(phone.get_by_role("button", name="Sign in")).to_be_visible()  # nobody is signed in who has left

    row_of(page, name).get_by_role("link").first.click()
    page.get_by_role("link", name="Take it back").click()
    look(page)
    page.get_by_role("button", name="Take it back").click()
    assert_told_at(page, page.get_by_label("What was the mistake"), "Enter what was wrong")
    page.get_by_label("What was the mistake").fill("It was her namesake")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".flash")).to_contain_text("The leaving is taken back")
    expect(page.locator("main")).not_to_contain_text("Left the service")
    page.goto("/leave")
    expect(row_of(page, name).first).to_contain_text("Waits for an answer")
    page.goto("/departures?state=cancelled")
    expect(row_of(page, name)).to_contain_text("Taken back")
