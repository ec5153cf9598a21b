"""Journey 8: a mediator’s standing on a phone, also without JavaScript; and a call recorded by keyboard alone."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, assert_told_at, look, row_of
from tests.journeys.running import Service

MAY = re.compile(r"You may mediate until (\d{1,2} [A-Z][a-z]+ 2027)")


def own_reference(page: Page) -> str:
    return re.search(r"Your reference is (\S+)\.", page.locator("main").inner_text())[1]


def test_my_standing_answers_on_the_first_screen_of_a_phone(browse: Browse):
    page = browse("mediator", size=PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text(MAY)
    assert page.url.endswith("/me")
    look(page)
    answer = page.get_by_role("heading", level=1).bounding_box()
    step = page.get_by_role("heading", name="Next").bounding_box()
    assert answer["y"] + answer["height"] < PHONE["height"]
    assert step["y"] < PHONE["height"], "what to do next is not on the first screen"
    expect(page.locator(".answer-lead").first).to_contain_text("ends first, in ")
    for button in page.locator("main a.button").all():
        assert button.bounding_box()["height"] >= 44
    page.get_by_text("What is recorded about you").click()
    expect(page.get_by_role("region", name="Evidence, newest first")).to_be_visible()


def test_a_mediator_sees_nobody_else(browse: Browse):
    manager = browse("manager")
    manager.goto("/mediators?verdict=lapsed")
    other = manager.locator("main tbody th a").first.get_attribute("href")
    page = browse("mediator")
    assert page.goto(other).status == 404
    assert page.goto("/mediators").status == 403
    look(page, "refused")


def test_without_javascript_a_seat_is_booked_and_given_back(browse: Browse):
    page = browse("mediator", size=PHONE, javascript=False)
    expect(page.get_by_role("heading", level=1)).to_have_text(MAY)
    page.get_by_role("link", name=re.compile("^Book ")).first.click()
    page.get_by_role("button", name="Book your seat").click()
    expect(page.locator(".flash")).to_be_visible()
    page.goto("/me")
    page.locator("section", has_text="you have a seat").get_by_role("link").first.click()
    page.get_by_role("link", name="Give back your seat").click()
    page.locator("main form button[type=submit]").click()
    page.goto("/me")
    expect(page.get_by_role("link", name=re.compile("^Book ")).first).to_be_visible()
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus, and see that the focus shows."""
    for _ in range(60):
        if target.evaluate("one => one === document.activeElement"):
            outline = target.evaluate(
                "one => { const s = getComputedStyle(one); return s.outlineStyle + s.boxShadow; }"
            )
            assert outline != "nonenone", "the focus does not show"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {target}")


def test_a_call_is_recorded_by_keyboard_alone(browse: Browse, service: Service):
    reference = own_reference(browse("mediator"))
    page = browse()
    page.goto("/sign-in")
    email, password = service.sign_ins["helpline"]
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type(email)
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Helpline")
    look(page)

    tab_to(page, page.get_by_label("Who called?"))
    page.keyboard.type(reference)
    found = page.locator("[data-found-people] a")
    expect(found).to_have_count(1)
    tab_to(page, found)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("A contact from ")
    look(page)
    name = page.get_by_role("heading", level=1).inner_text().removeprefix("A contact from ")

    tab_to(page, page.get_by_role("button", name="Record the contact"))
    page.keyboard.press("Enter")
    assert_told_at(page, page.get_by_label("About", exact=True), "Choose what it was about")
    look(page, "with a mistake")
    page.keyboard.type("Agree")
    tab_to(page, page.get_by_label("Minutes"))
    page.keyboard.type("12")
    tab_to(page, page.get_by_label("Advice given"))
    page.keyboard.type("Use the form of words in the handbook.")
    tab_to(page, page.get_by_role("button", name="Record the contact"))
    page.keyboard.press("Enter")
    expect(page.locator(".flash")).to_contain_text("The contact is recorded.")
    newest = row_of(page, name).first
    expect(newest).to_contain_text("12")
    newest.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("Use the form of words in the handbook.")
    look(page)


def test_what_was_said_on_the_helpline_is_for_its_advisers_alone(browse: Browse):
    page = browse("manager")
    assert page.goto("/helpline").status == 403
