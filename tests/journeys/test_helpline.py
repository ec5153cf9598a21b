"""An adviser records a contact from the helpline page by keyboard alone, and every keystroke is counted."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import look

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
