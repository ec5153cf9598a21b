"""An adviser records a contact from the helpline page by keyboard alone, and every keystroke is counted."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, assert_told_at, fact, look, row_of

MOST = 12
"""Issue 9: keystrokes beyond the text itself, from the helpline page to the recorded contact."""


class Keys:
    """Counts what is pressed; the words that have to be written anyway are typed and not counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)


def test_a_contact_takes_at_most_twelve_keystrokes_beyond_its_text(browse: Browse):
    page = browse("helpline")
    page.goto("/mediators")
    name = page.locator("main tbody th a").first.inner_text()
    page.goto("/helpline")
    look(page)
    keys = Keys(page)
    keys.write(name)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("A contact from")
    look(page)
    expect(page.get_by_label("About")).to_be_focused()
    keys.press("p", "Tab", "1", "2", "Tab", "Tab", "Tab", "Tab")
    keys.write("Split the meeting over two days, if both agree.")
    keys.press("Tab", "Enter")
    expect(page.get_by_text("The contact is recorded")).to_be_visible()
    assert keys.pressed <= MOST, keys.pressed
    page.locator("main tbody th a").first.click()
    expect(page.get_by_text("Split the meeting over two days, if both agree.")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Pass on a risk or a complaint").click()
    look(page)


def test_a_warning_of_names_has_the_focus_and_is_in_sight_on_a_phone(browse: Browse):
    page = browse("helpline")
    page.goto("/mediators")
    name = page.locator("main tbody th a").first.inner_text()
    page.set_viewport_size(PHONE)
    page.goto("/helpline")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.get_by_label("About").select_option("process")
    page.get_by_label("Minutes").fill("5")
    page.get_by_label("Advice given").fill("Mr Jonathan Smithers will not meet them.")
    page.get_by_role("button", name="Record the contact").click()
    warning = page.get_by_role("alert").filter(has_text="Mr Jonathan Smithers")
    expect(warning).to_be_focused()
    expect(warning).to_be_in_viewport(ratio=1)
    look(page)
    page.get_by_role("button", name="Record the contact all the same").press("Enter")
    expect(page.get_by_text("The contact is recorded")).to_be_visible()


def test_supervision_is_arranged_from_the_contact_and_recorded_from_the_practice_log(browse: Browse):
    adviser = browse("helpline")
    adviser.goto("/helpline")
    adviser.locator("main tbody th a").first.click()
    contact = adviser.url
    name = fact(adviser, "Mediator").inner_text().partition(",")[0]
    adviser.get_by_role("link", name="Arrange supervision").click()
    look(adviser)
    arrange = adviser.get_by_role("button", name="Arrange it")
    arrange.click()
    assert_told_at(adviser, adviser.get_by_label("Day of the session"), "Enter the day of the session")
    adviser.get_by_label("Day of the session").fill("2 February 2027")
    arrange.press("Enter")
    expect(adviser.get_by_text("Supervision on 2 February 2027").first).to_be_visible()
    look(adviser, "led to supervision")

    manager = browse("manager")
    manager.goto("/practice")
    manager.get_by_role("link", name=re.compile(r"Supervision arranged \(\d+\)")).click()
    look(manager)
    session = row_of(manager, name).filter(has_text="2 Feb 2027")
    expect(session).to_contain_text("Arranged through the helpline")
    session.get_by_role("link", name="Record it").click()
    expect(manager.get_by_role("heading", level=1)).to_contain_text(name)
    expect(manager.get_by_label("Day", exact=True)).to_have_value("2 February 2027")
    look(manager)
    manager.get_by_label("One to one").check()
    manager.get_by_label("Hours").fill("1")
    manager.get_by_role("button", name="Record it").click()
    expect(manager.get_by_text("Arranged through the helpline").first).to_be_visible()

    adviser.goto(contact)
    expect(adviser.get_by_text("Held and confirmed")).to_be_visible()


def test_a_topic_and_a_correction_are_suggested_and_shown_where_they_belong(browse: Browse):
    adviser = browse("helpline")
    adviser.goto("/helpline")
    adviser.locator("main tbody th a").first.click()
    adviser.get_by_role("link", name="Suggest as a refresher topic").click()
    look(adviser)
    adviser.get_by_label("Another topic, in your own words").check()
    adviser.get_by_role("textbox", name="In your own words").fill("Hybrid meetings")
    adviser.get_by_role("button", name="Suggest it").click()
    expect(adviser.get_by_text("Refresher topic: Hybrid meetings")).to_be_visible()
    adviser.get_by_role("link", name="Suggest a correction").click()
    look(adviser)
    adviser.get_by_label("To", exact=True).select_option(index=1)
    adviser.get_by_label("What is wrong, and what is right").fill("The day of the training is a month too late.")
    adviser.get_by_role("button", name="Suggest it").click()
    expect(adviser.get_by_text("A correction of the record, to").first).to_be_visible()

    manager = browse("manager")
    manager.goto("/refreshers/new")
    kept = manager.locator("li").filter(has_text="Hybrid meetings")
    expect(kept).to_contain_text("suggested after 1 contact with the helpline")
