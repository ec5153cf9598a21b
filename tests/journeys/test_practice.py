"""A mediator logs a case on a phone and asks for leave; the practice manager confirms, agrees and reads the figures."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, assert_told_at, look, row_of


def test_a_case_is_logged_confirmed_and_counted_and_leave_is_agreed(browse: Browse):
    phone = browse("mediator", size=PHONE)
    phone.goto("/practice/mine")
    look(phone)
    phone.get_by_role("link", name="Log a case").first.click()
    phone.get_by_role("button", name="Log it").click()
    assert_told_at(phone, phone.get_by_label("Day of the mediation"), "Enter the day")
    look(phone, "with mistakes")
    phone.get_by_label("Led the mediation").check()
    phone.get_by_label("Day of the mediation").fill("1 February 2027")
    phone.get_by_label("Case reference").fill("MC-27-777")
    phone.get_by_label("Hours it took").fill("3.5")
    phone.get_by_label("Resolved", exact=True).check()
    phone.get_by_label("Note").fill("Agreed with Karen Jones")
    phone.get_by_role("button", name="Log it").click()
    expect(phone.get_by_text("Karen Jones looks like the name of somebody")).to_be_visible()
    look(phone, "a name")
    phone.get_by_label("Note").fill("")
    phone.get_by_role("button", name="Log it").click()
    expect(phone.get_by_text("It counts once the practice manager has confirmed it")).to_be_visible()

    phone.get_by_role("link", name="Ask for leave").click()
    look(phone)
    phone.get_by_label("First day").fill("1 April 2027")
    phone.get_by_label("Last day").fill("30 June 2027")
    phone.get_by_label("Kind of leave").select_option("adoption")
    phone.get_by_label("Reason").fill("An adoption")
    phone.get_by_role("button", name="Show what it does").click()
    expect(row_of(phone, "CTC clearance in force").first).to_contain_text("does not move")
    look(phone, "preview")
    phone.get_by_role("button", name="Ask for this leave").click()
    expect(row_of(phone, "1 Apr 2027")).to_contain_text("Waits for an answer")
    look(phone)

    manager = browse("manager")
    manager.goto("/practice?case=MC-27-777")
    row_of(manager, "MC-27-777").get_by_role("checkbox").check()
    look(manager)
    manager.get_by_role("button", name="Look at the ticked entries and confirm them").click()
    look(manager, "preview")
    manager.get_by_role("button", name="Confirm 1 entry").click()
    expect(manager.get_by_text("1 entry confirmed")).to_be_visible()
    manager.goto("/practice/cases?reference=MC-27-777")
    look(manager)
    manager.get_by_role("link", name="MC-27-777", exact=True).click()
    look(manager)
    manager.goto("/practice/figures?first=1 February 2027&last=2 February 2027")
    expect(manager.get_by_text("Cases referred from 1 February 2027 to 2 February 2027, both days")).to_be_visible()
    look(manager)

    manager.goto("/leave")
    look(manager)
    row_of(manager, "1 Apr 2027").get_by_role("link").click()
    expect(manager.get_by_text("An adoption")).to_be_visible()
    look(manager)
    manager.get_by_label("Decided by").fill("Head of the Mediation Service")
    manager.get_by_role("button", name="Agree to the leave").click()
    expect(manager.get_by_text("is agreed and recorded")).to_be_visible()

    phone.goto("/leave/mine")
    row_of(phone, "1 Apr 2027").get_by_role("link").click()
    expect(phone.get_by_role("heading", name="Plan for your return")).to_be_visible()
    expect(phone.get_by_text(re.compile("You are due back on 1 July 2027"))).to_be_visible()
    look(phone)
